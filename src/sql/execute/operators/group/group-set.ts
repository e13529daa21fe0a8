/** The groups of one grouping set: their keys, and the accumulators over them. */
import type { Task } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { KeyTable } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { gather } from '../../vectors/gather.ts'
import { VectorBuilder } from '../../vectors/vector-builder.ts'
import type { AggregatePlan } from './aggregate.ts'
import type { AggregateRun } from './aggregate-step.ts'

/** What a group costs besides its key: hash slots and accumulators, roughly. */
const GROUP_BYTES = 48

export class GroupSet {
  readonly groups: readonly number[]
  readonly #table: KeyTable
  readonly #keys: readonly VectorBuilder[]
  readonly #runs: readonly AggregateRun[]
  readonly #context: ExecutionContext
  #ids = new Int32Array(0)
  #newRows = new Int32Array(0)
  #size = 0
  #bytes = 0

  constructor(plan: AggregatePlan, groups: readonly number[], context: ExecutionContext) {
    this.groups = groups
    const columns = groups.map((group) => plan.keys[group])
    this.#table = new KeyTable(columns, context.catalog)
    this.#keys = columns.map((column) => new VectorBuilder(column.kind))
    this.#runs = plan.steps.map((step) => step.start(context))
    this.#context = context
  }

  get size(): number {
    return this.#size
  }

  add(batch: Batch, allKeys: readonly Vector[], context: ExecutionContext): void {
    const n = batch.length
    if (this.#ids.length < n) {
      this.#ids = new Int32Array(n)
      this.#newRows = new Int32Array(n)
    }
    const ids = n === this.#ids.length ? this.#ids : this.#ids.subarray(0, n)
    if (this.groups.length > 0) this.#assign(allKeys, n, ids)
    else this.ensureOneGroup()
    for (const run of this.#runs) run.add(ids, this.#size, batch, context)
  }

  ensureOneGroup(): void {
    if (this.#size > 0) return
    this.#size = 1
    for (const run of this.#runs) run.grow(1)
  }

  #assign(allKeys: readonly Vector[], n: number, ids: Int32Array): void {
    const keys = this.groups.map((group) => allKeys[group])
    this.#table.intern(keys, n, ids)
    const total = this.#table.size
    if (total === this.#size) return
    // New groups get consecutive numbers in row order, so each one's first row is where its number comes up.
    let count = 0
    let next = this.#size
    for (let i = 0; i < n && next < total; i++) {
      if (ids[i] !== next) continue
      this.#newRows[count++] = i
      next++
    }
    const fresh = keys.map((key) => gather(key, this.#newRows, count))
    fresh.forEach((key, k) => this.#keys[k].append(key, count))
    this.#size = total
    const bytes = columnsBytes(fresh, count) + count * GROUP_BYTES
    this.#bytes += bytes
    this.#context.memory.takeFirmly(bytes)
  }

  /** Which rows belong to groups that are already here: -1 for the others. */
  find(allKeys: readonly Vector[], n: number, out: Int32Array): void {
    this.#table.find(
      this.groups.map((group) => allKeys[group]),
      n,
      out,
    )
  }

  /** The key values by group; undefined when this set does not group by it. */
  keyColumn(group: number): Vector | undefined {
    const place = this.groups.indexOf(group)
    return place < 0 ? undefined : this.#keys[place].finish()
  }

  *settle(): Task<void> {
    for (const run of this.#runs) yield* run.settle?.(this.#context) ?? []
  }

  finish(): Vector[] {
    return this.#runs.map((run) => run.finish(this.#size, this.#context))
  }

  /** The last use, but for the columns that were handed out. */
  close(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
    this.#table.release()
  }
}
