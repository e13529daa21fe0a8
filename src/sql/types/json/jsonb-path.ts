/** Following and changing paths inside jsonb documents: #>, #-, jsonb_set, jsonb_insert. */
import { SqlError } from '../../../errors/sql-error.ts'
import { Numeric, type JsonbNode, type JsonbObject } from '../value-classes.ts'
import { isJsonbArray, isJsonbObject } from './jsonb-compare.ts'
import { makeObject } from './jsonb-value.ts'
import { compareNumeric } from '../number/numeric.ts'

export type PathStep = string | null

function subscriptOf(step: string): number | undefined {
  const isInteger = /^\s*[+-]?\d+$/.test(step) && Math.abs(Number(step)) <= 2147483648
  return isInteger ? Number(step) : undefined
}

export function memberAt(node: JsonbNode | undefined, key: string): JsonbNode | undefined {
  return node !== undefined && isJsonbObject(node) ? node.get(key) : undefined
}

export function itemAt(node: JsonbNode | undefined, index: number): JsonbNode | undefined {
  if (node === undefined || !isJsonbArray(node)) return undefined
  return node[index < 0 ? index + node.length : index]
}

export function followPath(root: JsonbNode, path: readonly PathStep[]): JsonbNode | undefined {
  let found: JsonbNode | undefined = root
  for (const step of path) {
    if (step === null || found === undefined) return undefined
    if (isJsonbArray(found)) {
      const index = subscriptOf(step)
      found = index === undefined ? undefined : itemAt(found, index)
    } else found = memberAt(found, step)
  }
  return found
}

/** What happens at the end of the path. */
export type PathChange =
  | { readonly kind: 'delete' }
  /** jsonb_set: `creates` adds a missing last step. */
  | { readonly kind: 'set'; readonly value: JsonbNode; readonly creates: boolean }
  | { readonly kind: 'insert'; readonly value: JsonbNode; readonly after: boolean }

export function changePath(
  node: JsonbNode,
  path: readonly PathStep[],
  change: PathChange,
  depth = 0,
): JsonbNode {
  const step = path[depth]
  if (step === undefined) return node
  if (step === null) {
    throw new SqlError('22004', `path element at position ${depth + 1} is null`)
  }
  const isLast = depth === path.length - 1
  if (isJsonbArray(node)) return changeArray(node, path, change, depth, isLast)
  return isJsonbObject(node) ? changeObject(node, path, change, depth, isLast) : node
}

function changeObject(
  node: JsonbObject,
  path: readonly PathStep[],
  change: PathChange,
  depth: number,
  isLast: boolean,
): JsonbNode {
  const key = path[depth] ?? ''
  const old = node.get(key)
  const copy = new Map(node)
  if (!isLast) {
    if (old === undefined) return node
    copy.set(key, changePath(old, path, change, depth + 1))
    return copy
  }
  if (change.kind === 'delete') {
    copy.delete(key)
    return copy
  }
  if (old === undefined) {
    const adds = change.kind === 'insert' || change.creates
    return adds ? makeObject([...node, [key, change.value]]) : node
  }
  if (change.kind === 'insert') {
    throw new SqlError('22023', 'cannot replace existing key', {
      hint: 'Try using the function jsonb_set to replace key value.',
    })
  }
  copy.set(key, change.value)
  return copy
}

function changeArray(
  node: readonly JsonbNode[],
  path: readonly PathStep[],
  change: PathChange,
  depth: number,
  isLast: boolean,
): JsonbNode {
  const step = path[depth] ?? ''
  if (node.length === 0 && change.kind === 'delete') return node
  const subscript = subscriptOf(step)
  if (subscript === undefined) {
    throw new SqlError(
      '22P02',
      `path element at position ${depth + 1} is not an integer: "${step}"`,
    )
  }
  const isBefore = subscript < 0 && -subscript > node.length
  const index = isBefore ? 0 : subscript < 0 ? subscript + node.length : subscript
  const exists = !isBefore && index < node.length
  if (!isLast) {
    if (!exists) return node
    return node.with(index, changePath(node[index] ?? null, path, change, depth + 1))
  }
  if (change.kind === 'delete') return exists ? node.toSpliced(index, 1) : node
  if (!exists) {
    const adds = change.kind === 'insert' || change.creates
    if (!adds) return node
    return isBefore ? [change.value, ...node] : [...node, change.value]
  }
  if (change.kind === 'set') return node.with(index, change.value)
  return node.toSpliced(change.after ? index + 1 : index, 0, change.value)
}

/** @>: whether `inner` occurs in `outer`. */
export function containsNode(outer: JsonbNode, inner: JsonbNode, isTop = true): boolean {
  if (isJsonbObject(outer)) {
    if (!isJsonbObject(inner)) return false
    for (const [key, value] of inner) {
      const found = outer.get(key)
      if (found === undefined || !containsNode(found, value, false)) return false
    }
    return true
  }
  if (isJsonbArray(outer)) {
    if (isJsonbArray(inner)) {
      return inner.every((item) => outer.some((candidate) => containsNode(candidate, item, false)))
    }
    // an array contains a bare scalar, but only at the top
    return isTop && !isJsonbObject(inner) && outer.some((item) => scalarsEqual(item, inner))
  }
  return scalarsEqual(outer, inner)
}

export function scalarsEqual(left: JsonbNode, right: JsonbNode): boolean {
  if (left instanceof Numeric && right instanceof Numeric) return compareNumeric(left, right) === 0
  return left === right
}
