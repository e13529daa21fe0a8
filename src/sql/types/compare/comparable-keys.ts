/** Which types' datums an index of another type can be searched with: those with the same representation and order. */
import type { Oid } from '../../catalog/catalog.ts'

const INTEGERS: ReadonlySet<number> = new Set([20, 21, 23]) // int8 int2 int4; oid's order is another
const FLOATS: ReadonlySet<number> = new Set([700, 701])
const STRINGS: ReadonlySet<number> = new Set([19, 25, 1043]) // name text varchar; bpchar's blanks mean nothing

export function areComparableKeys(key: Oid, value: Oid): boolean {
  if (key === value) return true
  return [INTEGERS, FLOATS, STRINGS].some((family) => family.has(key) && family.has(value))
}
