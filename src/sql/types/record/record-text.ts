/** The text form of records: "(1,"a b",)"; an empty field is null. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import type { TypeIoContext, TypeIoRegistry } from '../type-io.ts'
import { PgRecord } from '../value-classes.ts'
import { printerOf, readerOf, type ValueTextContext } from '../value-text.ts'

export interface RecordShape {
  readonly names: readonly string[]
  readonly types: readonly Oid[]
  readonly typmods: readonly number[]
}

/** The columns of a composite type. */
export function shapeOf(context: ValueTextContext, type: TypeInfo): RecordShape | undefined {
  const columns = context.catalog.relation(type.relation)?.columns
  if (columns === undefined) return undefined
  return {
    names: columns.map(({ name }) => name),
    types: columns.map((column) => column.type),
    typmods: columns.map(({ typmod }) => typmod),
  }
}

export function registerRecordIo(registry: TypeIoRegistry): void {
  registry.output('record_out', (value, context) => printRecord(value as PgRecord, context))
  registry.input('record_in', (text, context) => {
    const shape = shapeOf(context, context.type)
    if (shape === undefined) {
      throw new SqlError('0A000', 'input of anonymous composite types is not implemented')
    }
    return parseRecord(text, shape, context)
  })
}

export function printRecord(record: PgRecord, context: ValueTextContext): string {
  const fields = record.values.map((value, i) => {
    if (value === null) return ''
    const type = record.types[i]
    if (type === undefined) throw unsupported('output of a record without types')
    return quoteField(printerOf(context, type as Oid)(value))
  })
  return `(${fields.join(',')})`
}

function quoteField(text: string): string {
  if (text !== '' && !/["\\(), \t\n\r\v\f]/.test(text)) return text
  return `"${text.replace(/["\\]/g, '$&$&')}"`
}

export function parseRecord(text: string, shape: RecordShape, context: TypeIoContext): PgRecord {
  const fields = splitRecord(text, shape.names.length)
  const values = fields.map((field, i): Datum | null => {
    const type = shape.types[i]
    if (type === undefined) return null
    if (field === null) return emptyField(type, context)
    return readerOf(context, type, shape.typmods[i] ?? -1)(field)
  })
  return new PgRecord(values, shape.types, shape.names)
}

/** An empty field is null, which the field's domain may not allow. */
function emptyField(type: Oid, context: TypeIoContext): null {
  if (context.catalog.type(type).typeType === 'd') context.session.checkDomain(type, null)
  return null
}

function malformed(text: string, detail: string): never {
  throw new SqlError('22P02', `malformed record literal: "${text}"`, { detail })
}

/** The texts of the fields; null for an empty one. */
function splitRecord(text: string, width: number): (string | null)[] {
  const open = /^\s*\(/.exec(text)
  if (open === null) malformed(text, 'Missing left parenthesis.')
  let at = open[0].length
  const fields: (string | null)[] = []
  for (let column = 0; column < width; column++) {
    if (column > 0) {
      if (text[at] !== ',') malformed(text, 'Too few columns.')
      at++
    }
    const field = readField(text, at)
    fields.push(field.content)
    at = field.end
  }
  if (text[at] !== ')') malformed(text, 'Too many columns.')
  if (!/^\s*$/.test(text.slice(at + 1))) malformed(text, 'Junk after right parenthesis.')
  return fields
}

function readField(text: string, start: number): { content: string | null; end: number } {
  let at = start
  if (text[at] === ',' || text[at] === ')') return { content: null, end: at }
  let content = ''
  let isQuoted = false
  while (isQuoted || (text[at] !== ',' && text[at] !== ')')) {
    const c = text[at++]
    if (c === undefined) malformed(text, 'Unexpected end of input.')
    if (c === '\\') content += text[at++] ?? malformed(text, 'Unexpected end of input.')
    else if (c !== '"') content += c
    else if (isQuoted && text[at] === '"') content += text[at++]
    else isQuoted = !isQuoted
  }
  return { content, end: at }
}
