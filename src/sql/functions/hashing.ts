/** hashint4, hashtext and the like: the hash support functions of the built-in types. */
import { bitsOfPosition } from '../types/address-io.ts'
import { hashBytes, hashInt32 } from '../types/hash-bytes.ts'
import { compactInteger } from '../types/number/integer.ts'
import type { Int8 } from '../types/number/integer.ts'
import { powerOfTen } from '../types/number/numeric.ts'
import { trimBlanks } from '../types/text/compare-text.ts'
import { intervalSpan } from '../types/datetime/interval-value.ts'
import type { Interval, Numeric, TimeTz } from '../types/value-classes.ts'
import { registerPure } from './pure.ts'
import type { FunctionRegistry } from './registry.ts'

const utf8 = new TextEncoder()
const hashText = (text: string): number => hashBytes(utf8.encode(text))

export function registerHashing(registry: FunctionRegistry): void {
  registerPure(registry, {
    hashint2: hashInt32,
    hashint4: hashInt32,
    hashint8: hashInt64,
    hashoid: hashInt32,
    time_hash: hashInt64,
    timestamp_hash: hashInt64,
    interval_hash: (value: Interval) => hashInt64(BigInt.asIntN(64, intervalSpan(value))),
    timetz_hash: (value: TimeTz) => hashInt64(value.micros) ^ hashInt32(value.zone),
    pg_lsn_hash: (value: Int8) => hashInt64(BigInt.asIntN(64, bitsOfPosition(value))),
    hashchar: (value: string | boolean) =>
      hashInt32(typeof value === 'boolean' ? Number(value) : signedByte(value)),
    hashfloat4: hashFloat,
    hashfloat8: hashFloat,
    hash_numeric: hashNumeric,
    hashtext: hashText,
    hashname: hashText,
    hashbpchar: (text: string) => hashText(trimBlanks(text)),
    hashvarlena: hashBytes,
    uuid_hash: (uuid: string) =>
      hashBytes(
        Uint8Array.from(uuid.replaceAll('-', '').match(/../g) ?? [], (pair) =>
          Number.parseInt(pair, 16),
        ),
      ),
  })
}

function signedByte(value: string): number {
  const code = value === '' ? 0 : value.charCodeAt(0)
  return code < 128 ? code : code - 256
}

/** Equal for equal numbers of any integer width. */
function hashInt64(value: Int8): number {
  const bits = BigInt.asUintN(64, BigInt(value))
  const low = Number(bits & 0xffffffffn)
  const high = Number(bits >> 32n)
  return hashInt32((low ^ (value >= 0 ? high : ~high)) | 0)
}

function hashFloat(value: number): number {
  if (value === 0) return 0
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value, true)
  return hashBytes(new Uint8Array(view.buffer))
}

/** The base-10000 digits without zeros at either end, and the weight of the first. */
function hashNumeric(value: Numeric): number {
  if (value.special !== undefined || value.unscaled === 0)
    return value.special === undefined ? -1 : 0
  const fraction = Math.ceil(value.scale / 4)
  const magnitude = compactInteger(
    value.unscaled < 0 ? -BigInt(value.unscaled) : BigInt(value.unscaled),
  )
  const aligned = (BigInt(magnitude) * powerOfTen(fraction * 4 - value.scale)).toString()
  const digits = aligned.padStart(Math.ceil(aligned.length / 4) * 4, '0').match(/.{4}/g) ?? []
  const weight = digits.length - fraction - 1
  while (digits.at(-1) === '0000') digits.pop()
  const bytes = new Uint8Array(digits.length * 2)
  const view = new DataView(bytes.buffer)
  digits.forEach((digit, i) => view.setInt16(i * 2, Number(digit), true))
  return hashBytes(bytes) ^ weight
}
