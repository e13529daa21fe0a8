/** Order of jsonb documents, as PostgreSQL's btree operator class for jsonb has it, and of object keys. */
import { compareNumeric } from '../number/numeric.ts'
import { compareByCodePoint } from '../text/compare-text.ts'
import { utf8Length } from '../text/characters.ts'
import { Numeric, type JsonbNode, type JsonbObject } from '../value-classes.ts'

export function isJsonbArray(node: JsonbNode): node is readonly JsonbNode[] {
  return Array.isArray(node)
}

export function isJsonbObject(node: JsonbNode): node is JsonbObject {
  return node instanceof Map
}

/** Keys are kept by length in bytes, then by their bytes. */
export function compareKeys(left: string, right: string): number {
  return utf8Length(left) - utf8Length(right) || compareByCodePoint(left, right)
}

/** Object > array > boolean > number > string > null */
function rank(node: JsonbNode): number {
  if (node === null) return 0
  if (typeof node === 'string') return 1
  if (node instanceof Numeric) return 2
  if (typeof node === 'boolean') return 3
  return isJsonbArray(node) ? 4 : 5
}

export function compareJsonb(left: JsonbNode, right: JsonbNode): number {
  const leftRank = rank(left)
  const rightRank = rank(right)
  if (leftRank !== rightRank) {
    // an empty array sorts before everything: an old mistake that indexes rely on
    if (isJsonbArray(left) && left.length === 0) return -1
    if (isJsonbArray(right) && right.length === 0) return 1
    return leftRank < rightRank ? -1 : 1
  }
  if (isJsonbArray(left) && isJsonbArray(right)) return compareArrays(left, right)
  if (isJsonbObject(left) && isJsonbObject(right)) return compareObjects(left, right)
  if (left instanceof Numeric && right instanceof Numeric) return compareNumeric(left, right)
  if (typeof left === 'string' && typeof right === 'string') return compareByCodePoint(left, right)
  return Number(left) - Number(right)
}

function compareArrays(left: readonly JsonbNode[], right: readonly JsonbNode[]): number {
  if (left.length !== right.length) return left.length < right.length ? -1 : 1
  for (let i = 0; i < left.length; i++) {
    const order = compareJsonb(left[i] ?? null, right[i] ?? null)
    if (order !== 0) return order
  }
  return 0
}

function compareObjects(left: JsonbObject, right: JsonbObject): number {
  if (left.size !== right.size) return left.size < right.size ? -1 : 1
  const others = right.entries()
  for (const [key, value] of left) {
    const [otherKey, otherValue] = others.next().value ?? ['', null]
    const order = compareKeysAsValues(key, otherKey) || compareJsonb(value, otherValue)
    if (order !== 0) return order
  }
  return 0
}

function compareKeysAsValues(left: string, right: string): number {
  return left === right ? 0 : compareByCodePoint(left, right)
}
