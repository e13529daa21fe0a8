/** The row id of the n-th row (from 0) of a table, by the row counts on the way down: OFFSET without a scan. */
import type { RowId } from '../access.ts'
import type { ChildEntry, StorageContext, TreeNode } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import { loadNode } from './page-access.ts'

export function* rowAtRank(
  root: TreeRoot,
  rank: number,
  context: StorageContext,
): Task<RowId | undefined> {
  if (root.top === undefined || rank >= root.top.rowCount) return undefined
  let entry: ChildEntry = root.top
  let left = rank
  for (;;) {
    const node: TreeNode = yield* loadNode(entry, context.source)
    if (node.kind === 'leaf') return node.rowIds[left] as RowId // brand
    let index = 0
    while (left >= node.children[index]!.rowCount) left -= node.children[index++]!.rowCount
    entry = node.children[index]!
  }
}
