/** Structural equality of bound expressions, positions aside: for GROUP BY, DISTINCT ON, index expressions. */
import type { Expression } from './expression.ts'

export function sameExpression(a: Expression, b: Expression): boolean {
  return a === b || sameValue(a, b)
}

/** Datums are immutable objects of known classes, so comparing their fields compares their values. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return typeof a === 'number' && typeof b === 'number' && Object.is(a, b)
  }
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((one, i) => sameValue(one, b[i]))
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Map || a instanceof Set) return false
  return sameFields(a, b)
}

function sameFields(a: object, b: object): boolean {
  // why: the prototypes are equal, so both have the fields of one kind of node
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  let count = 0
  for (const key in left) {
    if (key === 'position' || left[key] === undefined) continue
    if (!sameValue(left[key], right[key])) return false
    count++
  }
  for (const key in right) if (key !== 'position' && right[key] !== undefined) count--
  return count === 0
}
