/**
 * DISTINCT: each distinct row once, as it first appears. DISTINCT ON: the first row of each key, in input order.
 * When memory is full, rows not met before are written out, divided by a hash, and come last; not with DISTINCT ON.
 */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { Batch, ColumnKind, Vector } from '../../../../storage/vector.ts'
import type { DistinctNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import { type KeyColumn, keyColumn, KeyTable } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { PARTITIONS, PartitionedRows } from '../../memory/partitioned-rows.ts'
import { gather, gatherBatch } from '../../vectors/gather.ts'
import { makeArranged, type Operator, type Preparation } from '../operator.ts'

export function prepareDistinct(node: DistinctNode, preparation: Preparation): Operator {
  const { catalog } = preparation
  const input = preparation.prepare(node.input)
  const kernels = node.on && compileAll(node.on, input.layout, preparation.compilation)
  const keys = (node.on ?? input.output).map((key) => keyColumn(key.type, catalog))
  return makeArranged(input.output, node.output, catalog, function* distinct(context): BatchStream {
    const seen = new DistinctRows(keys, context, kernels === undefined ? input.kinds : undefined)
    try {
      for (const item of input.run(context)) {
        if (item.kind !== 'batch') {
          yield item
          continue
        }
        const columns = kernels?.map((kernel) => kernel(item, context)) ?? item.columns
        const fresh = seen.keepNew(item, columns)
        if (fresh !== undefined) yield fresh
      }
      yield* seen.settle()
    } finally {
      seen.close()
    }
  })
}

const ROW_BYTES = 32
/** LIMIT: a part of a part of a part must fit. */
const DEEPEST = 3

/** Remembers keys, and lets each through once. */
export class DistinctRows {
  readonly #table: KeyTable
  readonly #keys: readonly KeyColumn[]
  readonly #context: ExecutionContext
  /** Kinds of whole rows, which are the keys; undefined when rows must not be put aside. */
  readonly #kinds: readonly ColumnKind[] | undefined
  readonly #depth: number
  #parts: PartitionedRows | undefined
  #bytes = 0

  /** With `kinds`, rows are their own keys and somebody calls `settle`. */
  constructor(
    keys: readonly KeyColumn[],
    context: ExecutionContext,
    kinds?: readonly ColumnKind[],
    depth = 0,
  ) {
    this.#table = new KeyTable(keys, context.catalog)
    this.#keys = keys
    this.#context = context
    this.#kinds = context.spill !== undefined && depth < DEEPEST ? kinds : undefined
    this.#depth = depth
  }

  keepNew(batch: Batch, keys: readonly Vector[]): Batch | undefined {
    if (this.#kinds === undefined) return this.#keepHere(batch, keys)
    if (!this.#isFull()) return this.#keepHere(batch, keys)
    this.#putAside(batch, this.#kinds)
    return undefined
  }

  /** After the last row: the distinct ones among those put aside. */
  *settle(): BatchStream {
    const parts = this.#parts
    if (parts === undefined) return
    this.#release()
    for (let p = 0; p < PARTITIONS; p++) {
      const part = parts.takePart(p)
      const rows = new DistinctRows(this.#keys, this.#context, this.#kinds, this.#depth + 1)
      for (const batch of part?.batches() ?? []) {
        const fresh = rows.keepNew(batch, batch.columns)
        if (fresh !== undefined) yield fresh
        const bytes = columnsBytes(batch.columns, batch.length)
        if (this.#context.isPauseDue(batch.length, bytes)) yield PAUSE
      }
      yield* rows.settle()
      rows.close()
      part?.release()
    }
  }

  #isFull(): boolean {
    if (this.#parts !== undefined) return true
    const { memory } = this.#context
    return memory.isExceeded && memory.isWorthSpilling(this.#bytes)
  }

  #putAside(batch: Batch, kinds: readonly ColumnKind[]): void {
    this.#parts ??= new PartitionedRows(kinds, this.#keys, this.#context, this.#depth)
    const ids = new Int32Array(batch.length)
    this.#table.find(batch.columns, batch.length, ids)
    const rows = new Int32Array(batch.length)
    let count = 0
    for (let i = 0; i < batch.length; i++) if (ids[i] < 0) rows[count++] = i
    if (count === 0) return
    const unknown = gatherBatch(batch, rows, count)
    this.#parts.append(unknown, unknown.columns)
  }

  #keepHere(batch: Batch, keys: readonly Vector[]): Batch | undefined {
    const n = batch.length
    const ids = new Int32Array(n)
    let next = this.#table.size
    this.#table.intern(keys, n, ids)
    if (this.#table.size === next) return undefined
    const rows = new Int32Array(n)
    let count = 0
    for (let i = 0; i < n; i++) {
      if (ids[i] !== next) continue
      rows[count++] = i
      next++
    }
    const fresh = keys.map((key) => gather(key, rows, count))
    const bytes = columnsBytes(fresh, count) + count * ROW_BYTES
    this.#bytes += bytes
    if (this.#kinds === undefined) this.#context.memory.takeFirmly(bytes)
    else this.#context.memory.take(bytes)
    return count === n ? batch : gatherBatch(batch, rows, count)
  }

  close(): void {
    this.#release()
    this.#parts?.release()
    this.#parts = undefined
  }

  #release(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
  }
}
