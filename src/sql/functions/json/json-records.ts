/**
 * JSON into records: json(b)_populate_record(set) and json(b)_to_record(set).
 *
 * The columns come from the type of the first argument, from its value when it is an anonymous record, or from the list
 * that the query gives (AS t(a int, …)).
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { snapshotOf } from '../../catalog/functions/call-catalog.ts'
import { isJsonbArray, isJsonbObject } from '../../types/json/jsonb-compare.ts'
import { parseJsonb, printJsonb, textOfNode } from '../../types/json/jsonb-value.ts'
import { parseJsonTree, sliceOf } from '../../types/json/json-tree.ts'
import { Jsonb, PgArray, PgRecord, type JsonbNode } from '../../types/value-classes.ts'
import { shapeOf, type RecordShape } from '../../types/record/record-text.ts'
import { readerOf } from '../../types/value-text.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { jsonError } from './json-access.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

function resultShape(context: CallContext, base: PgRecord | null, name: string): RecordShape {
  for (const oid of [context.argumentTypes[0], context.resultType]) {
    const shape = oid === undefined ? undefined : shapeOf(context, baseTypeOf(context.catalog, oid))
    if (shape !== undefined) return shape
  }
  const listed = listedShape(context)
  if (base !== null && base.types.length > 0) {
    const typmods = base.types.map(() => -1)
    const shape = { names: base.names, types: base.types as readonly Oid[], typmods }
    if (listed !== undefined) checkListed(context, shape, listed)
    return shape
  }
  if (listed !== undefined) return listed
  throw new SqlError('0A000', `could not determine row type for result of ${name}`, {
    hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.',
  })
}

function listedShape({ recordColumns }: CallContext): RecordShape | undefined {
  if (recordColumns === undefined) return undefined
  return {
    names: recordColumns.map(({ name }) => name),
    types: recordColumns.map(({ type }) => type),
    typmods: recordColumns.map(({ typmod }) => typmod),
  }
}

/** The record given must have the columns that the query lists. */
function checkListed(context: CallContext, given: RecordShape, listed: RecordShape): void {
  const message = 'function return row and query-specified return row do not match'
  const count = given.types.length
  if (count !== listed.types.length) {
    const attributes = count === 1 ? 'attribute' : 'attributes'
    throw new SqlError('42804', message, {
      detail: `Returned row contains ${count} ${attributes}, but query expects ${listed.types.length}.`,
    })
  }
  given.types.forEach((type, i) => {
    const wanted = listed.types[i]
    if (wanted === undefined || wanted === type) return
    const catalog = snapshotOf(context)
    const [from, to] = [type, wanted].map((oid) => formatTypeName(catalog, oid, -1, []))
    throw new SqlError('42804', message, {
      detail: `Returned type ${from} at ordinal position ${i + 1}, but query expects ${to}.`,
    })
  })
}

/** A value of the source: the parsed node, and the text it had if it was of type json. */
interface Source {
  readonly node: JsonbNode
  readonly text: string | undefined
}

function membersOf(source: Source): ReadonlyMap<string, Source> {
  const { node, text } = source
  if (!isJsonbObject(node)) {
    const what = isJsonbArray(node) ? 'an array' : 'a scalar'
    throw jsonError(`cannot call populate_composite on ${what}`)
  }
  if (text === undefined) {
    return new Map([...node].map(([key, value]) => [key, { node: value, text: undefined }]))
  }
  const tree = parseJsonTree(text)
  if (tree.kind !== 'object') return new Map()
  return new Map(tree.members.map(({ key, value }) => [key, ofText(sliceOf(text, value))] as const))
}

function itemsOf({ node, text }: Source): readonly Source[] {
  if (!isJsonbArray(node)) return []
  if (text === undefined) return node.map((item) => ({ node: item, text: undefined }))
  const tree = parseJsonTree(text)
  return tree.kind === 'array' ? tree.items.map((item) => ofText(sliceOf(text, item))) : []
}

function ofText(text: string): Source {
  return { node: parseJsonb(text).root, text }
}

function sourceOf(value: Datum): Source {
  return value instanceof Jsonb ? { node: value.root, text: undefined } : ofText(value as string)
}

function populateRecord(
  context: CallContext,
  shape: RecordShape,
  base: PgRecord | null,
  source: Source,
): PgRecord {
  const members = membersOf(source)
  const values = shape.names.map((name, i): Value => {
    const member = members.get(name)
    // Values of the record given are valid as they are; nulls of our own may not be, where the type is a domain.
    if (member === undefined && base !== null) return base.values[i] ?? null
    const type = shape.types[i] ?? (0 as Oid)
    return populateField(context, type, shape.typmods[i] ?? -1, member, base?.values[i] ?? null)
  })
  return new PgRecord(values, shape.types, shape.names)
}

