/** uuid: kept as its canonical lower-case text, whose order is that of the bytes. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { encodeHex } from './encodings.ts'

/** Braces around and hyphens after every four digits are taken. */
export function parseUuid(text: string): string {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text
  if (!/^[0-9a-fA-F]{4}(?:-?[0-9a-fA-F]{4}){7}$/.test(bare)) {
    throw new SqlError(
      SQLSTATE.INVALID_TEXT_REPRESENTATION,
      `invalid input syntax for type uuid: "${text}"`,
    )
  }
  return canonical(bare.replaceAll('-', '').toLowerCase())
}

function canonical(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Version 4 from 16 random bytes. */
export function randomUuid(random: Uint8Array): string {
  const bytes = random.slice(0, 16)
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return canonical(encodeHex(bytes))
}

function isStandardVariant(uuid: string): boolean {
  return (Number.parseInt(uuid[19], 16) & 0xc) === 8
}

export function uuidVersion(uuid: string): number | null {
  return isStandardVariant(uuid) ? Number.parseInt(uuid[14], 16) : null
}

/** 100 ns from 1582-10-15 to 2000-01-01. */
const GREGORIAN_TO_2000 = 131_659_776_000_000_000n

/** The moment inside a version 1 uuid, in microseconds since 2000. */
export function uuidTimestamp(uuid: string): number | bigint | null {
  if (!isStandardVariant(uuid) || uuidVersion(uuid) !== 1) return null
  const hex = uuid.slice(15, 18) + uuid.slice(9, 13) + uuid.slice(0, 8)
  return normalizeInt64((BigInt(`0x${hex}`) - GREGORIAN_TO_2000) / 10n)
}
