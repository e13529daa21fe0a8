/** DISTINCT: each distinct row once, as it first appears. DISTINCT ON: the first row of each key, in input order. */
import type { BatchStream } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { DistinctNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import { type KeyColumn, keyColumn, KeyTable } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { gather, gatherBatch } from '../../vectors/gather.ts'
import { makeArranged, type Operator, type Preparation } from '../operator.ts'

export function prepareDistinct(node: DistinctNode, preparation: Preparation): Operator {
  const { catalog } = preparation
  const input = preparation.prepare(node.input)
  const kernels = node.on && compileAll(node.on, input.layout, preparation.compilation)
  const keys = (node.on ?? input.output).map((key) => keyColumn(key.type, catalog))
  return makeArranged(input.output, node.output, catalog, function* distinct(context): BatchStream {
    const seen = new DistinctRows(keys, context)
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
    } finally {
      seen.close()
    }
  })
}

const ROW_BYTES = 32

/** Remembers keys, and lets each through once. */
export class DistinctRows {
  readonly #table: KeyTable
  readonly #context: ExecutionContext
  #bytes = 0

  constructor(keys: readonly KeyColumn[], context: ExecutionContext) {
    this.#table = new KeyTable(keys, context.catalog)
    this.#context = context
  }

  keepNew(batch: Batch, keys: readonly Vector[]): Batch | undefined {
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
    this.#context.memory.takeFirmly(bytes)
    return count === n ? batch : gatherBatch(batch, rows, count)
  }

  close(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
  }
}