function populateField(
  context: CallContext,
  oid: Oid,
  typmod: number,
  source: Source | undefined,
  given: Value = null,
): Value {
  const type = context.catalog.type(oid)
  if (type.typeType !== 'd') return populatePlain(context, type, typmod, source, given)
  const value = populateField(context, type.baseType, type.typmod, source, given)
  context.session.checkDomain(oid, value)
  return value
}

function populatePlain(
  context: CallContext,
  type: TypeInfo,
  typmod: number,
  source: Source | undefined,
  given: Value,
): Value {
  if (source === undefined || source.node === null) return null
  const { node, text } = source
  if (type.name === 'jsonb' && type.schema === 'pg_catalog') return new Jsonb(node)
  if (type.name === 'json' && type.schema === 'pg_catalog') return text ?? printJsonb(node)
  if (typeof node === 'string') return readerOf(context, type.oid, typmod)(node)
  if (type.typeType === 'c') {
    const shape = shapeOf(context, type)
    const old = given instanceof PgRecord ? given : null
    if (shape !== undefined) return populateRecord(context, shape, old, source)
  }
  if (type.elementType !== 0 && type.category === 'A') {
    if (!isJsonbArray(node)) throw expectedArray()
    return populateArray(context, type, typmod, source)
  }
  return readerOf(context, type.oid, typmod)(text ?? scalarText(node))
}

/** Objects and arrays as they are printed, which no scalar type reads. */
function scalarText(node: JsonbNode): string {
  return isJsonbArray(node) || isJsonbObject(node) ? printJsonb(node) : (textOfNode(node) ?? '')
}

function expectedArray(): SqlError {
  return new SqlError('22P02', 'expected JSON array')
}

/** The first value that is no array itself tells how deep the array is; deeper arrays are elements. */
function populateArray(
  context: CallContext,
  type: TypeInfo,
  typmod: number,
  source: Source,
): PgArray {
  const sizes: number[] = []
  const elements: Value[] = []
  let depth = 0
  const visit = (part: Source, level: number): void => {
    const items = itemsOf(part)
    for (const item of items) {
      const isArray = isJsonbArray(item.node)
      if (depth === 0 && !isArray) depth = level
      if (level === depth) {
        elements.push(populateField(context, type.elementType, typmod, item))
      } else if (isArray) visit(item, level + 1)
      else throw expectedArray()
    }
    const known = sizes[level - 1]
    if (known === undefined) sizes[level - 1] = items.length
    else if (known !== items.length) throw malformedArray()
  }
  visit(source, 1)
  return elements.length === 0 ? new PgArray([]) : new PgArray(elements, sizes)
}

function malformedArray(): SqlError {
  return new SqlError('22P02', 'malformed JSON array', {
    detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.',
  })
}

function* recordSet(
  context: CallContext,
  base: PgRecord | null,
  value: Datum,
  name: string,
): Generator<PgRecord> {
  const source = sourceOf(value)
  if (!isJsonbArray(source.node)) {
    const what = isJsonbObject(source.node) ? 'an object' : 'a scalar'
    throw jsonError(`cannot call ${name} on ${what}`)
  }
  const shape = resultShape(context, base, name)
  for (const item of itemsOf(source)) {
    if (!isJsonbObject(item.node)) {
      throw jsonError(`argument of ${name} must be an array of objects`)
    }
    yield populateRecord(context, shape, base, item)
  }
}

export function registerJsonRecords(registry: FunctionRegistry): void {
  for (const type of ['json', 'jsonb']) {
    registry.scalar(
      `${type}_populate_record`,
      (context, base: PgRecord | null, value: Datum | null) =>
        populateOne(context, base, value, `${type}_populate_record`),
    )
    registry.set(
      `${type}_populate_recordset`,
      (context, base: PgRecord | null, value: Datum | null) =>
        value === null ? [] : recordSet(context, base, value, `${type}_populate_recordset`),
    )
    registry.scalar(`${type}_to_record`, (context, value: Datum) =>
      populateOne(context, null, value, `${type}_to_record`),
    )
    registry.set(`${type}_to_recordset`, (context, value: Datum | null) =>
      value === null ? [] : recordSet(context, null, value, `${type}_to_recordset`),
    )
  }
  registry.scalar(
    'jsonb_populate_record_valid',
    (context, base: PgRecord | null, value: Datum | null) => {
      try {
        populateOne(context, base, value, 'jsonb_populate_record_valid')
        return true
      } catch (error) {
        // Errors in data are the answer; the others are errors still.
        if (!(error instanceof SqlError) || !/^2[23]/.test(error.code)) throw error
        return false
      }
    },
  )
}

function populateOne(
  context: CallContext,
  base: PgRecord | null,
  value: Datum | null,
  name: string,
): PgRecord | null {
  const shape = resultShape(context, base, name)
  if (value === null) return base
  const record = populateRecord(context, shape, base, sourceOf(value))
  const declared = context.argumentTypes[0] ?? (0 as Oid)
  if (context.catalog.type(declared).typeType === 'd') context.session.checkDomain(declared, record)
  return record
}
