/** Finds the rows that refer to a key: through an index that starts with the referencing columns, or by reading the table. */
import type { TransactionAccess } from '../../../../../storage/access.ts'
import type { Task } from '../../../../../storage/task.ts'
import { type Batch, datumAt } from '../../../../../storage/vector.ts'
import type { ForeignKey, IndexInfo, Relation } from '../../../../catalog/catalog.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import { gatherBatch } from '../../../vectors/gather.ts'
import { RowCollection } from '../../../vectors/row-collection.ts'
import { kindsOf } from '../../operator.ts'
import type { TableWriter } from '../table-writer.ts'
import { assert } from '../../../../../errors/sql-error.ts'
import type { KeyTranslation, KeyValues } from './key-translation.ts'

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

/** A foreign key with the table that refers. */
export interface Reference {
  readonly key: ForeignKey
  readonly child: TableWriter
  readonly translation: KeyTranslation
}

/** `values`: as the referenced table has them. */
export function* findReferencing(
  reference: Reference,
  values: KeyValues,
  context: ExecutionContext,
  access: TransactionAccess = context.access,
): Task<FoundRows> {
  const index = indexFor(reference)
  return index === undefined
    ? yield* byScan(reference, values, context, access)
    : yield* byIndex(reference, index, values, access)
}

/** What finds them without reading the whole table. */
export function indexFor({ child, key, translation }: Reference): IndexInfo | undefined {
  if (!translation.isPlain) return undefined
  return child.relation.indexes.find((index) => serves(index, key))
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
  { child, key }: Reference,
  index: IndexInfo,
  values: KeyValues,
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
  { child, key, translation }: Reference,
  values: KeyValues,
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
    for (let i = 0; i < item.length; i++) {
      const own = positions.map((position) => datumAt(item.columns[position], i))
      const key = own.includes(null) ? undefined : translation.toReferenced(own)
      if (key !== undefined && translation.areEqual(key, values)) hits.push(i)
    }
    if (hits.length === 0) continue
    const kept = gatherBatch(item, Int32Array.from(hits), hits.length)
    rows.append(kept.columns, kept.length)
  }
  return splitRowIds(rows.asBatch())
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
