/** Whether an index and its table agree about which rows there are. That the keys are right, only SQL can tell. */
import { AssertionError } from '../../errors/sql-error.ts'
import type { StorageContext } from '../page/node.ts'
import { fetchRows } from '../read/fetch-rows.ts'
import { seekIndex } from '../read/seek-index.ts'
import type { Task } from '../task.ts'
import { rowCountOf } from '../tree/tree-root.ts'
import type { TreeRoot } from '../tree/tree-root.ts'

/** Every entry has its row; and unless the index is partial, every row has exactly one entry. */
export function* checkIndex(
  table: TreeRoot,
  index: TreeRoot,
  context: StorageContext,
  partial = false,
): Task<void> {
  const [rows, entries] = [rowCountOf(table), rowCountOf(index)]
  if (!partial && rows !== entries) {
    throw new AssertionError(`index ${index.id} has ${entries} entries for ${rows} rows`)
  }
  const seen = new Set<number>()
  for (const item of seekIndex(index, { columns: [] }, context)) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const ids = rowIdsOf(item.columns[0]?.values, item.length)
    for (const id of ids) {
      if (seen.has(id)) throw new AssertionError(`index ${index.id} has row ${id} twice`)
      seen.add(id)
    }
    const found = yield* fetchRows(table, ids, [], context)
    if (found.length === ids.length) continue
    const present = new Set(rowIdsOf(found.columns[0]?.values, found.length))
    const lost = ids.find((id) => !present.has(id))
    throw new AssertionError(`index ${index.id} has an entry for row ${lost}, which does not exist`)
  }
}

function rowIdsOf(values: unknown, length: number): number[] {
  // Row ids come as plain int64.
  return Array.from((values as Float64Array).subarray(0, length))
}
