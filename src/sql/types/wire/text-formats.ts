/** Types whose binary form is their text in UTF-8; jsonb puts a version byte before it. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { TypeIoContext } from '../type-io.ts'
import type { BinaryFormat } from './binary-formats.ts'
import { insufficientData } from './binary-length.ts'

const JSONB_VERSION = 1
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const textFormat: BinaryFormat = { receive: readText, send: writeText }

export const jsonbFormat: BinaryFormat = {
  receive: (bytes, context) => {
    if (bytes.length === 0) throw insufficientData()
    if (bytes[0] !== JSONB_VERSION) {
      throw new SqlError(SQLSTATE.INTERNAL_ERROR, `unsupported jsonb version number ${bytes[0]}`)
    }
    return readText(bytes.subarray(1), context)
  },
  send: (value, context) => {
    const text = writeText(value, context)
    const bytes = new Uint8Array(text.length + 1)
    bytes[0] = JSONB_VERSION
    bytes.set(text, 1)
    return bytes
  },
}

function readText(bytes: Uint8Array, context: TypeIoContext): Datum {
  const input = context.io.findInput(context.type.input)
  if (input === undefined) throw unsupported(`input of type ${context.type.name}`)
  return input(decode(bytes), context)
}

function writeText(value: Datum, context: TypeIoContext): Uint8Array {
  const output = context.io.findOutput(context.type.output)
  if (output === undefined) throw unsupported(`output of type ${context.type.name}`)
  return encoder.encode(output(value, context))
}

function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw invalidByte('0x00')
  try {
    return decoder.decode(bytes)
  } catch {
    throw invalidByte(`0x${(bytes.find((byte) => byte > 0x7f) ?? 0).toString(16)}`)
  }
}

function invalidByte(shown: string): SqlError {
  return new SqlError(
    SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
    `invalid byte sequence for encoding "UTF8": ${shown}`,
  )
}
