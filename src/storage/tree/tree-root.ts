/**
 * The state of a branch at one moment, as one immutable value: a commit makes the next one, a snapshot holds on to
 * one, a manifest is one written down. Holding it keeps every page below it.
 */
import type { Lsn, SequenceState, TreeId, TreeSchema } from '../access.ts'
import { isResident } from '../page/node.ts'
import type { ChildEntry, Epoch } from '../page/node.ts'
import { PersistentMap } from './persistent-map.ts'

export interface TreeRoot {
  readonly id: TreeId
  readonly schema: TreeSchema
  /** 0 = empty or one leaf. */
  readonly height: number
  /** The root page with its row count and min/max; undefined = empty. */
  readonly top: ChildEntry | undefined
  /** Table: above every row id this root has ever held. Index: 0. */
  readonly nextRowId: number
  /** The last commit that changed this tree; equal means equal content. */
  readonly lsn: Lsn
}

export interface BranchRoots {
  /** The last commit that is part of this state. */
  readonly lsn: Lsn
  readonly trees: PersistentMap<TreeRoot>
  readonly sequences: PersistentMap<SequenceState>
}

export const EMPTY_ROOTS: BranchRoots = {
  lsn: 0 as Lsn, // brand
  trees: PersistentMap.empty(),
  sequences: PersistentMap.empty(),
}

export function emptyTree(id: TreeId, schema: TreeSchema, lsn: Lsn): TreeRoot {
  return { id, schema, height: 0, top: undefined, nextRowId: schema.kind === 'table' ? 1 : 0, lsn }
}

/** In the middle of an epoch: from now on the pages belong to two trees (`clone-tree`), and who edits either copies first. */
export function disown({ top }: TreeRoot, epoch: Epoch): void {
  if (top !== undefined) disownBelow(top, epoch)
}

/** Above a page of the epoch all pages are the epoch's: an edit copies from the top down. */
function disownBelow({ pointer }: ChildEntry, epoch: Epoch): void {
  if (!isResident(pointer) || pointer.owner !== epoch) return
  pointer.owner = undefined
  if (pointer.kind === 'interior') for (const child of pointer.children) disownBelow(child, epoch)
}

export function rowCountOf(root: TreeRoot): number {
  return root.top?.rowCount ?? 0
}
