/**
 * Gives a table a new tree with other columns: ADD COLUMN, ALTER TYPE, TRUNCATE. Rows keep their order but get new row
 * ids, so all indexes are built anew.
 */
import type { TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import { batch } from '../../../storage/vector.ts'
import type { Batch, Vector } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CommandContext } from '../command-context.ts'
import { buildIndex } from '../index/build-index.ts'
import { treeKinds } from '../support/define-relation.ts'
import { classRow, currentRelation } from '../support/lookup.ts'

/** `transform` makes a batch of new rows from one of old rows; absent: no row is kept. */
export function* rewriteTable(
  context: CommandContext,
  relation: Oid,
  transform: ((rows: Batch) => readonly Vector[]) | undefined,
  oldWidth: number,
): Task<void> {
  const { access, writer } = context
  const row = classRow(context, relation)
  const oldTree = Number(row.relfilenode) as TreeId // relations are stored under their relfilenode
  const fileNode = writer.nextOid()
  const newTree = Number(fileNode) as TreeId
  access.createTree(newTree, { kind: 'table', columns: treeKinds(context, relation) })
  if (transform !== undefined && access.rowCount(oldTree) > 0) {
    const columns = Array.from({ length: oldWidth }, (_, position) => position)
    for (const step of access.scan(oldTree, { columns })) {
      if (step.kind !== 'batch') {
        yield step
        continue
      }
      yield* access.insert(newTree, batch(transform(step), step.length))
    }
  }
  access.dropTree(oldTree)
  yield* writer.update('pg_class', row, { relfilenode: fileNode })
  yield* rebuildIndexes(context, relation)
}

export function* rebuildIndexes(context: CommandContext, relation: Oid): Task<void> {
  const { access, writer } = context
  for (const index of currentRelation(context, relation).indexes) {
    if (access.hasTree(index.tree)) access.dropTree(index.tree)
    const fileNode = writer.nextOid()
    yield* writer.update('pg_class', classRow(context, index.oid), { relfilenode: fileNode })
    const rebuilt = currentRelation(context, relation).indexes.find((one) => one.oid === index.oid)
    if (rebuilt !== undefined) yield* buildIndex(context, relation, rebuilt)
  }
}
