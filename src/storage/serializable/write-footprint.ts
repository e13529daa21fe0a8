/** What a transaction wrote, as far as readers must know: its operations by tree, or of a tree only that it was written to. */
import type { TreeId } from '../access.ts'
import type { RowOperation } from '../transaction/apply-operation.ts'
import type { WriteOperation } from '../transaction/log-record.ts'
import { ReadSet } from './read-set.ts'

export interface WriteFootprint {
  /** Written to in a way of which no more is kept. */
  readonly wholeTrees: ReadonlySet<TreeId>
  readonly operations: readonly RowOperation[]
  /** About the memory that the operations hold. */
  readonly sizeBytes: number
}

export interface Writes {
  readonly operations: readonly WriteOperation[]
  /** Trees of operations that are not in memory any more. */
  readonly detachedTrees: Iterable<TreeId>
  readonly sizeBytes: number
}

export function writeFootprint(writes: Writes): WriteFootprint {
  const wholeTrees = new Set(writes.detachedTrees)
  const operations: RowOperation[] = []
  for (const operation of writes.operations) {
    switch (operation.kind) {
      case 'create-tree':
      case 'drop-tree':
      case 'clone-tree':
        wholeTrees.add(operation.tree)
        break
      default:
        operations.push(operation)
    }
  }
  return { wholeTrees, operations, sizeBytes: writes.sizeBytes }
}

/** The footprint without its operations. */
export function coarseFootprint({ wholeTrees, operations }: WriteFootprint): WriteFootprint {
  const trees = new Set(wholeTrees)
  for (const { tree } of operations) trees.add(tree)
  return { wholeTrees: trees, operations: [], sizeBytes: 0 }
}

/** Whether the writes change anything that was read: a dependency from the reader to the writer. */
export function overlaps(reads: ReadSet | ReadonlySet<TreeId>, writes: WriteFootprint): boolean {
  for (const tree of writes.wholeTrees) if (reads.has(tree)) return true
  if (reads instanceof ReadSet) {
    return writes.operations.some((operation) => reads.isTouchedBy(operation))
  }
  return writes.operations.some(({ tree }) => reads.has(tree))
}
