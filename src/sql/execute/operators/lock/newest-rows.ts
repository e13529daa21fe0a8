/**
 * A table as if it held only some rows, in their newest versions: what a statement looks at again after it has waited for them
 * (EvalPlanQual in PostgreSQL's executor README).
 */
import type { ExcerptPart, TransactionAccess } from '../../../../storage/access.ts'
import type { Task } from '../../../../storage/task.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { pickRowIds } from '../modify/index-keys.ts'
import { splitRowIds } from '../modify/referencing-rows.ts'
import type { TableWriter } from '../modify/table-writer.ts'

/** Rows that are gone are not in it. The transaction must have caught up before. */
export function* newestRows(
  table: TableWriter,
  rowIds: ArrayLike<number>,
  locks: TransactionLocks,
  context: ExecutionContext,
): Task<TransactionAccess> {
  const positions = table.rules.row.map((_, position) => position)
  const found = splitRowIds(yield* locks.access.fetch(table.tree, rowIds, positions))
  const parts: ExcerptPart[] = [{ tree: table.tree, ...found }]
  for (const index of table.indexes) {
    const { keys, rows } = index.keysOf(found.rows, context)
    parts.push({ tree: index.index.tree, rowIds: pickRowIds(found.rowIds, rows), rows: keys })
  }
  return yield* locks.access.excerpt(parts)
}
