/**
 * The tail of a branch's log in the local store: one record per commit, in the order of their LSNs, without gaps.
 * `append` is synchronous, so that a commit's record and the state it makes visible cannot come apart.
 */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Lsn } from '../access.ts'
import { MAX_LOG_PARTS, chunksOf, concatBytes } from '../platform/local-store.ts'
import type { LocalStore } from '../platform/local-store.ts'

export interface StoredRecord {
  readonly lsn: Lsn
  readonly bytes: Uint8Array
}

export class CommitLog {
  readonly #local: LocalStore
  #last: Lsn
  /** Bytes per record that is still in the tail, oldest first. */
  #sizes: { readonly lsn: Lsn; readonly bytes: number }[] = []
  #tailBytes = 0

  constructor(local: LocalStore, last: Lsn) {
    this.#local = local
    this.#last = last
  }

  /** The newest record's LSN. */
  get last(): Lsn {
    return this.#last
  }

  get tailBytes(): number {
    return this.#tailBytes
  }

  get tailRecords(): number {
    return this.#sizes.length
  }

  /** Writes records into an empty log. The caller has a transaction open. */
  static fill(local: LocalStore, after: Lsn, records: readonly StoredRecord[]): void {
    let last: number = after
    for (const { lsn, bytes } of records) {
      assert(lsn === ++last, `log record ${lsn} instead of ${last}`)
      appendParts(local, lsn, chunksOf(bytes))
    }
  }

  /** `elsewhere`: bytes that a replay of the record will read besides. */
  append(lsn: Lsn, bytes: Uint8Array, elsewhere = 0): void {
    assert(lsn === this.#last + 1, `log record ${lsn} after ${this.#last}`)
    const chunks = chunksOf(bytes)
    if (chunks.length > MAX_LOG_PARTS) {
      throw new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'transaction is too large for the log')
    }
    const only = chunks[0]
    if (chunks.length === 1 && only !== undefined) {
      this.#local.appendLog({ lsn, part: 0, final: true, bytes: only })
    } else {
      this.#local.transaction(() => appendParts(this.#local, lsn, chunks))
    }
    this.#note(lsn, bytes.length + elsewhere)
  }

  #note(lsn: Lsn, bytes: number): void {
    this.#last = lsn
    this.#sizes.push({ lsn, bytes })
    this.#tailBytes += bytes
  }

  /** The records after `after`, oldest first. Do not append or trim while iterating. */
  read(after: Lsn): Iterable<StoredRecord> {
    return readRecords(this.#local, after)
  }

  /**
   * What recovery replays. Call it once, on a fresh log that ends at the manifest's LSN; the log then knows its tail.
   * An incomplete record at the end was never acknowledged: it is ignored and cleared away.
   */
  *recover(): Generator<StoredRecord, void, void> {
    for (const record of readRecords(this.#local, this.#last)) {
      assert(record.lsn === this.#last + 1, `log record ${this.#last + 1} is missing`)
      this.#note(record.lsn, record.bytes.length)
      yield record
    }
    this.#local.truncateLog(this.#last)
  }

  /** Forgets the records up to `through`; they must be part of a durable manifest. */
  trim(through: Lsn): void {
    this.#local.trimLog(through)
    let dropped = 0
    for (const { lsn, bytes } of this.#sizes) {
      if (lsn > through) break
      this.#tailBytes -= bytes
      dropped++
    }
    this.#sizes = this.#sizes.slice(dropped)
  }
}

function appendParts(local: LocalStore, lsn: Lsn, chunks: readonly Uint8Array[]): void {
  for (const [part, bytes] of chunks.entries()) {
    local.appendLog({ lsn, part, final: part === chunks.length - 1, bytes })
  }
}

function* readRecords(local: LocalStore, after: Lsn): Generator<StoredRecord, void, void> {
  let parts: Uint8Array[] = []
  let current = -1
  for (const { lsn, part, final, bytes } of local.readLog(after)) {
    if (part === 0) {
      parts = []
      current = lsn
    }
    // A part that does not continue its record belongs to one that was never completed.
    if (lsn !== current || part !== parts.length) {
      current = -1
      continue
    }
    parts.push(bytes)
    if (!final) continue
    yield { lsn: lsn as Lsn, bytes: concatBytes(parts) } // rows were stored with the LSN of a commit
    current = -1
  }
}
