/**
 * What all transactions of a branch share and no rollback takes back: the next row id of each table and the state of
 * each sequence. One per open branch. Row ids from one counter never collide when a commit is replayed on newer roots.
 */
import type { SequenceState, TreeId } from '../access.ts'
import type { BranchRoots, TreeRoot } from '../tree/tree-root.ts'

export class BranchCounters {
  private readonly nextRowIds = new Map<TreeId, number>()
  private readonly sequences = new Map<TreeId, SequenceState>()
  private dirty = new Map<TreeId, SequenceState>()

  /** The first of `count` row ids that nobody else gets. */
  allocateRowIds(root: TreeRoot, count: number): number {
    const first = Math.max(this.nextRowIds.get(root.id) ?? 1, root.nextRowId)
    this.nextRowIds.set(root.id, first + count)
    return first
  }

  readSequence(id: TreeId, roots: BranchRoots): SequenceState | undefined {
    return this.sequences.get(id) ?? roots.sequences.get(id)
  }

  writeSequence(id: TreeId, state: SequenceState): void {
    this.sequences.set(id, state)
    this.dirty.set(id, state)
  }

  get hasDirtySequences(): boolean {
    return this.dirty.size > 0
  }

  /** Sequence states that no log record holds yet; the commit that takes them must write them. */
  takeDirtySequences(): readonly (readonly [TreeId, SequenceState])[] {
    if (this.dirty.size === 0) return NO_SEQUENCES
    const taken = [...this.dirty]
    this.dirty = new Map()
    return taken
  }
}

const NO_SEQUENCES: readonly (readonly [TreeId, SequenceState])[] = []
