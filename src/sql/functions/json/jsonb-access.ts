/** Reading jsonb: -> ->> #> #>>, @> ? ?| ?&, each, keys, elements, comparison, casts to scalars. */
import type { SqlError } from '../../../errors/sql-error.ts'
import { compareJsonb, isJsonbArray, isJsonbObject } from '../../types/json/jsonb-compare.ts'
import { containsNode, followPath, itemAt, memberAt } from '../../types/json/jsonb-path.ts'
import type { PathStep } from '../../types/json/jsonb-path.ts'
import * as Document from '../../types/json/jsonb-value.ts'
import { numericToFloat4, numericToFloat8 } from '../../types/number/numeric-conversion.ts'
import { numericToInteger } from '../../types/number/numeric-conversion.ts'
import { Jsonb, Numeric, type JsonbNode, type PgArray } from '../../types/value-classes.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { jsonError } from './json-access.ts'

const asJsonb = (node: JsonbNode | undefined): Value =>
  node === undefined ? null : new Jsonb(node)
const asText = (node: JsonbNode | undefined): Value =>
  node === undefined ? null : Document.textOfNode(node)

export function stepsOf(path: PgArray): readonly PathStep[] {
  return path.elements as readonly PathStep[] // a text[]
}

export function registerJsonbAccess(registry: FunctionRegistry): void {
  for (const [suffix, result] of [
    ['', asJsonb],
    ['_text', asText],
  ] as const) {
    registry.scalar(`jsonb_object_field${suffix}`, (_context, { root }: Jsonb, key: string) =>
      result(memberAt(root, key)),
    )
    registry.scalar(`jsonb_array_element${suffix}`, (_context, { root }: Jsonb, index: number) =>
      result(itemAt(root, index)),
    )
    registry.scalar(`jsonb_extract_path${suffix}`, (_context, { root }: Jsonb, path: PgArray) =>
      result(followPath(root, stepsOf(path))),
    )
    registry.set(`jsonb_each${suffix}`, (_context, { root }: Jsonb) => {
      if (!isJsonbObject(root)) throw jsonError(`cannot call jsonb_each${suffix} on a non-object`)
      return [...root].map(([key, value]) => [key, result(value)])
    })
    registry.set(`jsonb_array_elements${suffix}`, (_context, { root }: Jsonb) => {
      if (isJsonbArray(root)) return root.map(result)
      const what = isJsonbObject(root) ? 'an object' : 'a scalar'
      throw jsonError(`cannot extract elements from ${what}`)
    })
  }
  registerMeasures(registry)
  registerExistence(registry)
  registerComparison(registry)
  registerCasts(registry)
}

function registerMeasures(registry: FunctionRegistry): void {
  registry.scalar('jsonb_array_length', (_context, { root }: Jsonb) => {
    if (isJsonbArray(root)) return root.length
    const what = isJsonbObject(root) ? 'a non-array' : 'a scalar'
    throw jsonError(`cannot get array length of ${what}`)
  })
  registry.set('jsonb_object_keys', (_context, { root }: Jsonb) => {
    if (isJsonbObject(root)) return root.keys()
    const what = isJsonbArray(root) ? 'an array' : 'a scalar'
    throw jsonError(`cannot call jsonb_object_keys on ${what}`)
  })
  registry.scalar('jsonb_typeof', (_context, { root }: Jsonb) => Document.kindOfNode(root))
  registry.scalar('jsonb_pretty', (_context, { root }: Jsonb) => Document.printPretty(root))
}

function hasKey(node: JsonbNode, key: string): boolean {
  if (isJsonbObject(node)) return node.has(key)
  return isJsonbArray(node) ? node.includes(key) : node === key
}

function registerExistence(registry: FunctionRegistry): void {
  registry.scalar('jsonb_contains', (_context, outer: Jsonb, inner: Jsonb) =>
    containsNode(outer.root, inner.root),
  )
  registry.scalar('jsonb_contained', (_context, inner: Jsonb, outer: Jsonb) =>
    containsNode(outer.root, inner.root),
  )
  registry.scalar('jsonb_exists', (_context, { root }: Jsonb, key: string) => hasKey(root, key))
  registry.scalar('jsonb_exists_any', (_context, { root }: Jsonb, keys: PgArray) =>
    stepsOf(keys).some((key) => key !== null && hasKey(root, key)),
  )
  registry.scalar('jsonb_exists_all', (_context, { root }: Jsonb, keys: PgArray) =>
    stepsOf(keys).every((key) => key === null || hasKey(root, key)),
  )
}

function registerComparison(registry: FunctionRegistry): void {
  const order = (_context: CallContext, left: Jsonb, right: Jsonb): number =>
    Math.sign(compareJsonb(left.root, right.root))
  registry.scalar('jsonb_cmp', order)
  registry.scalar('jsonb_eq', (context, l: Jsonb, r: Jsonb) => order(context, l, r) === 0)
  registry.scalar('jsonb_ne', (context, l: Jsonb, r: Jsonb) => order(context, l, r) !== 0)
  registry.scalar('jsonb_lt', (context, l: Jsonb, r: Jsonb) => order(context, l, r) < 0)
  registry.scalar('jsonb_le', (context, l: Jsonb, r: Jsonb) => order(context, l, r) <= 0)
  registry.scalar('jsonb_gt', (context, l: Jsonb, r: Jsonb) => order(context, l, r) > 0)
  registry.scalar('jsonb_ge', (context, l: Jsonb, r: Jsonb) => order(context, l, r) >= 0)
}

function cannotCast(node: JsonbNode, typeName: string): SqlError {
  const kind = Document.kindOfNode(node)
  const shown = kind === 'number' ? 'numeric' : kind
  return jsonError(`cannot cast jsonb ${shown} to type ${typeName}`)
}

function registerCasts(registry: FunctionRegistry): void {
  registry.scalar('jsonb_bool', (_context, { root }: Jsonb) => {
    if (typeof root !== 'boolean') throw cannotCast(root, 'boolean')
    return root
  })
  const ofNumber = (symbol: string, typeName: string, convert: (value: Numeric) => Value): void =>
    registry.scalar(symbol, (_context, { root }: Jsonb) => {
      if (!(root instanceof Numeric)) throw cannotCast(root, typeName)
      return convert(root)
    })
  ofNumber('jsonb_numeric', 'numeric', (value) => value)
  ofNumber('jsonb_int2', 'smallint', (value) => numericToInteger(value, 2))
  ofNumber('jsonb_int4', 'integer', (value) => numericToInteger(value, 4))
  ofNumber('jsonb_int8', 'bigint', (value) => numericToInteger(value, 8))
  ofNumber('jsonb_float4', 'real', numericToFloat4)
  ofNumber('jsonb_float8', 'double precision', numericToFloat8)
}
