/** bytea: input in hex and escape form, output by the setting bytea_output, parts, bits, trimming. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { checkWidth } from '../number/integer.ts'
import { decodeHex, encodeHex } from './encodings.ts'

const encoder = new TextEncoder()

export function parseBytea(text: string): Uint8Array {
  if (text.startsWith('\\x')) return decodeHex(text.slice(2))
  return parseEscaped(text)
}

function parseEscaped(text: string): Uint8Array {
  const bytes: number[] = []
  const source = encoder.encode(text)
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 92) bytes.push(source[i])
    else if (source[i + 1] === 92) {
      bytes.push(92)
      i++
    } else {
      const octal = String.fromCharCode(...source.slice(i + 1, i + 4))
      if (!/^[0-3][0-7][0-7]$/.test(octal)) {
        throw new SqlError(
          SQLSTATE.INVALID_TEXT_REPRESENTATION,
          'invalid input syntax for type bytea',
        )
      }
      bytes.push(Number.parseInt(octal, 8))
      i += 3
    }
  }
  return Uint8Array.from(bytes)
}

export function formatBytea(value: Uint8Array, style: string | undefined): string {
  return style === 'escape' ? escapeBytes(value) : `\\x${encodeHex(value)}`
}

function escapeBytes(value: Uint8Array): string {
  let result = ''
  for (const byte of value) {
    if (byte === 92) result += '\\\\'
    else if (byte < 32 || byte > 126) result += `\\${byte.toString(8).padStart(3, '0')}`
    else result += String.fromCharCode(byte)
  }
  return result
}

export function concatBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + b.length)
  result.set(a)
  result.set(b, a.length)
  return result
}

export function byteSubstring(value: Uint8Array, start: number, length?: number): Uint8Array {
  if (length !== undefined && length < 0) {
    throw new SqlError(SQLSTATE.SUBSTRING_ERROR, 'negative substring length not allowed')
  }
  const from = Math.max(start - 1, 0)
  const to = length === undefined ? value.length : Math.max(start + length - 1, from)
  return value.slice(from, to)
}

export function byteOverlay(
  value: Uint8Array,
  part: Uint8Array,
  start: number,
  length?: number,
): Uint8Array {
  if (start <= 0) {
    throw new SqlError(SQLSTATE.SUBSTRING_ERROR, 'negative substring length not allowed')
  }
  const width = length ?? part.length
  checkWidth(start + width, 4)
  const head = concatBytes(byteSubstring(value, 1, start - 1), part)
  return concatBytes(head, byteSubstring(value, start + width))
}

/** Position from 1 of `part`; 0 if it is nowhere. */
export function bytePosition(value: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= value.length; at++) {
    let same = 0
    while (same < part.length && value[at + same] === part[same]) same++
    if (same === part.length) return at + 1
  }
  return 0
}

export function trimBytes(
  value: Uint8Array,
  set: Uint8Array,
  left: boolean,
  right: boolean,
): Uint8Array {
  let from = 0
  let to = value.length
  if (left) while (from < to && set.includes(value[from])) from++
  if (right) while (to > from && set.includes(value[to - 1])) to--
  return value.slice(from, to)
}

export function checkIndex(index: number | bigint, size: number): number {
  if (index < 0 || index >= size) {
    throw new SqlError(
      SQLSTATE.ARRAY_SUBSCRIPT_ERROR,
      `index ${index} out of valid range, 0..${size - 1}`,
    )
  }
  return Number(index)
}

export function getBit(value: Uint8Array, index: number | bigint): number {
  const at = checkIndex(index, value.length * 8)
  return (value[at >> 3] >> (at & 7)) & 1
}

export function setBit(value: Uint8Array, index: number | bigint, bit: number): Uint8Array {
  const at = checkIndex(index, value.length * 8)
  checkBit(bit)
  const result = value.slice()
  result[at >> 3] = (result[at >> 3] & ~(1 << (at & 7))) | (bit << (at & 7))
  return result
}

export function checkBit(bit: number): void {
  if (bit !== 0 && bit !== 1) {
    throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, 'new bit must be 0 or 1')
  }
}

export function countBits(value: Uint8Array): number {
  let count = 0
  for (let byte of value) for (; byte !== 0; byte &= byte - 1) count++
  return count
}
