/**
 * Serializable snapshot isolation: decides at commit whether a SERIALIZABLE transaction may. Snapshots alone let two
 * transactions each overlook what the other writes. Where T reads what a concurrent U overwrites there is a dependency
 * T → U: T comes before U in any serial order. Every anomaly has two of them in a row, between concurrent transactions:
 *
 *     in ──reads what it writes──▶ pivot ──reads what it writes──▶ out        with `out` the first to commit
 *
 * (Fekete et al., "Making Snapshot Isolation Serializable", 2005, theorem 2.1; Cahill et al., "Serializable Isolation
 * for Snapshot Databases", 2008; and if `in` only reads, `out` has committed before its snapshot: Ports and Grittner,
 * "Serializable Snapshot Isolation in PostgreSQL", 2012, section 4.1.) So none of the three may complete such a
 * structure. Everything is known when the last of `in` and `pivot` commits, and it is the one to fail: the other two have
 * committed, so that trying again helps.
 *
 * As in PostgreSQL only SERIALIZABLE transactions protect each other. What they read and wrote is kept after they
 * committed, as long as one runs that began before. Time is counted in begins and ends.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Task } from '../task.ts'
import type { DatumCodec } from '../page/node.ts'
import { mergeEnded, coarsened } from './ended-transaction.ts'
import type { EndedTransaction } from './ended-transaction.ts'
import { ReadSet } from './read-set.ts'
import { overlaps } from './write-footprint.ts'
import type { WriteFootprint } from './write-footprint.ts'

/** What is kept of transactions that ended. Beyond it only their trees are known, of the oldest first. */
const KEPT_BYTES_MAX = 8 * 1024 * 1024
/** Beyond it the two oldest become one. */
const ENDED_MAX = 1000

/** What `certify` found out. */
export interface Certificate {
  readonly reads: ReadSet
  readonly writes: WriteFootprint | undefined
  /** See `EndedTransaction`. */
  readonly firstOut: number
}

export class SerializableTransactions {
  readonly #codec: DatumCodec
  readonly #open = new Set<ReadSet>()
  /** In the order of their ends. */
  #ended: EndedTransaction[] = []
  #endedBytes = 0
  #now = 0
  /** Somebody waits for others to end. */
  #nextEnd: PromiseWithResolvers<void> | undefined

  constructor(codec: DatumCodec) {
    this.#codec = codec
  }

