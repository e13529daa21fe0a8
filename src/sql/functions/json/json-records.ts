/**
 * JSON into records: json(b)_populate_record(set) and json(b)_to_record(set).
 *
 * The columns come from the type of the first argument, from its value when it is an anonymous record, or, for the
 * functions whose columns the query lists (AS t(a int, …)), from `context.memo` under RECORD_COLUMNS.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import { isJsonbArray, isJsonbObject } from '../../types/json/jsonb-compare.ts'
import { parseJsonb, printJsonb, textOfNode } from '../../types/json/jsonb-value.ts'
import { parseJsonTree, sliceOf } from '../../types/json/json-tree.ts'
import { Jsonb, PgArray, PgRecord, type JsonbNode } from '../../types/value-classes.ts'
import { shapeOf, type RecordShape } from '../../types/record/record-text.ts'
import { readerOf } from '../../types/value-text.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { jsonError } from './json-access.ts'

/** Key of the memo under which the executor leaves a RecordShape for calls with a column definition list. */
export const RECORD_COLUMNS = 'record columns'

function resultShape(context: CallContext, base: PgRecord | null): RecordShape {
  const listed = context.memo.get(RECORD_COLUMNS)
  if (listed !== undefined) return listed as RecordShape // only the executor writes the key
  for (const oid of [context.argumentTypes[0], context.resultType]) {
    const shape = oid === undefined ? undefined : shapeOf(context, baseOf(context, oid))
    if (shape !== undefined) return shape
  }
  if (base !== null && base.types.length > 0) {
    const typmods = base.types.map(() => -1)
    return { names: base.names, types: base.types as readonly Oid[], typmods }
  }
  throw new SqlError('22023', 'could not determine row type for result of json_populate_record', {
    hint: 'Provide a non-null record argument, or call the function in the FROM clause using a column definition list.',
  })
}

function baseOf(context: CallContext, oid: Oid): TypeInfo {
  let type = context.catalog.type(oid)
  while (type.typeType === 'd') type = context.catalog.type(type.baseType)
  return type
}

/** A value of the source: the parsed node, and the text it had if it was of type json. */
interface Source {
  readonly node: JsonbNode
  readonly text: string | undefined
}

function membersOf(source: Source): ReadonlyMap<string, Source> {
  const { node, text } = source
  if (!isJsonbObject(node)) throw jsonError('cannot call populate_composite on a non-object')
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
    if (member === undefined) return base?.values[i] ?? null
    return populateField(context, shape.types[i] ?? (0 as Oid), shape.typmods[i] ?? -1, member)
  })
  return new PgRecord(values, shape.types, shape.names)
}

function populateField(context: CallContext, oid: Oid, typmod: number, source: Source): Value {
  const { node, text } = source
  const type = context.catalog.type(oid)
  if (type.name === 'jsonb' && type.schema === 'pg_catalog') return new Jsonb(node)
  if (type.name === 'json' && type.schema === 'pg_catalog') return text ?? printJsonb(node)
  if (node === null) return null
  const base = baseOf(context, oid)
  if (isJsonbObject(node) && base.typeType === 'c') {
    const shape = shapeOf(context, base)
    if (shape !== undefined) return populateRecord(context, shape, null, source)
  }
  if (isJsonbArray(node) && base.elementType !== 0 && base.category === 'A') {
    return populateArray(context, base, typmod, source)
  }
  if (base.elementType !== 0 && base.category === 'A' && typeof node !== 'string') {
    throw new SqlError('22P02', 'expected JSON array')
  }
  const content = typeof node === 'string' ? node : (text ?? textOfNode(node) ?? '')
  return readerOf(context, oid, typmod)(content)
}

function populateArray(
  context: CallContext,
  type: TypeInfo,
  typmod: number,
  source: Source,
): PgArray {
  const dimensions: number[] = []
  const elements: Value[] = []
  const visit = (part: Source, depth: number): void => {
    const items = itemsOf(part)
    const known = dimensions[depth]
    if (known === undefined) dimensions[depth] = items.length
    else if (known !== items.length) {
      throw new SqlError('22P02', 'malformed JSON array', {
        detail: 'Multidimensional arrays must have sub-arrays with matching dimensions.',
      })
    }
    for (const item of items) {
      if (isJsonbArray(item.node)) visit(item, depth + 1)
      else elements.push(populateField(context, type.elementType, typmod, item))
    }
  }
  visit(source, 0)
  return elements.length === 0 ? new PgArray([]) : new PgArray(elements, dimensions)
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
  const shape = resultShape(context, base)
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
        value === null
          ? base
          : populateRecord(context, resultShape(context, base), base, sourceOf(value)),
    )
    registry.set(
      `${type}_populate_recordset`,
      (context, base: PgRecord | null, value: Datum | null) =>
        value === null ? [] : recordSet(context, base, value, `${type}_populate_recordset`),
    )
    registry.scalar(`${type}_to_record`, (context, value: Datum) => {
      requireColumns(context, `${type}_to_record`)
      return populateRecord(context, resultShape(context, null), null, sourceOf(value))
    })
    registry.set(`${type}_to_recordset`, (context, value: Datum | null) => {
      requireColumns(context, `${type}_to_recordset`)
      return value === null ? [] : recordSet(context, null, value, `${type}_to_recordset`)
    })
  }
}

function requireColumns(context: CallContext, name: string): void {
  const isKnown =
    context.memo.has(RECORD_COLUMNS) ||
    shapeOf(context, context.catalog.type(context.resultType)) !== undefined
  if (!isKnown) throw unsupported(`${name} without its column definition list`)
}
