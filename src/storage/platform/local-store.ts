/**
 * The branch's own small, replicated, synchronous storage: in production the SQLite database of its Durable Object.
 * It holds the tail of the log, the newest manifest, a second-level page cache, and spilled runs.
 *
 * Durability: writes become durable in order and, unless an `await` lies between them, together. `sync` waits until
 * everything written so far is durable. (In a Durable Object the output gate does that for every reply by itself.)
 *
 * Bytes are copied in both directions: what was given may change or be released afterwards, what was got belongs to
 * whoever asked.
 */
export interface LocalStore {
  /** All writes of `work` or, when it throws, none. Must not be nested; `work` must be synchronous. */
  transaction<T>(work: () => T): T
  sync(): Promise<void>

  /** The log. A record is one row, or several when it is large; rows come back by (lsn, part). */
  appendLog(row: LogRow): void
  /** Rows with `lsn > after`. Do not write while iterating. */
  readLog(after: number): Iterable<LogRow>
  /** Forgets rows with `lsn <= through`. */
  trimLog(through: number): void
  /** Forgets rows with `lsn > last`: the remains of a record that was never completed. */
  truncateLog(last: number): void

  getValue(key: string): Uint8Array | undefined
  putValue(key: string, bytes: Uint8Array): void
  deleteValue(key: string): void

  /** Copies of pages of layer objects; any may vanish. Offsets are multiples of 8 below 2^33. */
  getPage(layer: string, offset: number): Uint8Array | undefined
  hasPage(layer: string, offset: number): boolean
  /** Does nothing when it is there: layers never change. */
  putPage(layer: string, offset: number, bytes: Uint8Array): void
  deletePage(layer: string, offset: number): void
  pageBytes(): number
  /** Drops pages of at least `bytes` in total, starting at a place that `where` in [0, 1) selects. */
  evictPages(bytes: number, where: number): void

  putSpill(file: number, id: number, bytes: Uint8Array): void
  getSpill(file: number, id: number): Uint8Array | undefined
  deleteSpill(file: number): void
  /** Drops what a former life of the object left behind. */
  clearSpill(): void
}

export interface LogRow {
  readonly lsn: number
  /** 0, 1, 2 …; below `MAX_LOG_PARTS`. */
  readonly part: number
  /** True on the last part; a record without it is incomplete and must be ignored. */
  readonly final: boolean
  readonly bytes: Uint8Array
}

/** Rows may hold 2 MB; larger blobs are split into chunks of this size. */
export const CHUNK_BYTES = 1 << 20
export const MAX_LOG_PARTS = 4096

/** Splits a blob into subarrays of at most `CHUNK_BYTES`; at least one. */
export function chunksOf(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length <= CHUNK_BYTES) return [bytes]
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    chunks.push(bytes.subarray(at, Math.min(at + CHUNK_BYTES, bytes.length)))
  }
  return chunks
}

export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const only = chunks[0]
  if (chunks.length === 1 && only !== undefined) return only
  let length = 0
  for (const chunk of chunks) length += chunk.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
