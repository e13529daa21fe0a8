/**
 * A table as if it held only some rows, in their newest versions: what a statement looks at again after it has waited for them
 * (EvalPlanQual in PostgreSQL's executor README).
 */
import { assert } from '../../../../errors/sql-error.ts'
import type { ExcerptPart, TransactionAccess } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import type { RowPin } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import type { Compilation } from '../../expression/kernel.ts'
import { pickRowIds } from '../modify/index-keys.ts'
import { splitRowIds } from '../modify/references/referencing-rows.ts'
import { TableWriter } from '../modify/table-writer.ts'

/** Rows that are gone are not in it. The transaction must have caught up before. */
export function* newestRows(
  table: TableWriter,
  rowIds: ArrayLike<number>,
  locks: TransactionLocks,
  context: ExecutionContext,
): Task<TransactionAccess> {
  return yield* onlyRows(table, rowIds, locks.access, locks, context)
}

/** A table beside it as if it held only the row that was found before, as it was then; none where there was none. */
export function* pinnedRow(
  { relation, tree }: RowPin,
  rowId: number | undefined,
  compilation: Compilation,
  locks: TransactionLocks,
  context: ExecutionContext,
): Task<TransactionAccess> {
  const rules = context.tableRules?.(relation)
  assert(rules !== undefined, 'a session can bind the rules of a table')
  const table = new TableWriter(relation, tree, rules, compilation)
  return yield* onlyRows(table, rowId === undefined ? [] : [rowId], context.reads, locks, context)
}

function* onlyRows(
  table: TableWriter,
  rowIds: ArrayLike<number>,
  from: TransactionAccess,
  locks: TransactionLocks,
  context: ExecutionContext,
): Task<TransactionAccess> {
  const positions = table.rules.row.map((_, position) => position)
  const found = splitRowIds(yield* from.fetch(table.tree, rowIds, positions))
  const parts: ExcerptPart[] = [{ tree: table.tree, ...found }]
  for (const index of table.indexes) {
    const { keys, rows } = index.keysOf(found.rows, context)
    parts.push({ tree: index.index.tree, rowIds: pickRowIds(found.rowIds, rows), rows: keys })
  }
  return yield* locks.access.excerpt(parts)
}
