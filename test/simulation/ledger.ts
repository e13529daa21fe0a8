/** What the clients of the simulation know: which transfers were acknowledged, which must never be seen, which tables exist. */

export type TableState = 'present' | 'absent' | 'unknown'

export class Ledger {
  /** Transfers whose commit was acknowledged. */
  acknowledged = new Set<number>()
  /** Those of them that the bucket alone must give back. */
  inBucket = new Set<number>()
  /** Taken back by ROLLBACK, ROLLBACK TO or an error before COMMIT was sent. */
  readonly undone = new Set<number>()
  /** Tables that clients make and drop; after a crash in the middle nobody knows. */
  readonly tables = new Map<string, TableState>()

  acknowledge(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.acknowledged.has(id)) throw new Error(`transfer ${id} was acknowledged twice`)
      this.acknowledged.add(id)
    }
  }

  /** A number that was drawn must not belong to an acknowledged transfer. */
  drawn(id: number): void {
    if (this.acknowledged.has(id)) throw new Error(`the sequence gave ${id} again`)
    this.undone.delete(id)
  }

  /** The local store is gone: what only it had is not promised any more. */
  loseLocalStore(): void {
    this.acknowledged = new Set(this.inBucket)
    for (const table of this.tables.keys()) this.tables.set(table, 'unknown')
  }

  /** What recovery found is as good as acknowledged: nobody may lose it later. */
  found(ids: Iterable<number>): void {
    for (const id of ids) this.acknowledged.add(id)
  }
}
