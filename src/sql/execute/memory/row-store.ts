/**
 * Rows kept to be read again, any number of times: CTEs, the inner side of loops, the input of a modify operator. In memory
 * within the budget; what comes after that goes to the spill store.
 */
import type { BatchStream } from '../../../storage/task.ts'
import type { Batch, ColumnKind } from '../../../storage/vector.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { columnsBytes } from './memory-budget.ts'
import { SpilledRows } from './spilled-rows.ts'

export class RowStore {
  readonly #context: ExecutionContext
  readonly #kept: Batch[] = []
  readonly #kinds: readonly ColumnKind[]
  #spilled: SpilledRows | undefined
  #bytes = 0
  #length = 0

  constructor(kinds: readonly ColumnKind[], context: ExecutionContext) {
    this.#context = context
    this.#kinds = kinds
  }

  get length(): number {
    return this.#length
  }

  append(batch: Batch): void {
    this.#length += batch.length
    if (this.#spilled !== undefined) {
      this.#spilled.append(batch)
      return
    }
    const bytes = columnsBytes(batch.columns, batch.length) + batchBytes(batch)
    this.#bytes += bytes
    if (this.#context.memory.take(bytes) || this.#context.spill === undefined) {
      this.#kept.push(batch)
      if (this.#context.memory.isExceeded) this.#context.memory.takeFirmly(0)
      return
    }
    this.#context.memory.give(bytes)
    this.#bytes -= bytes
    this.#spilled = new SpilledRows(this.#kinds, this.#context)
    this.#spilled.append(batch)
  }

  *batches(): Generator<Batch, void, void> {
    yield* this.#kept
    if (this.#spilled !== undefined) yield* this.#spilled.batches()
  }

  release(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
    this.#kept.length = 0
    this.#spilled?.release()
    this.#spilled = undefined
  }
}

/** What the objects of a batch take, whatever is in them: recursion makes very many of a single row. */
function batchBytes(batch: Batch): number {
  return 128 + 192 * batch.columns.length
}

/** Appends the whole stream; suspensions pass upwards. */
export function* fill(store: RowStore, stream: BatchStream): BatchStream {
  for (const item of stream) {
    if (item.kind === 'batch') store.append(item)
    else yield item
  }
}
