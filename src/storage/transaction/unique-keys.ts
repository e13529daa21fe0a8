/** After a replay: the keys that the transaction inserted into a unique index must still be alone. */
import { serializationFailure } from '../../errors/serialization-failure.ts'
import type { StorageContext } from '../page/node.ts'
import { seekIndex } from '../read/seek-index.ts'
import type { Task } from '../task.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import type { Datum } from '../vector.ts'
import type { RowOperation } from './apply-operation.ts'
import { keyReader } from './sort-rows.ts'

export function* assertKeysUnique(
  root: TreeRoot,
  operations: readonly RowOperation[],
  context: StorageContext,
): Task<void> {
  for (const operation of operations) {
    if (operation.kind !== 'insert-keys') continue
    const keyAt = keyReader(operation.keys, root.schema.columns.length)
    for (let row = 0; row < operation.rowIds.length; row++) {
      const key = keyAt(row)
      if (root.schema.nullsNotDistinct !== true && key.includes(null)) continue
      if (yield* hasTwoEntries(root, key, context)) throw serializationFailure('update')
    }
  }
}

function* hasTwoEntries(
  root: TreeRoot,
  key: readonly (Datum | null)[],
  context: StorageContext,
): Task<boolean> {
  const bound = { values: key, inclusive: true }
  let entries = 0
  for (const item of seekIndex(root, { columns: [], lower: bound, upper: bound }, context)) {
    if (item.kind !== 'batch') yield item
    else entries += item.length
    if (entries > 1) return true
  }
  return false
}
