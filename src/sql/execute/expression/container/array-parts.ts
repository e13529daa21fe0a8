/** Elements and slices of array values, read and replaced, with PostgreSQL's rules for what lies outside the bounds. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Datum } from '../../../../storage/vector.ts'
import { PgArray } from '../../../types/value-classes.ts'

type Bound = number | undefined

/** Null when out of bounds, or when there are not as many subscripts as dimensions. */
export function arrayElement(array: PgArray, subscripts: readonly number[]): Datum | null {
  const offset = offsetOf(array, subscripts)
  return offset === undefined ? null : array.elements[offset]
}

function offsetOf(array: PgArray, subscripts: readonly number[]): number | undefined {
  if (subscripts.length !== array.dimensions.length) return undefined
  let offset = 0
  for (let k = 0; k < subscripts.length; k++) {
    const index = subscripts[k] - array.lowerBounds[k]
    if (index < 0 || index >= array.dimensions[k]) return undefined
    offset = offset * array.dimensions[k] + index
  }
  return offset
}

/** Clipped to the array; empty when nothing remains. Missing dimensions are taken whole. Bounds of the result start at 1. */
export function arraySlice(
  array: PgArray,
  lower: readonly Bound[],
  upper: readonly Bound[],
): PgArray {
  const { dimensions, lowerBounds, elements } = array
  if (upper.length > dimensions.length) return new PgArray([])
  const from: number[] = []
  const lengths: number[] = []
  for (let k = 0; k < dimensions.length; k++) {
    const first = Math.max(lower[k] ?? lowerBounds[k], lowerBounds[k]) - lowerBounds[k]
    const last = Math.min(
      (upper[k] ?? lowerBounds[k] + dimensions[k] - 1) - lowerBounds[k],
      dimensions[k] - 1,
    )
    if (first > last) return new PgArray([])
    from.push(first)
    lengths.push(last - first + 1)
  }
  const picked: (Datum | null)[] = []
  forEachPosition(lengths, (position) => {
    let offset = 0
    for (let k = 0; k < position.length; k++)
      offset = offset * dimensions[k] + from[k] + position[k]
    picked.push(elements[offset])
  })
  return new PgArray(picked, lengths)
}

function forEachPosition(
  lengths: readonly number[],
  visit: (position: readonly number[]) => void,
): void {
  const position = lengths.map(() => 0)
  const total = lengths.reduce((product, length) => product * length, 1)
  for (let i = 0; i < total; i++) {
    visit(position)
    for (let k = lengths.length - 1; k >= 0; k--) {
      if (++position[k] < lengths[k]) break
      position[k] = 0
    }
  }
}

function outOfRange(): SqlError {
  return new SqlError(SQLSTATE.ARRAY_SUBSCRIPT_ERROR, 'array subscript out of range')
}

/** The largest array PostgreSQL allocates (MaxArraySize). */
const MAX_ELEMENTS = 134217727

/** A one-dimensional array grows to hold the element, the gap filled with nulls. */
export function assignElement(
  array: PgArray,
  subscripts: readonly number[],
  value: Datum | null,
): PgArray {
  if (array.dimensions.length === 0) {
    const dimensions = subscripts.map(() => 1)
    return new PgArray([value], dimensions, subscripts)
  }
  if (subscripts.length !== array.dimensions.length) {
    throw new SqlError(SQLSTATE.ARRAY_SUBSCRIPT_ERROR, 'wrong number of array subscripts')
  }
  const elements = [...array.elements]
  const offset = offsetOf(array, subscripts)
  if (offset !== undefined) {
    elements[offset] = value
    return new PgArray(elements, array.dimensions, array.lowerBounds)
  }
  if (subscripts.length > 1) throw outOfRange()
  return assignSlice(array, subscripts, subscripts, new PgArray([value]))
}

export function assignSlice(
  array: PgArray,
  lower: readonly Bound[],
  upper: readonly Bound[],
  source: PgArray,
): PgArray {
  if (upper.length > 1) return assignRegion(array, lower, upper, source)
  const start = array.lowerBounds[0] ?? 1
  const isEmpty = array.elements.length === 0
  const first = lower[0] ?? start
  const last =
    upper[0] ?? (isEmpty ? first + source.elements.length - 1 : start + array.elements.length - 1)
  if (first > last) {
    throw new SqlError(
      SQLSTATE.ARRAY_SUBSCRIPT_ERROR,
      'upper bound cannot be less than lower bound',
    )
  }
  if (source.elements.length < last - first + 1) throw tooSmall()
  const from = isEmpty ? first : Math.min(start, first)
  const to = isEmpty ? last : Math.max(start + array.elements.length - 1, last)
  if (to - from >= MAX_ELEMENTS) {
    throw new SqlError(
      SQLSTATE.PROGRAM_LIMIT_EXCEEDED,
      `array size exceeds the maximum allowed (${MAX_ELEMENTS})`,
    )
  }
  const elements = new Array<Datum | null>(to - from + 1).fill(null)
  for (let i = 0; i < array.elements.length; i++) elements[start - from + i] = array.elements[i]
  for (let i = first; i <= last; i++) elements[i - from] = source.elements[i - first]
  return new PgArray(elements, [elements.length], [from])
}

function tooSmall(): SqlError {
  return new SqlError(SQLSTATE.ARRAY_SUBSCRIPT_ERROR, 'source array too small')
}

/** A region of an array of several dimensions: inside its bounds only. */
function assignRegion(
  array: PgArray,
  lower: readonly Bound[],
  upper: readonly Bound[],
  source: PgArray,
): PgArray {
  const { dimensions, lowerBounds } = array
  const isNew = dimensions.length === 0
  const from = upper.map((_, k) => lower[k] ?? lowerBounds[k] ?? 1)
  const lengths = upper.map(
    (bound, k) => (bound ?? (lowerBounds[k] ?? 1) + (dimensions[k] ?? 0) - 1) - from[k] + 1,
  )
  const total = lengths.reduce((product, length) => product * length, 1)
  if (source.elements.length < total) throw tooSmall()
  if (isNew) return new PgArray(source.elements.slice(0, total), lengths, from)
  const elements = [...array.elements]
  let next = 0
  forEachPosition(lengths, (position) => {
    const offset = offsetOf(
      array,
      position.map((index, k) => index + from[k]),
    )
    if (offset === undefined) throw outOfRange()
    elements[offset] = source.elements[next++]
  })
  return new PgArray(elements, dimensions, lowerBounds)
}
