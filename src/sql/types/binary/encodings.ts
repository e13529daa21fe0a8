/** encode() and decode(): hex, base64, escape; and text of the character sets Lakelet can convert. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

function invalid(message: string, hint?: string): SqlError {
  return new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message, { hint })
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function encodeHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}

/** Blanks may stand between the digits of pairs. */
export function decodeHex(text: string): Uint8Array {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    if (/[ \n\t\r]/.test(text[i])) continue
    const high = hexDigit(text, i)
    if (++i >= text.length) throw invalid('invalid hexadecimal data: odd number of digits')
    bytes.push(high * 16 + hexDigit(text, i))
  }
  return Uint8Array.from(bytes)
}

function hexDigit(text: string, at: number): number {
  const value = '0123456789abcdef'.indexOf(text[at].toLowerCase())
  if (value < 0) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
    throw invalid(`invalid hexadecimal digit: "${character}"`)
  }
  return value
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** MIME's base64: a line feed after every 76 characters. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  let column = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += BASE64[(word >> 18) & 63] + BASE64[(word >> 12) & 63]
    text += (left > 1 ? BASE64[(word >> 6) & 63] : '=') + (left > 2 ? BASE64[word & 63] : '=')
    column += 4
    if (column >= 76) {
      text += '\n'
      column = 0
    }
  }
  return text
}

export function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = []
  let word = 0
  let count = 0
  let padding = 0
  for (const character of text) {
    if (/[ \n\t\r]/.test(character)) continue
    let value = 0
    if (character === '=') {
      if (padding === 0 && count < 2) throw invalid('unexpected "=" while decoding base64 sequence')
      padding++
    } else {
      value = BASE64.indexOf(character)
      if (value < 0)
        throw invalid(`invalid symbol "${character}" found while decoding base64 sequence`)
      if (padding > 0)
        throw invalid(`invalid symbol "${character}" found while decoding base64 sequence`)
    }
    word = (word << 6) | value
    if (++count < 4) continue
    bytes.push((word >> 16) & 255)
    if (padding < 2) bytes.push((word >> 8) & 255)
    if (padding < 1) bytes.push(word & 255)
    word = 0
    count = 0
  }
  if (count !== 0) {
    throw invalid(
      'invalid base64 end sequence',
      'Input data is missing padding, is truncated, or is otherwise corrupted.',
    )
  }
  return Uint8Array.from(bytes)
}

/** Zero and bytes above 127 as \ooo, the backslash doubled. */
function encodeEscape(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0 || byte > 127) text += `\\${byte.toString(8).padStart(3, '0')}`
    else text += byte === 92 ? '\\\\' : String.fromCharCode(byte)
  }
  return text
}

const utf8 = new TextEncoder()

function decodeEscape(text: string): Uint8Array {
  const bytes: number[] = []
  for (const part of text.match(/\\[0-3][0-7][0-7]|\\\\|\\|[^\\]+/g) ?? []) {
    if (part === '\\\\') bytes.push(92)
    else if (part === '\\') {
      throw new SqlError(
        SQLSTATE.INVALID_TEXT_REPRESENTATION,
        'invalid input syntax for type bytea',
      )
    } else if (part.startsWith('\\')) bytes.push(Number.parseInt(part.slice(1), 8))
    else bytes.push(...utf8.encode(part))
  }
  return Uint8Array.from(bytes)
}

function unknownEncoding(name: string): SqlError {
  return invalid(`unrecognized encoding: "${name}"`)
}

export function encodeBytes(bytes: Uint8Array, format: string): string {
  switch (format.toLowerCase()) {
    case 'hex':
      return encodeHex(bytes)
    case 'base64':
      return encodeBase64(bytes)
    case 'escape':
      return encodeEscape(bytes)
    default:
      throw unknownEncoding(format)
  }
}

export function decodeText(text: string, format: string): Uint8Array {
  switch (format.toLowerCase()) {
    case 'hex':
      return decodeHex(text)
    case 'base64':
      return decodeBase64(text)
    case 'escape':
      return decodeEscape(text)
    default:
      throw unknownEncoding(format)
  }
}

/** Character sets by their PostgreSQL names without punctuation. LIMIT: UTF8, LATIN1 and SQL_ASCII only. */
function characterSet(name: string, role: 'source' | 'destination'): 'utf8' | 'latin1' {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (plain === 'utf8' || plain === 'unicode' || plain === 'sqlascii') return 'utf8'
  if (plain === 'latin1' || plain === 'iso88591') return 'latin1'
  if (
    /^(win|latin|euc|koi8|iso8859|big5|gb|sjis|mule|johab|uhc|shift|alt|tcvn|abc|vscii|windows)/.test(
      plain,
    )
  ) {
    throw unsupported(`encoding ${name}`)
  }
  throw invalid(`invalid ${role} encoding name "${name}"`)
}

export function convertFrom(bytes: Uint8Array, encoding: string): string {
  if (characterSet(encoding, 'source') === 'latin1') {
    let text = ''
    for (const byte of bytes) text += String.fromCharCode(byte)
    if (!text.includes('\0')) return text
    throw new SqlError(
      SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
      'invalid byte sequence for encoding "LATIN1": 0x00',
    )
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw invalidSequence(bytes)
}

function invalidSequence(bytes: Uint8Array): SqlError {
  const at = firstInvalid(bytes)
  const bad = Array.from(bytes.slice(at, at + sequenceLength(bytes[at])), (b) => `0x${HEX[b]}`)
  return new SqlError(
    SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
    `invalid byte sequence for encoding "UTF8": ${bad.join(' ')}`,
  )
}

function sequenceLength(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1
}

function firstInvalid(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at])
    if (bytes[at] === 0) return at
    try {
      decoder.decode(bytes.slice(at, at + length))
    } catch {
      return at
    }
    at += length
  }
  return 0
}

export function convertTo(text: string, encoding: string): Uint8Array {
  if (characterSet(encoding, 'destination') === 'utf8') return utf8.encode(text)
  return Uint8Array.from(Array.from(text), (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code <= 255) return code
    const bytes = Array.from(utf8.encode(character), (byte) => `0x${HEX[byte]}`).join(' ')
    throw new SqlError(
      SQLSTATE.UNTRANSLATABLE_CHARACTER,
      `character with byte sequence ${bytes} in encoding "UTF8" has no equivalent in encoding "LATIN1"`,
    )
  })
}
