/** All trees of a database at once: made for a new one, copied from a template, dropped. */
import type { TransactionAccess, TreeId } from '../../storage/access.ts'
import type { StoreTransaction } from '../../storage/store/store-transaction.ts'
import type { Task } from '../../storage/task.ts'
import { rowCountOf } from '../../storage/tree/tree-root.ts'
import type { BranchRoots } from '../../storage/tree/tree-root.ts'
import { bootstrapDatabase, builtinCatalog } from '../../sql/catalog/load-catalog.ts'
import { catalogTable } from '../../sql/catalog/store/catalog-tables.ts'
import { CatalogWriter } from '../../sql/catalog/store/catalog-writer.ts'
import { DatabaseAccess } from './database-access.ts'
import { isShared } from './tree-space.ts'
import type { TreeSpace } from './tree-space.ts'

const PG_CLASS = catalogTable('pg_class').tree

/** A store's transaction as the database sees it. */
export function accessOf(
  whole: StoreTransaction,
  space: TreeSpace,
): StoreTransaction | DatabaseAccess<StoreTransaction> {
  return space.isFirst ? whole : new DatabaseAccess(whole, space)
}

/** The store's transaction under what a session works with. */
export function wholeOf(access: TransactionAccess): StoreTransaction {
  // Sessions get theirs from `accessOf` only.
  return access instanceof DatabaseAccess
    ? (access.whole as StoreTransaction)
    : (access as StoreTransaction)
}

/** Databases that came with the branch have no trees until somebody looks into them. */
export function hasTrees(whole: TransactionAccess, space: TreeSpace): boolean {
  return whole.hasTree(space.inStore(PG_CLASS))
}

export function makeTrees(whole: StoreTransaction, space: TreeSpace): Task<void> {
  return bootstrapDatabase(new CatalogWriter(accessOf(whole, space), builtinCatalog()))
}

/** The new database begins with everything that the template holds: no page is copied. */
export function* copyTrees(
  whole: StoreTransaction,
  template: TreeSpace,
  made: TreeSpace,
): Task<void> {
  if (!hasTrees(whole, template)) return yield* makeTrees(whole, made)
  const { trees, sequences } = whole.snapshot()
  for (const [number, { id }] of trees.bankEntries(template.bank)) {
    if (!isShared(number)) whole.cloneTree(made.inStore(number as TreeId), id) // a bank is keyed by tree
  }
  for (const [number] of sequences.bankEntries(template.bank)) {
    const id = number as TreeId // as above
    const state = isShared(id) ? undefined : whole.readSequence(template.inStore(id))
    if (state !== undefined) whole.writeSequence(made.inStore(id), state)
  }
}

export function dropTrees(whole: StoreTransaction, space: TreeSpace): void {
  for (const [number, { id }] of whole.snapshot().trees.bankEntries(space.bank)) {
    if (!isShared(number)) whole.dropTree(id)
  }
}

const PAGE_BYTES = 8192
const ROW_OVERHEAD_BYTES = 24
/** Of any column, as long as nobody looks at its values. */
const COLUMN_BYTES = 16

/** LIMIT: an estimate from the numbers of rows and columns. */
export function estimatedBytes({ trees }: BranchRoots, space: TreeSpace): number {
  let bytes = 0
  for (const [number, root] of trees.bankEntries(space.bank)) {
    if (isShared(number)) continue
    const width = ROW_OVERHEAD_BYTES + COLUMN_BYTES * root.schema.columns.length
    bytes += Math.ceil((rowCountOf(root) * width) / PAGE_BYTES) * PAGE_BYTES
  }
  return bytes
}
