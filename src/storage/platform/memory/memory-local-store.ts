import { AssertionError, assert } from '../../../errors/sql-error.ts'
import type { LocalStore, LogRow } from '../local-store.ts'

/**
 * A local store in memory, for tests and the in-process engine. Everything is durable at once.
 * Stored bytes are copies. A transaction that throws is undone step by step.
 */
export class MemoryLocalStore implements LocalStore {
  #log: LogRow[] = []
  readonly #values = new Map<string, Uint8Array>()
  readonly #pages = new Map<string, Uint8Array>()
  readonly #spills = new Map<number, Map<number, Uint8Array>>()
  #pageBytes = 0
  /** While a transaction runs: how to take back each of its steps. */
  #undo: (() => void)[] | undefined

  transaction<T>(work: () => T): T {
    assert(this.#undo === undefined, 'local store transactions do not nest')
    const undo: (() => void)[] = (this.#undo = [])
    try {
      return work()
    } catch (error) {
      while (undo.length > 0) undo.pop()?.()
      throw error
    } finally {
      this.#undo = undefined
    }
  }

  async sync(): Promise<void> {}

  appendLog(row: LogRow): void {
    const last = this.#log.at(-1)
    if (
      last !== undefined &&
      (row.lsn < last.lsn || (row.lsn === last.lsn && row.part <= last.part))
    ) {
      throw new AssertionError(`log row ${row.lsn}/${row.part} after ${last.lsn}/${last.part}`)
    }
    this.#log.push({ ...row, bytes: row.bytes.slice() })
    this.#undo?.push(() => this.#log.pop())
  }

  readLog(after: number): Iterable<LogRow> {
    return this.#log
      .filter((row) => row.lsn > after)
      .map((row) => ({ ...row, bytes: row.bytes.slice() }))
  }

  trimLog(through: number): void {
    const before = this.#log
    this.#undo?.push(() => (this.#log = before))
    this.#log = before.filter((row) => row.lsn > through)
  }

  truncateLog(last: number): void {
    const before = this.#log
    this.#undo?.push(() => (this.#log = before))
    this.#log = before.filter((row) => row.lsn <= last)
  }

  getValue(key: string): Uint8Array | undefined {
    return this.#values.get(key)?.slice()
  }

  putValue(key: string, bytes: Uint8Array): void {
    this.#rememberValue(key)
    this.#values.set(key, bytes.slice())
  }

  deleteValue(key: string): void {
    this.#rememberValue(key)
    this.#values.delete(key)
  }

  #rememberValue(key: string): void {
    const old = this.#values.get(key)
    this.#undo?.push(() => {
      if (old === undefined) this.#values.delete(key)
      else this.#values.set(key, old)
    })
  }

  getPage(layer: string, offset: number): Uint8Array | undefined {
    return this.#pages.get(pageKey(layer, offset))?.slice()
  }

  hasPage(layer: string, offset: number): boolean {
    return this.#pages.has(pageKey(layer, offset))
  }

  /** Pages are a cache: a transaction that fails may leave them behind. */
  putPage(layer: string, offset: number, bytes: Uint8Array): void {
    if (this.hasPage(layer, offset)) return
    this.#pages.set(pageKey(layer, offset), bytes.slice())
    this.#pageBytes += bytes.length
  }

  deletePage(layer: string, offset: number): void {
    const key = pageKey(layer, offset)
    this.#pageBytes -= this.#pages.get(key)?.length ?? 0
    this.#pages.delete(key)
  }

  pageBytes(): number {
    return this.#pageBytes
  }

  evictPages(bytes: number, where: number): void {
    const keys = [...this.#pages.keys()]
    const start = Math.floor(where * keys.length)
    const target = this.#pageBytes - bytes
    for (let i = 0; i < keys.length && this.#pageBytes > target; i++) {
      const key = keys[(start + i) % keys.length] ?? ''
      this.#pageBytes -= this.#pages.get(key)?.length ?? 0
      this.#pages.delete(key)
    }
  }

  putSpill(file: number, id: number, bytes: Uint8Array): void {
    let segments = this.#spills.get(file)
    if (segments === undefined) this.#spills.set(file, (segments = new Map()))
    segments.set(id, bytes.slice())
  }

  getSpill(file: number, id: number): Uint8Array | undefined {
    return this.#spills.get(file)?.get(id)?.slice()
  }

  deleteSpill(file: number): void {
    this.#spills.delete(file)
  }

  clearSpill(): void {
    this.#spills.clear()
  }
}

function pageKey(layer: string, offset: number): string {
  return `${layer}@${offset}`
}
