/** Building new arrays from arrays: append, concatenate, fill, replace, trim. No session, no text. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import { PgArray } from '../value-classes.ts'
import { arrayTooLarge, MAX_ARRAY_SIZE, MAX_ELEMENTS, tooManyDimensions } from './array-text.ts'

type Element = Datum | null

const EMPTY = new PgArray([])

function requireOneDimension(array: PgArray): void {
  if (array.dimensions.length > 1) {
    throw new SqlError('22000', 'argument must be empty or one-dimensional array')
  }
}

/** The lower bound is kept, so the new element's subscript is one past the last. */
export function appendElement(array: PgArray | null, element: Element): PgArray {
  const base = array ?? EMPTY
  requireOneDimension(base)
  const elements = [...base.elements, element]
  return new PgArray(elements, [elements.length], [base.lowerBounds[0] ?? 1])
}

export function prependElement(element: Element, array: PgArray | null): PgArray {
  const base = array ?? EMPTY
  requireOneDimension(base)
  const elements = [element, ...base.elements]
  return new PgArray(elements, [elements.length], [base.lowerBounds[0] ?? 1])
}

function incompatible(detail: string): SqlError {
  return new SqlError('2202E', 'cannot concatenate incompatible arrays', { detail })
}

/** array || array: along the first dimension; an array of one dimension less counts as one more element. */
export function concatenateArrays(left: PgArray, right: PgArray): PgArray {
  if (right.dimensions.length === 0) return left
  if (left.dimensions.length === 0) return right
  const depth = left.dimensions.length
  const otherDepth = right.dimensions.length
  if (Math.abs(depth - otherDepth) > 1) {
    throw incompatible(
      `Arrays of ${depth} and ${otherDepth} dimensions are not compatible for concatenation.`,
    )
  }
  const [outer, inner] = depth >= otherDepth ? [left, right] : [right, left]
  const isSameDepth = depth === otherDepth
  const innerLengths = isSameDepth ? inner.dimensions.slice(1) : inner.dimensions
  const innerBounds = isSameDepth ? inner.lowerBounds.slice(1) : inner.lowerBounds
  const agrees =
    innerLengths.every((length, i) => length === outer.dimensions[i + 1]) &&
    innerBounds.every((bound, i) => bound === outer.lowerBounds[i + 1])
  if (!agrees) {
    throw incompatible(
      isSameDepth
        ? 'Arrays with differing element dimensions are not compatible for concatenation.'
        : 'Arrays with differing dimensions are not compatible for concatenation.',
    )
  }
  const added = isSameDepth ? (inner.dimensions[0] ?? 0) : 1
  const dimensions = [(outer.dimensions[0] ?? 0) + added, ...outer.dimensions.slice(1)]
  if (left.elements.length + right.elements.length > MAX_ELEMENTS) throw arrayTooLarge(MAX_ELEMENTS)
  return new PgArray([...left.elements, ...right.elements], dimensions, outer.lowerBounds)
}

export function fillArray(
  value: Element,
  lengths: PgArray | null,
  bounds: PgArray | null | undefined,
): PgArray {
  if (lengths === null || bounds === null) {
    throw new SqlError('22004', 'dimension array or low bound array cannot be null')
  }
  const dimensions = fillParameters(lengths, 'Dimension array must be one dimensional.')
  if (dimensions.length > 6) throw tooManyDimensions(dimensions.length)
  const lowerBounds =
    bounds === undefined
      ? dimensions.map(() => 1)
      : fillParameters(bounds, 'Dimension array must be one dimensional.')
  if (lowerBounds.length !== dimensions.length) {
    throw new SqlError('2202E', 'wrong number of array subscripts', {
      detail: 'Low bound array has different size than dimensions array.',
    })
  }
  const count = dimensions.reduce((product, length) => product * length, 1)
  if (count > MAX_ARRAY_SIZE || dimensions.some((length) => length < 0)) throw arrayTooLarge()
  if (count > MAX_ELEMENTS) throw arrayTooLarge(MAX_ELEMENTS)
  if (count <= 0 || dimensions.length === 0) return EMPTY
  return new PgArray(
    Array.from({ length: count }, () => value),
    dimensions,
    lowerBounds,
  )
}

function fillParameters(array: PgArray, detail: string): number[] {
  if (array.dimensions.length > 1) {
    throw new SqlError('2202E', 'wrong number of array subscripts', { detail })
  }
  return array.elements.map((value) => {
    if (value === null) throw new SqlError('22004', 'dimension values cannot be null')
    return value as number // an int4[]
  })
}

export function trimArray(array: PgArray, count: number): PgArray {
  const length = array.dimensions[0] ?? 0
  if (count < 0 || count > length) {
    throw new SqlError('2202E', `number of elements to trim must be between 0 and ${length}`)
  }
  return takeRows(
    array,
    Array.from({ length: length - count }, (_, i) => i),
  )
}

/** The given entries of the first dimension, with the other dimensions whole. Subscripts start at 1 again. */
export function takeRows(array: PgArray, rows: readonly number[]): PgArray {
  if (rows.length === 0) return EMPTY
  const size = array.elements.length / (array.dimensions[0] ?? 1)
  const elements = rows.flatMap((row) => array.elements.slice(row * size, (row + 1) * size))
  const dimensions = [rows.length, ...array.dimensions.slice(1)]
  return new PgArray(elements, dimensions, [1, ...array.lowerBounds.slice(1)])
}
