/** Making JSON of SQL values: to_json(b), row_to_json, array_to_json, build_object, build_array, json(b)_object. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { makeObject, quoteJson } from '../../types/json/jsonb-value.ts'
import { jsonbConverter, jsonKey, jsonPrinter } from '../../types/json/value-to-json.ts'
import { Jsonb, type JsonbNode, PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'

/**
 * Type of an argument. Behind VARIADIC the arguments are the elements of an array, whose type is the last one known.
 */
function typeOf({ argumentTypes, catalog }: CallContext, index: number, value: Value): Oid {
  const oid = argumentTypes[index] ?? argumentTypes.at(-1) ?? (0 as Oid)
  if (value === null || value instanceof PgArray) return oid
  const { elementType, category } = catalog.type(oid)
  return category === 'A' && elementType !== 0 ? elementType : oid
}

function kept<T>(context: CallContext, key: string, make: () => T): T {
  const known = context.memo.get(key)
  if (known !== undefined) return known as T // each key is used for one type
  const made = make()
  context.memo.set(key, made)
  return made
}

/** Printer of argument `index`, made once per call site. */
export function printArgument(context: CallContext, index: number, value: Value): string {
  if (value === null) return 'null'
  const print = kept(context, `json ${index}`, () =>
    jsonPrinter(context, typeOf(context, index, value)),
  )
  return print(value)
}

export function convertArgument(context: CallContext, index: number, value: Value): JsonbNode {
  if (value === null) return null
  const convert = kept(context, `jsonb ${index}`, () =>
    jsonbConverter(context, typeOf(context, index, value)),
  )
  return convert(value)
}

function pretty(context: CallContext, value: Datum, lineFeeds: boolean): string {
  return jsonPrinter(context, typeOf(context, 0, value), { lineFeeds })(value)
}

export function registerJsonBuild(registry: FunctionRegistry): void {
  for (const symbol of ['to_json', 'array_to_json', 'row_to_json']) {
    registry.scalar(symbol, (context, value: Datum) => printArgument(context, 0, value))
  }
  registry.scalar('array_to_json_pretty', pretty)
  registry.scalar('row_to_json_pretty', pretty)
  registry.scalar('to_jsonb', (context, value: Datum) => {
    return new Jsonb(convertArgument(context, 0, value))
  })
  registerBuilders(registry)
  registerObjects(registry)
}

function requirePairs(args: readonly Value[], name: string): void {
  if (args.length % 2 === 0) return
  throw new SqlError('22023', 'argument list must have even number of elements', {
    hint: `The arguments of ${name}() must consist of alternating keys and values.`,
  })
}

function registerBuilders(registry: FunctionRegistry): void {
  registry.scalar('json_build_array_noargs', () => '[]')
  registry.scalar('json_build_object_noargs', () => '{}')
  registry.scalar('jsonb_build_array_noargs', () => new Jsonb([]))
  registry.scalar('jsonb_build_object_noargs', () => new Jsonb(new Map()))
  registry.scalar('json_build_array', (context: CallContext, ...values: Value[]) => {
    return `[${values.map((value, i) => printArgument(context, i, value)).join(', ')}]`
  })
  registry.scalar('jsonb_build_array', (context: CallContext, ...values: Value[]) => {
    return new Jsonb(values.map((value, i) => convertArgument(context, i, value)))
  })
  registry.scalar('json_build_object', (context: CallContext, ...args: Value[]) => {
    requirePairs(args, 'json_build_object')
    const members: string[] = []
    for (let i = 0; i < args.length; i += 2) {
      const key = args[i] ?? null
      if (key === null) throw new SqlError('22004', 'null value not allowed for object key')
      const name = quoteJson(jsonKey(context, key, typeOf(context, i, key)))
      members.push(`${name} : ${printArgument(context, i + 1, args[i + 1] ?? null)}`)
    }
    return `{${members.join(', ')}}`
  })
  registry.scalar('jsonb_build_object', (context: CallContext, ...args: Value[]) => {
    requirePairs(args, 'jsonb_build_object')
    const members: [string, JsonbNode][] = []
    for (let i = 0; i < args.length; i += 2) {
      const key = args[i] ?? null
      if (key === null) {
        throw new SqlError('22023', `argument ${i + 1}: key must not be null`)
      }
      const name = jsonKey(context, key, typeOf(context, i, key))
      members.push([name, convertArgument(context, i + 1, args[i + 1] ?? null)])
    }
    return new Jsonb(makeObject(members))
  })
}

/** Keys and values of json(b)_object(text[]) in its one- and two-dimensional forms. */
function pairsOf(array: PgArray): [string, string | null][] {
  const [rows = 0, columns] = array.dimensions
  if (array.dimensions.length > 2) throw new SqlError('2202E', 'wrong number of array subscripts')
  if (columns !== undefined && columns !== 2) {
    throw new SqlError('2202E', 'array must have two columns')
  }
  if (columns === undefined && rows % 2 !== 0) {
    throw new SqlError('2202E', 'array must have even number of elements')
  }
  const pairs: [string, string | null][] = []
  for (let i = 0; i < array.elements.length; i += 2) {
    pairs.push([keyOf(array.elements[i]), textOf(array.elements[i + 1])])
  }
  return pairs
}

function zip(keys: PgArray, values: PgArray): [string, string | null][] {
  if (keys.dimensions.length > 1 || keys.dimensions.length !== values.dimensions.length) {
    throw new SqlError('2202E', 'wrong number of array subscripts')
  }
  if (keys.elements.length !== values.elements.length) {
    throw new SqlError('2202E', 'mismatched array dimensions')
  }
  return keys.elements.map((key, i) => [keyOf(key), textOf(values.elements[i])])
}

function keyOf(element: Value | undefined): string {
  if (element === null || element === undefined) {
    throw new SqlError('22004', 'null value not allowed for object key')
  }
  return element as string // a text[]
}

function textOf(element: Value | undefined): string | null {
  return element === undefined ? null : (element as string | null) // a text[]
}

function registerObjects(registry: FunctionRegistry): void {
  const asText = (pairs: readonly [string, string | null][]): string => {
    const members = pairs.map(
      ([key, value]) => `${quoteJson(key)} : ${value === null ? 'null' : quoteJson(value)}`,
    )
    return `{${members.join(', ')}}`
  }
  registry.scalar('json_object', (_context, array: PgArray) => asText(pairsOf(array)))
  registry.scalar('json_object_two_arg', (_context, keys: PgArray, values: PgArray) =>
    asText(zip(keys, values)),
  )
  registry.scalar('jsonb_object', (_context, array: PgArray) => {
    return new Jsonb(makeObject(pairsOf(array)))
  })
  registry.scalar('jsonb_object_two_arg', (_context, keys: PgArray, values: PgArray) => {
    return new Jsonb(makeObject(zip(keys, values)))
  })
}
