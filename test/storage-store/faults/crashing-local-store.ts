/**
 * A local store on a machine that dies. What was written and not yet synced may be lost: whole turns at a time, the
 * newest first, as in a Durable Object. `crash` undoes them on the store below, which the next life opens.
 */
import type { LocalStore, LogRow } from '../../../src/storage/platform/local-store.ts'
import type { CrashSchedule } from './crash-schedule.ts'

interface Step {
  readonly turn: number
  readonly undo: () => void
}

export class CrashingLocalStore implements LocalStore {
  readonly #inner: LocalStore
  readonly #schedule: CrashSchedule
  /** What could still be lost, oldest first. */
  #unsynced: Step[] = []
  #turn = 0
  /** Writes of the current turn have begun. */
  #inTurn = false
  /** The turn in whose middle the machine died. */
  #diedIn = -1

  constructor(inner: LocalStore, schedule: CrashSchedule) {
    this.#inner = inner
    this.#schedule = schedule
  }

  /** The machine is gone: some suffix of the unsynced turns, and the unfinished one, never happened. */
  crash(): void {
    this.#schedule.kill()
    const turns = [...new Set(this.#unsynced.map((step) => step.turn))]
    if (turns.at(-1) === this.#diedIn) turns.pop()
    const kept = new Set(turns.slice(0, this.#schedule.random.below(turns.length + 1)))
    for (const step of this.#unsynced.toReversed()) if (!kept.has(step.turn)) step.undo()
    this.#unsynced = []
  }

  transaction<T>(work: () => T): T {
    const mark = this.#unsynced.length
    try {
      return this.#inner.transaction(work)
    } catch (error) {
      this.#unsynced.length = mark
      throw error
    }
  }

  async sync(): Promise<void> {
    await Promise.resolve()
    this.#schedule.step()
    this.#unsynced = []
  }

  appendLog(row: LogRow): void {
    this.#write(() => this.#inner.truncateLog(row.lsn - 1))
    this.#inner.appendLog(row)
  }

  readLog(after: number): Iterable<LogRow> {
    return this.#inner.readLog(after)
  }

  trimLog(through: number): void {
    const rows = [...this.#inner.readLog(-1)]
    this.#write(() => {
      this.#inner.truncateLog(-1)
      for (const row of rows) this.#inner.appendLog(row)
    })
    this.#inner.trimLog(through)
  }

  truncateLog(last: number): void {
    const rows = [...this.#inner.readLog(last)]
    this.#write(() => rows.forEach((row) => this.#inner.appendLog(row)))
    this.#inner.truncateLog(last)
  }

  getValue(key: string): Uint8Array | undefined {
    return this.#inner.getValue(key)
  }

  putValue(key: string, bytes: Uint8Array): void {
    this.#rememberValue(key)
    this.#inner.putValue(key, bytes)
  }

  deleteValue(key: string): void {
    this.#rememberValue(key)
    this.#inner.deleteValue(key)
  }

  #rememberValue(key: string): void {
    const before = this.#inner.getValue(key)
    this.#write(() => {
      if (before === undefined) this.#inner.deleteValue(key)
      else this.#inner.putValue(key, before)
    })
  }

  getPage(layer: string, offset: number): Uint8Array | undefined {
    this.#alive()
    return this.#inner.getPage(layer, offset)
  }

  hasPage(layer: string, offset: number): boolean {
    return this.#inner.hasPage(layer, offset)
  }

  putPage(layer: string, offset: number, bytes: Uint8Array): void {
    this.#write(() => this.#inner.deletePage(layer, offset))
    this.#inner.putPage(layer, offset, bytes)
  }

  deletePage(layer: string, offset: number): void {
    this.#alive()
    this.#inner.deletePage(layer, offset)
  }

  pageBytes(): number {
    return this.#inner.pageBytes()
  }

  evictPages(bytes: number, where: number): void {
    this.#alive()
    this.#inner.evictPages(bytes, where)
  }

  putSpill(file: number, id: number, bytes: Uint8Array): void {
    this.#alive()
    this.#inner.putSpill(file, id, bytes)
  }

  getSpill(file: number, id: number): Uint8Array | undefined {
    return this.#inner.getSpill(file, id)
  }

  deleteSpill(file: number): void {
    this.#alive()
    this.#inner.deleteSpill(file)
  }

  clearSpill(): void {
    this.#inner.clearSpill()
  }

  #alive(): void {
    if (this.#schedule.isDead) this.#schedule.step()
  }

  #write(undo: () => void): void {
    if (!this.#inTurn) {
      this.#inTurn = true
      this.#turn++
      queueMicrotask(() => (this.#inTurn = false))
    }
    try {
      this.#schedule.step()
    } catch (error) {
      if (this.#diedIn < 0) this.#diedIn = this.#turn
      throw error
    }
    this.#unsynced.push({ turn: this.#turn, undo })
  }
}
