/** A SERIALIZABLE transaction that has committed, kept while others run that began before it ended. */
import type { TreeId } from '../access.ts'
import { ReadSet } from './read-set.ts'
import { coarseFootprint } from './write-footprint.ts'
import type { WriteFootprint } from './write-footprint.ts'

/** Or several of them in one, of which then the less favourable holds in any respect. */
export interface EndedTransaction {
  readonly begunAt: number
  readonly firstEnd: number
  readonly lastEnd: number
  /** Of what was kept short only the trees. */
  readonly reads: ReadSet | ReadonlySet<TreeId>
  /** undefined: it only read. */
  readonly writes: WriteFootprint | undefined
  /** When the first of those ended that wrote what it had read; Infinity: there was none. */
  readonly firstOut: number
  readonly sizeBytes: number
}

export function coarsened(ended: EndedTransaction): EndedTransaction {
  const { reads, writes } = ended
  return {
    ...ended,
    reads: treesRead(reads),
    writes: writes && coarseFootprint(writes),
    sizeBytes: 0,
  }
}

export function mergeEnded(a: EndedTransaction, b: EndedTransaction): EndedTransaction {
  const trees = [a, b].flatMap(({ writes }) => (writes ? [coarseFootprint(writes)] : []))
  const wholeTrees = new Set(trees.flatMap((footprint) => [...footprint.wholeTrees]))
  return {
    begunAt: Math.max(a.begunAt, b.begunAt),
    firstEnd: Math.min(a.firstEnd, b.firstEnd),
    lastEnd: Math.max(a.lastEnd, b.lastEnd),
    reads: new Set([...treesRead(a.reads), ...treesRead(b.reads)]),
    writes: trees.length === 0 ? undefined : { wholeTrees, operations: [], sizeBytes: 0 },
    firstOut: Math.min(a.firstOut, b.firstOut),
    sizeBytes: 0,
  }
}

function treesRead(reads: ReadSet | ReadonlySet<TreeId>): ReadonlySet<TreeId> {
  return reads instanceof ReadSet ? new Set(reads.trees()) : reads
}
