/** Finds the rows that refer to a key: through an index that starts with the referencing columns, or by reading the table. */
import type { TransactionAccess } from '../../../../../storage/access.ts'
import type { Task } from '../../../../../storage/task.ts'
import { type Batch, type Datum, datumAt } from '../../../../../storage/vector.ts'
import type { ForeignKey, IndexInfo, Relation } from '../../../../catalog/catalog.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import { datumKey } from '../../../keys/key-encoding.ts'
import { gatherBatch } from '../../../vectors/gather.ts'
import { RowCollection } from '../../../vectors/row-collection.ts'
import { kindsOf } from '../../operator.ts'
import type { TableWriter } from '../table-writer.ts'
import { assert } from '../../../../../errors/sql-error.ts'

export interface FoundRows {
  readonly rowIds: Float64Array
  /** All columns of the tree. */
  readonly rows: Batch
}

export function columnNumbered(relation: Relation, number: number) {
  const column = relation.columns.find((one) => one.number === number)
  assert(column !== undefined, `column ${number} of "${relation.name}" exists`)
  return column
}

export function* findReferencing(
  child: TableWriter,
  key: ForeignKey,
  values: readonly (Datum | null)[],
  context: ExecutionContext,
  access: TransactionAccess = context.access,
): Task<FoundRows> {
  const index = child.relation.indexes.find((one) => serves(one, key))
  return index === undefined
    ? yield* byScan(child, key, values, context, access)
    : yield* byIndex(child, index, key, values, access)
}

/** They are found without reading the whole table. */
export function hasIndexFor({ indexes }: Relation, key: ForeignKey): boolean {
  return indexes.some((index) => serves(index, key))
}

/** A whole btree over the referencing columns first, in any order. */
function serves(index: IndexInfo, key: ForeignKey): boolean {
  if (index.predicate !== undefined || index.keys.length < key.columns.length) return false
  const leading = index.keys.slice(0, key.columns.length)
  return key.columns.every((number) => leading.some((part) => part.column === number))
}

function allPositions(relation: Relation): number[] {
  return Array.from({ length: relation.treeWidth }, (_, i) => i)
}

function* byIndex(
  child: TableWriter,
  index: IndexInfo,
  key: ForeignKey,
  values: readonly (Datum | null)[],
  access: TransactionAccess,
): Task<FoundRows> {
  const prefix = index.keys
    .slice(0, key.columns.length)
    .map((part) => values[key.columns.indexOf(part.column ?? -1)])
  const bound = { values: prefix, inclusive: true }
  const ids: number[] = []
  for (const item of access.seek(index.tree, { columns: [], lower: bound, upper: bound })) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const last = item.columns[item.columns.length - 1]
    for (let i = 0; i < item.length; i++) ids.push(Number(datumAt(last, i)))
  }
  const found = yield* access.fetch(child.tree, ids, allPositions(child.relation))
  return splitRowIds(found)
}

function* byScan(
  child: TableWriter,
  key: ForeignKey,
  values: readonly (Datum | null)[],
  context: ExecutionContext,
  access: TransactionAccess,
): Task<FoundRows> {
  const positions = key.columns.map((number) => columnNumbered(child.relation, number).position)
  const kinds = kindsOf(child.rules.row, context.catalog)
  const rows = new RowCollection([...kinds, 'int64'])
  const request = { columns: allPositions(child.relation), withRowId: true }
  for (const item of access.scan(child.tree, request)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const hits: number[] = []
    for (let i = 0; i < item.length; i++) if (hasKey(item, i, positions, values)) hits.push(i)
    if (hits.length === 0) continue
    const kept = gatherBatch(item, Int32Array.from(hits), hits.length)
    rows.append(kept.columns, kept.length)
  }
  return splitRowIds(rows.asBatch())
}

function hasKey(
  batch: Batch,
  row: number,
  positions: readonly number[],
  values: readonly (Datum | null)[],
): boolean {
  return positions.every((position, k) => {
    const value = datumAt(batch.columns[position], row)
    const wanted = values[k]
    return value !== null && wanted !== null && datumKey(value) === datumKey(wanted)
  })
}

/** The row id is the last column. */
export function splitRowIds(batch: Batch): FoundRows {
  const width = batch.columns.length - 1
  const ids = batch.columns[width]
  return {
    rowIds: Float64Array.from({ length: batch.length }, (_, i) => Number(datumAt(ids, i))),
    rows: { kind: 'batch', length: batch.length, columns: batch.columns.slice(0, width) },
  }
}
