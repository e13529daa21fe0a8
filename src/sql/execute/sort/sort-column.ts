/** A key column to sort by, and how two of its rows compare: ascending or descending, nulls where they belong. */
import type { Datum, Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { SortKey } from '../../plan/expression.ts'
import { compareScalars } from '../expression/comparison/comparison-loops.ts'
import { compareText } from '../../types/text/compare-text.ts'
import { compareValues } from '../../types/compare/compare-values.ts'

export interface SortDirection {
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly locale: string | undefined
}

export interface SortColumn extends SortDirection {
  readonly vector: Vector
}

export type RowComparer = (a: number, b: number) => number

export const ASCENDING: SortDirection = { descending: false, nullsFirst: false, locale: undefined }

export function directionOf({ descending, nullsFirst, locale }: SortKey): SortDirection {
  return { descending, nullsFirst, locale }
}

/** Two values of a key column, either null. */
export function compareKeyValues(
  a: Datum | null,
  b: Datum | null,
  { descending, nullsFirst, locale }: SortDirection,
): number {
  if (a === null || b === null) {
    if (a === b) return 0
    return (a === null) === nullsFirst ? -1 : 1
  }
  const order = compareValues(a, b, locale)
  return descending ? -order : order
}

/** Compares rows of one column by number. */
export function columnComparer(column: SortColumn): RowComparer {
  const { vector, descending, locale } = column
  const sign = descending ? -1 : 1
  const nullOrder = column.nullsFirst ? -1 : 1
  if (vector.kind === 'text') {
    const values = vector.values
    return (a, b) => {
      const x = values[a]
      const y = values[b]
      if (x === null || y === null) return x === y ? 0 : x === null ? nullOrder : -nullOrder
      return sign * compareText(x, y, locale)
    }
  }
  if (vector.kind !== 'datum' && vector.nulls === undefined) {
    const values = vector.values
    return (a, b) => sign * compareScalars(values[a], values[b])
  }
  return (a, b) => compareKeyValues(datumAt(vector, a), datumAt(vector, b), column)
}

/** Compares rows by several columns. */
export function rowComparer(columns: readonly SortColumn[]): RowComparer {
  const comparers = columns.map(columnComparer)
  if (comparers.length === 1) return comparers[0]
  return (a, b) => {
    for (let k = 0; k < comparers.length; k++) {
      const order = comparers[k](a, b)
      if (order !== 0) return order
    }
    return 0
  }
}
