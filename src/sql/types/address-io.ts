/** Text input and output of pg_lsn and tid: two numbers packed into one int64. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { normalizeInt64 } from '../../storage/vector.ts'
import type { TypeIoRegistry } from './type-io.ts'

function invalid(typeName: string, text: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `invalid input syntax for type ${typeName}: "${text}"`,
  )
}

const HALF = 2n ** 63n

/** A log position as the int8 that sorts like it: 64 bits without a sign are shifted down by half their range. */
export function positionFromBits(bits: bigint): number | bigint {
  return normalizeInt64(bits - HALF)
}

export function bitsOfPosition(position: number | bigint): bigint {
  return BigInt(position) + HALF
}

export function registerAddressIo(registry: TypeIoRegistry): void {
  registry.input('pg_lsn_in', (text) => {
    const match = /^([0-9a-fA-F]{1,8})\/([0-9a-fA-F]{1,8})$/.exec(text)
    if (match === null) throw invalid('pg_lsn', text)
    return positionFromBits((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`))
  })
  registry.output('pg_lsn_out', (value) => {
    const bits = bitsOfPosition(value as number | bigint)
    return `${(bits >> 32n).toString(16).toUpperCase()}/${(bits & 0xffffffffn).toString(16).toUpperCase()}`
  })
  registry.input('tidin', (text) => {
    const match = /^\s*\((\d+),(\d+)\)$/.exec(text)
    if (match === null || Number(match[1]) > 4294967295 || Number(match[2]) > 65535) {
      throw invalid('tid', text)
    }
    return Number(match[1]) * 65536 + Number(match[2])
  })
  registry.output('tidout', (value) => {
    const packed = value as number
    return `(${Math.floor(packed / 65536)},${packed % 65536})`
  })
}
