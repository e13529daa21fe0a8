/** j['a'][0] of jsonb values, read and replaced. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Datum } from '../../../../storage/vector.ts'
import { Jsonb, type JsonbNode, type JsonbObject } from '../../../types/value-classes.ts'

const INTEGER = /^[+-]?\d+$/

function isArray(node: JsonbNode | undefined): node is readonly JsonbNode[] {
  return Array.isArray(node)
}

function indexIn(length: number, key: Datum): number | undefined {
  const text = String(key)
  if (!INTEGER.test(text)) return undefined
  const index = Number(text)
  return index < 0 ? length + index : index
}

/** Null (SQL's) when the path leads nowhere. */
export function jsonbPath(value: Jsonb, path: readonly Datum[]): Jsonb | null {
  let node: JsonbNode | undefined = value.root
  for (const key of path) {
    if (node instanceof Map) node = node.get(String(key))
    else if (isArray(node)) {
      const index = indexIn(node.length, key)
      node = index === undefined || index < 0 ? undefined : node[index]
    } else return null
    if (node === undefined) return null
  }
  return new Jsonb(node)
}

/** Missing containers on the way are made: objects for text keys, arrays (padded with null) for numbers. */
export function assignJsonbPath(
  container: Jsonb | null,
  path: readonly Datum[],
  value: Datum | null,
): Jsonb {
  const leaf = value instanceof Jsonb ? value.root : null
  return new Jsonb(assignNode(container?.root, path, 0, leaf))
}

function assignNode(
  node: JsonbNode | undefined,
  path: readonly Datum[],
  depth: number,
  leaf: JsonbNode,
): JsonbNode {
  if (depth === path.length) return leaf
  const key = path[depth]
  if (node === undefined || (node === null && depth > 0)) {
    const fresh: JsonbNode = typeof key === 'number' ? [] : new Map()
    return assignNode(fresh, path, depth, leaf)
  }
  if (node instanceof Map) {
    const entries = new Map(node as JsonbObject)
    entries.set(String(key), assignNode(entries.get(String(key)), path, depth + 1, leaf))
    return new Map([...entries].sort(([a], [b]) => byJsonbOrder(a, b)))
  }
  if (isArray(node))
    return assignInArray(node, key, (old) => assignNode(old, path, depth + 1, leaf))
  throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, 'cannot replace existing key', {
    detail: 'The path assumes key is a composite object, but it is a scalar value.',
  })
}

function assignInArray(
  items: readonly JsonbNode[],
  key: Datum,
  change: (old: JsonbNode | undefined) => JsonbNode,
): JsonbNode {
  const index = indexIn(items.length, key)
  if (index === undefined || index < 0) {
    throw new SqlError(
      SQLSTATE.INVALID_TEXT_REPRESENTATION,
      `path element at position 1 is not an integer: "${String(key)}"`,
    )
  }
  const copy = [...items]
  while (copy.length < index) copy.push(null)
  copy[index] = change(items[index])
  return copy
}

const utf8 = new TextEncoder()

/** jsonb keeps keys by length in bytes, then by bytes. */
function byJsonbOrder(a: string, b: string): number {
  const x = utf8.encode(a)
  const y = utf8.encode(b)
  if (x.length !== y.length) return x.length - y.length
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i] - y[i]
  return 0
}
