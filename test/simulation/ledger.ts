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

  /** Statements about a table that began and that run, by its name: what overlaps has no known outcome. */
  readonly #begun = new Map<string, number>()
  readonly #running = new Map<string, number>()

  /** A statement that makes or drops a table begins; call the result with its outcome. */
  change(name: string): (outcome: TableState) => void {
    const running = this.#running.get(name) ?? 0
    const begun = (this.#begun.get(name) ?? 0) + 1
    this.#begun.set(name, begun)
    this.#running.set(name, running + 1)
    this.tables.set(name, 'unknown')
    return (outcome) => {
      this.#running.set(name, (this.#running.get(name) ?? 1) - 1)
      const wasAlone = running === 0 && this.#begun.get(name) === begun
      this.tables.set(name, wasAlone ? outcome : 'unknown')
    }
  }

  /** A new life: nothing runs any more. */
  beginLife(): void {
    this.#running.clear()
  }

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
