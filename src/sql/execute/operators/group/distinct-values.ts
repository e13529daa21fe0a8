/**
 * DISTINCT inside an aggregate: lets each value through once per group. When memory is full, values it has not met are
 * written out, divided by a hash, and decided part by part once the input has ended.
 */
import type { Task } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { type KeyColumn, KeyTable } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { PARTITIONS, PartitionedRows } from '../../memory/partitioned-rows.ts'
import { gather } from '../../vectors/gather.ts'

/** Takes rows that are new to their groups; a group of -1 = leave the row out. */
export type Feed = (groups: Int32Array, args: readonly Vector[], n: number) => void

const INT4_OID = 23 as KeyColumn['type'] // int4: the number of a group
const GROUP_COLUMN: KeyColumn = { type: INT4_OID, kind: 'int32' }
/** What a remembered value takes besides itself, roughly. */
const SEEN_BYTES = 64
const DATUM_BYTES = 64
/** LIMIT: a part of a part of a part must fit. */
const DEEPEST = 3

export class DistinctValues {
  readonly #keys: readonly KeyColumn[]
  readonly #context: ExecutionContext
  readonly #maySpill: boolean
  readonly #depth: number
  readonly #seen: KeyTable
  #held = 0
  #parts: PartitionedRows | undefined

  /** With `maySpill`, somebody calls `settle`. */
  constructor(args: readonly KeyColumn[], context: ExecutionContext, maySpill: boolean, depth = 0) {
    this.#keys = [GROUP_COLUMN, ...args]
    this.#context = context
    this.#maySpill = maySpill && context.spill !== undefined && depth < DEEPEST
    this.#depth = depth
    this.#seen = new KeyTable(this.#keys, context.catalog)
  }

  /** The groups again, with -1 for rows whose group has had the value, and for those put aside. */
  keepNew(groups: Int32Array, args: readonly Vector[], n: number): Int32Array {
    const rows = rowsOfGroups(groups, n)
    if (rows.length < n) return this.#keepNewAmong(rows, groups, args, n)
    const keys: Vector[] = [{ kind: 'int32', values: groups, nulls: undefined }, ...args]
    const out = groups.slice(0, n)
    if (this.#isFull()) {
      this.#putAside(keys, n)
      return out.fill(-1)
    }
    const ids = new Int32Array(n)
    let next = this.#seen.size
    this.#seen.intern(keys, n, ids)
    let bytes = 0
    for (let i = 0; i < n; i++) {
      if (ids[i] === next) {
        next++
        bytes += SEEN_BYTES + valueBytes(args, i)
      } else out[i] = -1
    }
    this.#account(bytes)
    return out
  }

  /** As keepNew where some rows belong to no group. */
  #keepNewAmong(
    rows: Int32Array,
    groups: Int32Array,
    args: readonly Vector[],
    n: number,
  ): Int32Array {
    const out = new Int32Array(n).fill(-1)
    const picked = args.map((arg) => gather(arg, rows, rows.length))
    const kept = this.keepNew(
      rows.map((row) => groups[row]),
      picked,
      rows.length,
    )
    for (let i = 0; i < rows.length; i++) out[rows[i]] = kept[i]
    return out
  }

  #isFull(): boolean {
    if (this.#parts !== undefined) return true
    const { memory } = this.#context
    return this.#maySpill && memory.isExceeded && memory.isWorthSpilling(this.#held)
  }

  /** After the last row: what was put aside. */
  *settle(feed: Feed): Task<void> {
    this.#release()
    const parts = this.#parts
    if (parts === undefined) return
    for (let p = 0; p < PARTITIONS; p++) {
      const part = parts.takePart(p)
      const args = this.#keys.slice(1)
      const values = new DistinctValues(args, this.#context, this.#maySpill, this.#depth + 1)
      for (const { columns, length } of part?.batches() ?? []) {
        const [group, ...rest] = columns
        if (group.kind === 'int32') feed(values.keepNew(group.values, rest, length), rest, length)
        if (this.#context.isPauseDue(length, columnsBytes(rest, length))) yield PAUSE
      }
      yield* values.settle(feed)
      part?.release()
    }
  }

  close(): void {
    this.#release()
    this.#parts?.release()
    this.#parts = undefined
  }

  #putAside(keys: readonly Vector[], n: number): void {
    this.#parts ??= new PartitionedRows(
      this.#keys.map((key) => key.kind),
      this.#keys,
      this.#context,
      this.#depth,
    )
    const ids = new Int32Array(n)
    this.#seen.find(keys, n, ids)
    const rows = new Int32Array(n)
    let count = 0
    for (let i = 0; i < n; i++) if (ids[i] < 0) rows[count++] = i
    const columns = keys.map((key) => gather(key, rows, count))
    const batch: Batch = { kind: 'batch', length: count, columns }
    if (count > 0) this.#parts.append(batch, columns)
  }

  #account(bytes: number): void {
    this.#held += bytes
    if (this.#maySpill) this.#context.memory.take(bytes)
    else this.#context.memory.takeFirmly(bytes)
  }

  #release(): void {
    this.#context.memory.give(this.#held)
    this.#held = 0
  }
}

function rowsOfGroups(groups: Int32Array, n: number): Int32Array {
  const rows = new Int32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) {
    rows[count] = i
    if (groups[i] >= 0) count++
  }
  return rows.subarray(0, count)
}

/** Texts and the like, which SEEN_BYTES does not cover. */
function valueBytes(args: readonly Vector[], row: number): number {
  let bytes = 0
  for (const arg of args) {
    if (arg.kind === 'text') bytes += arg.values[row]?.length ?? 0
    else if (arg.kind === 'datum') bytes += DATUM_BYTES
  }
  return bytes
}
