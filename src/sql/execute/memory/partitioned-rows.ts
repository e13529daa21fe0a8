/** Rows in the spill store, divided by a hash of their keys: equal keys end up in the same part. */
import { type Batch, type ColumnKind, datumAt, type Vector } from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { type Key, keyEncoder, type KeyEncoder } from '../keys/key-encoding.ts'
import type { KeyColumn } from '../keys/key-table.ts'
import { gatherBatch } from '../vectors/gather.ts'
import { RowCollection } from '../vectors/row-collection.ts'
import { columnsBytes } from './memory-budget.ts'
import { SpilledRows } from './spilled-rows.ts'

export const PARTITIONS = 16
/** Rows collected per part before they are written. */
const FLUSH_ROWS = 512
const FLUSH_BYTES = 128 * 1024

export class PartitionedRows {
  readonly #encoders: readonly (KeyEncoder | undefined)[]
  readonly #salt: number
  readonly #pending: RowCollection[]
  readonly #pendingBytes: number[]
  readonly #parts: SpilledRows[]

  /** `depth` salts the hash, so that a part can be divided again. */
  constructor(
    kinds: readonly ColumnKind[],
    keys: readonly KeyColumn[],
    context: ExecutionContext,
    depth: number,
  ) {
    this.#encoders = keys.map((key) => keyEncoder(key.type, context.catalog))
    this.#salt = Math.imul(depth + 1, 0x9e3779b1)
    this.#pending = Array.from({ length: PARTITIONS }, () => new RowCollection(kinds))
    this.#pendingBytes = new Array<number>(PARTITIONS).fill(0)
    this.#parts = Array.from({ length: PARTITIONS }, () => new SpilledRows(kinds, context))
  }

  append(batch: Batch, keys: readonly Vector[]): void {
    const rows: number[][] = Array.from({ length: PARTITIONS }, () => [])
    for (let i = 0; i < batch.length; i++) rows[this.partOf(keys, i)].push(i)
    rows.forEach((part, p) => {
      if (part.length === 0) return
      const picked = gatherBatch(batch, Int32Array.from(part), part.length)
      this.#pending[p].append(picked.columns, part.length)
      this.#pendingBytes[p] += columnsBytes(picked.columns, part.length)
      const isFull = this.#pendingBytes[p] >= FLUSH_BYTES
      if (isFull || this.#pending[p].length >= FLUSH_ROWS) this.#flush(p)
    })
  }

  partOf(keys: readonly Vector[], row: number): number {
    let hash = this.#salt
    for (let k = 0; k < keys.length; k++) {
      const value = datumAt(keys[k], row)
      const encode = this.#encoders[k]
      const key: Key | null = value === null ? null : encode ? encode(value) : (value as Key)
      hash = Math.imul(hash ^ hashKey(key), 0x85ebca6b)
      hash ^= hash >>> 13
    }
    return ((hash ^ (hash >>> 16)) >>> 0) % PARTITIONS
  }

  /** Part `p`, or undefined after the last. */
  takePart(p: number): SpilledRows | undefined {
    if (p >= PARTITIONS) return undefined
    this.#flush(p)
    this.#pending[p].release()
    return this.#parts[p]
  }

  release(): void {
    for (const part of this.#parts) part.release()
  }

  #flush(p: number): void {
    for (const batch of this.#pending[p].batches()) this.#parts[p].append(batch)
    // What was appended lies in the spill store.
    this.#pending[p].clear()
    this.#pendingBytes[p] = 0
  }
}

function hashKey(key: Key | null): number {
  if (key === null) return 1
  // Numbers go by their decimal form: int4 and int8 of one value must agree, -0 and 0 too.
  const text = typeof key === 'string' ? key : key === 0 ? '0' : String(key)
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
