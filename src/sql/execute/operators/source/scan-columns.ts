/** What a scan asks of the storage for its output columns, and how the answer becomes its batches. */
import { type Batch, BATCH_ROWS, type Vector } from '../../../../storage/vector.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type { ColumnId } from '../../../plan/expression.ts'
import type { IndexScanNode, OutputColumn, ScanNode, ScanSource } from '../../../plan/plan-node.ts'

export interface ScanColumns {
  /** Tree positions to read. */
  readonly positions: readonly number[]
  readonly needsRowId: boolean
  /** The tree position of each output column that is stored. */
  readonly stored: ReadonlyMap<ColumnId, number>
  /** From what the storage returned (`positions`, then the row id if there is one) to the output's columns. */
  arrange(columns: readonly Vector[]): readonly Vector[]
}

export function scanColumns(
  sources: readonly ScanSource[],
  output: readonly OutputColumn[],
  relation: Relation,
): ScanColumns {
  const positions = [
    ...new Set(sources.flatMap((source) => (source.kind === 'attribute' ? [source.position] : []))),
  ]
  const stored = new Map<ColumnId, number>()
  const places = sources.map((source, i) => {
    if (source.kind === 'attribute') {
      stored.set(output[i].id, source.position)
      return positions.indexOf(source.position)
    }
    return source.kind === 'rowId' ? positions.length : -1
  })
  const isIdentity = places.every((place, i) => place === i)
  const needsRowId = sources.some((source) => source.kind === 'rowId')
  const tableOid: Vector = {
    kind: 'int64',
    values: new Float64Array(BATCH_ROWS).fill(relation.oid),
    nulls: undefined,
  }
  // Exactly the output's columns: whoever joins rows side by side counts on it.
  const arrange = (columns: readonly Vector[]) =>
    isIdentity && columns.length === places.length
      ? columns
      : places.map((place) => (place < 0 ? tableOid : columns[place]))
  return { positions, needsRowId, stored, arrange }
}

/** The scan's column of row ids, if it puts one out. */
export function rowIdColumn({ sources, output }: ScanNode | IndexScanNode): ColumnId | undefined {
  return output[sources.findIndex(({ kind }) => kind === 'rowId')]?.id
}

export function withColumns(source: Batch, columns: readonly Vector[]): Batch {
  return columns === source.columns ? source : { kind: 'batch', length: source.length, columns }
}
