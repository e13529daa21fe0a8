/**
 * A branch's state at one commit, written down: what recovery, time travel and forks start from.
 *
 * A manifest is durable only after every page it points to. Its LSN says which log records are part of it.
 */
import type { Lsn } from '../access.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

export interface Manifest extends ManifestHead {
  readonly roots: BranchRoots
}

/** All of a manifest but the state: holding the state would hold its pages in memory. */
export interface ManifestHead {
  /** Everything the branch wrote lies below this prefix of the bucket. */
  readonly prefix: string
  /** The last commit that is part of the state, and when it was made. */
  readonly lsn: Lsn
  readonly commitTimeMs: number
  readonly nextTransactionId: number
  readonly parent: ParentBranch | undefined
}

export function headOf(manifest: Manifest): ManifestHead {
  const { prefix, lsn, commitTimeMs, nextTransactionId, parent } = manifest
  return { prefix, lsn, commitTimeMs, nextTransactionId, parent }
}

/** Where a branch was forked from: its history up to `lsn` is the parent's, all later records are its own. */
export interface ParentBranch {
  readonly prefix: string
  readonly lsn: Lsn
  readonly parent: ParentBranch | undefined
}