  /**
   * In the slice in which the transaction gets its snapshot. undefined when there is nothing to note: it is read-only, and
   * nobody runs who could still become a pivot in its past.
   */
  begin(isReadOnly: boolean): ReadSet | undefined {
    if (isReadOnly && this.#possiblePivots().length === 0) return undefined
    const reads = new ReadSet(++this.#now, this.#codec, isReadOnly)
    this.#open.add(reads)
    return reads
  }

  /**
   * READ ONLY DEFERRABLE: waits for those who could become pivots. True when none did, so that the snapshot is safe and
   * nothing has to be noted any more; the transaction is forgotten in any case.
   */
  *isSafe(reads: ReadSet): Task<boolean> {
    try {
      const others = this.#possiblePivots()
      while (others.some((other) => this.#open.has(other))) {
        this.#nextEnd ??= Promise.withResolvers<void>()
        yield { kind: 'blocked', until: this.#nextEnd.promise }
      }
      for (const pivot of this.#concurrentWith(reads)) {
        if (pivot.writes !== undefined && pivot.firstOut < reads.begunAt) return false
      }
      return true
    } finally {
      this.forget(reads)
    }
  }

  #possiblePivots(): readonly ReadSet[] {
    return [...this.#open].filter(({ isReadOnly }) => !isReadOnly)
  }

  /**
   * May it commit? In the slice of the commit, after which comes `committed` with the result. `writes` is undefined for
   * what only read. Throws 40001.
   */
  certify(reads: ReadSet, writes: WriteFootprint | undefined): Certificate {
    const firstOut = this.#certifyReads(reads, writes !== undefined)
    if (writes !== undefined && firstOut < Infinity) this.#certifyPivot(reads, writes, firstOut)
    return { reads, writes, firstOut }
  }

  /** Throws 40001 when another has changed by now what was read. */
  assertCurrent(reads: ReadSet): void {
    if (this.#certifyReads(reads, true) < Infinity) throw dependencyFailure()
  }

  committed({ reads, writes, firstOut }: Certificate): void {
    const { begunAt } = reads
    const end = ++this.#now
    const sizeBytes = reads.sizeBytes + (writes?.sizeBytes ?? 0)
    this.#ended.push({ begunAt, firstEnd: end, lastEnd: end, reads, writes, firstOut, sizeBytes })
    this.#endedBytes += sizeBytes
    this.forget(reads)
    this.#bound()
  }

  /** It was rolled back, or is over in another way. */
  forget(reads: ReadSet): void {
    if (!this.#open.delete(reads)) return
    this.#prune()
    this.#nextEnd?.resolve()
    this.#nextEnd = undefined
  }

  /** For tests: transactions that are remembered, and about how many bytes of them. */
  get kept(): { readonly transactions: number; readonly sizeBytes: number } {
    return { transactions: this.#ended.length, sizeBytes: this.#endedBytes }
  }

  /** As `in` of a structure: returns when the first `out` of its own committed. */
  #certifyReads(reads: ReadSet, hasWrites: boolean): number {
    let firstOut = Infinity
    for (const pivot of this.#concurrentWith(reads)) {
      if (pivot.writes === undefined || !overlaps(reads, pivot.writes)) continue
      if (pivot.firstOut < (hasWrites ? Infinity : reads.begunAt)) throw dependencyFailure()
      firstOut = Math.min(firstOut, pivot.firstEnd)
    }
    return firstOut
  }

  /** As the pivot. */
  #certifyPivot(reads: ReadSet, writes: WriteFootprint, firstOut: number): void {
    for (const reader of this.#concurrentWith(reads)) {
      const isLater =
        reader.writes === undefined ? reader.begunAt > firstOut : reader.lastEnd >= firstOut
      if (isLater && overlaps(reader.reads, writes)) throw dependencyFailure()
    }
  }

  *#concurrentWith({ begunAt }: ReadSet): Generator<EndedTransaction, void, void> {
    for (let at = this.#ended.length - 1; at >= 0; at--) {
      const ended = this.#ended[at]!
      if (ended.lastEnd < begunAt) return
      yield ended
    }
  }

  /** Who ended before all that still run began is of the past. */
  #prune(): void {
    let oldest = Infinity
    for (const { begunAt } of this.#open) oldest = Math.min(oldest, begunAt)
    const kept = this.#ended.findIndex(({ lastEnd }) => lastEnd > oldest)
    const gone = this.#ended.splice(0, kept < 0 ? this.#ended.length : kept)
    for (const { sizeBytes } of gone) this.#endedBytes -= sizeBytes
  }

  #bound(): void {
    for (let at = 0; this.#endedBytes > KEPT_BYTES_MAX && at < this.#ended.length; at++) {
      this.#replace(at, coarsened(this.#ended[at]!))
    }
    if (this.#ended.length <= ENDED_MAX) return
    const [first, second] = this.#ended.splice(0, 2)
    if (first === undefined || second === undefined) return
    const merged = mergeEnded(first, second)
    this.#endedBytes += merged.sizeBytes - first.sizeBytes - second.sizeBytes
    this.#ended.unshift(merged)
  }

  #replace(at: number, ended: EndedTransaction): void {
    this.#endedBytes += ended.sizeBytes - this.#ended[at]!.sizeBytes
    this.#ended[at] = ended
  }
}

function dependencyFailure(): SqlError {
  return new SqlError(
    SQLSTATE.SERIALIZATION_FAILURE,
    'could not serialize access due to read/write dependencies among transactions',
    {
      detail: 'Reason code: Canceled on identification as a pivot, during commit attempt.',
      hint: 'The transaction might succeed if retried.',
    },
  )
}
