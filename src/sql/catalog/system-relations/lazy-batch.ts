/**
 * Batches whose columns are made when an operator reads them. System catalogs have some thirty columns of which a
 * query wants three, and building the others would be most of its cost.
 */
import { BATCH_ROWS, vectorOf } from '../../../storage/vector.ts'
import type { Batch, ColumnKind, Datum, Vector } from '../../../storage/vector.ts'

export interface ColumnSource {
  readonly kind: ColumnKind
  /** Values of rows from … to-1. */
  values(from: number, to: number): readonly (Datum | null)[]
}

/** All rows in batches; a column vector is made once and kept. */
export function lazyBatches(sources: readonly ColumnSource[], rowCount: number): readonly Batch[] {
  const batches: Batch[] = []
  for (let from = 0; from < rowCount; from += BATCH_ROWS) {
    const to = Math.min(from + BATCH_ROWS, rowCount)
    batches.push({ kind: 'batch', length: to - from, columns: lazyColumns(sources, from, to) })
  }
  return batches
}

function lazyColumns(
  sources: readonly ColumnSource[],
  from: number,
  to: number,
): readonly Vector[] {
  const columns: Vector[] = []
  sources.forEach((source, position) => {
    let vector: Vector | undefined
    Object.defineProperty(columns, position, {
      enumerable: true,
      configurable: true,
      get: () => (vector ??= vectorOf(source.kind, source.values(from, to))),
    })
  })
  return columns
}
