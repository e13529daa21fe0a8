/** CONTEXT of errors in copied data: "COPY t, line 3, column a: "x"". */
import { SqlError } from '../../errors/sql-error.ts'

/** Longer texts are cut, as PostgreSQL's MAX_COPY_DATA_DISPLAY has it. */
const MAX_SHOWN_BYTES = 100
const encoder = new TextEncoder()

export interface InputPlace {
  readonly line: number
  readonly column?: string | undefined
  /** What was written; null for a null, undefined where it is not shown. */
  readonly text?: string | null | undefined
}

/** The error with its place in the input; one that has a context keeps it. */
export function atPlace(error: SqlError, relation: string, place: InputPlace): SqlError {
  if (error.fields.where !== undefined) return error
  const where = `COPY ${relation}, line ${place.line}${column(place)}${shown(place)}`
  // A position would point into the statement.
  return new SqlError(error.code, error.message, { ...error.fields, position: undefined, where })
}

function column({ column: name }: InputPlace): string {
  return name === undefined ? '' : `, column ${name}`
}

function shown({ text }: InputPlace): string {
  if (text === undefined) return ''
  return text === null ? ': null input' : `: "${clip(text)}"`
}

export function clip(text: string): string {
  if (text.length * 3 <= MAX_SHOWN_BYTES) return text
  const bytes = encoder.encode(text)
  if (bytes.length <= MAX_SHOWN_BYTES) return text
  let end = MAX_SHOWN_BYTES
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return `${new TextDecoder().decode(bytes.subarray(0, end))}...`
}
