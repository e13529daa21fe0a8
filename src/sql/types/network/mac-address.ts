/** macaddr and macaddr8. A datum is the canonical text (08:00:2b:01:02:03), whose order is the order of the bytes. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TypeIoRegistry } from '../type-io.ts'

export function macBytes(text: string): number[] {
  return text.split(':').map((pair) => Number.parseInt(pair, 16))
}

export function macText(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}

/** The spellings of six bytes: by byte, by three, by two, or without any separator. */
const HEX = '([0-9a-fA-F]+)'
const PAIR = '([0-9a-fA-F]{1,2})'
const SPELLINGS = [
  Array(6).fill(HEX).join(':'),
  Array(6).fill(HEX).join('-'),
  `${PAIR.repeat(3)}:${PAIR.repeat(3)}`,
  `${PAIR.repeat(3)}-${PAIR.repeat(3)}`,
  Array(3).fill(PAIR.repeat(2)).join('\\.'),
  Array(3).fill(PAIR.repeat(2)).join('-'),
  PAIR.repeat(6),
].map((spelling) => new RegExp(`^\\s*${spelling}\\s*$`))

function readMac(text: string): string {
  for (const spelling of SPELLINGS) {
    const match = spelling.exec(text)
    if (match === null) continue
    const bytes = match.slice(1).map((part) => Number.parseInt(part, 16))
    if (bytes.some((byte) => byte > 255)) {
      throw new SqlError('22003', `invalid octet value in "macaddr" value: "${text}"`)
    }
    return macText(bytes)
  }
  throw new SqlError('22P02', `invalid input syntax for type macaddr: "${text}"`)
}

/** Six or eight pairs, with one kind of separator anywhere between them. */
function readMac8(text: string): string {
  const invalid = (): never => {
    throw new SqlError('22P02', `invalid input syntax for type macaddr8: "${text}"`)
  }
  const trimmed = text.trim()
  if (!/^(?:[0-9a-fA-F]{2}[:.-]?)+$/.test(trimmed) || /[:.-]$/.test(trimmed)) invalid()
  if (new Set(trimmed.match(/[:.-]/g)).size > 1) invalid()
  const pairs = trimmed.match(/[0-9a-fA-F]{2}/g) ?? []
  const bytes = pairs.map((pair) => Number.parseInt(pair, 16))
  if (bytes.length === 6) return widenMac(macText(bytes))
  return bytes.length === 8 ? macText(bytes) : invalid()
}

/** EUI-48 as EUI-64. */
export function widenMac(text: string): string {
  return `${text.slice(0, 8)}:ff:fe${text.slice(8)}`
}

export function registerMacAddressIo(registry: TypeIoRegistry): void {
  registry.input('macaddr_in', readMac)
  registry.input('macaddr8_in', readMac8)
  registry.output('macaddr_out', (value) => value as string)
  registry.output('macaddr8_out', (value) => value as string)
}
