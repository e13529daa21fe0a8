/**
 * WITH: sub-plans that are evaluated at most once, as far as their readers ask, and shared by them. Data-modifying ones run
 * to their end even when nobody reads them.
 */
import type { BatchStream } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import { assert } from '../../../../errors/sql-error.ts'
import type { CteScanNode, WithNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext, SharedRows } from '../../execution-context.ts'
import { RowStore } from '../../memory/row-store.ts'
import { makeOperator, type Operator, type Preparation } from '../operator.ts'

export function prepareWith(node: WithNode, preparation: Preparation): Operator {
  const ctes = node.ctes.map((cte) => ({
    id: cte.id,
    isModifying: cte.isModifying,
    operator: preparation.prepare(cte.plan),
  }))
  const input = preparation.prepare(node.input)
  return makeOperator(node.output, preparation.catalog, function* withCtes(context): BatchStream {
    // All parts see the same snapshot; what one writes the others learn from its RETURNING alone.
    if (ctes.some((cte) => cte.isModifying)) context.readSnapshot()
    const all = ctes.map((cte) => ({ ...cte, rows: new LazyRows(cte.operator, context) }))
    for (const { id, rows } of all) context.shared.set(id, rows)
    try {
      yield* input.run(context)
      for (const { isModifying, rows } of all) if (isModifying) yield* rows.finish()
    } finally {
      for (const { rows } of all) rows.close()
    }
  })
}

/** Reads its source on demand and keeps what it read, for the other readers. */
class LazyRows implements SharedRows {
  readonly #operator: Operator
  readonly #context: ExecutionContext
  readonly #store: RowStore
  /** Batches read so far, for readers that catch up; spilled ones are read back. */
  #source: BatchStream | undefined
  #count = 0
  #isDone = false

  constructor(operator: Operator, context: ExecutionContext) {
    this.#operator = operator
    this.#context = context
    this.#store = new RowStore(operator.kinds, context)
  }

  *read(): BatchStream {
    let position = 0
    let stored = this.#store.batches()
    for (;;) {
      if (position < this.#count) {
        const next = stored.next()
        if (next.done) {
          // The store grew since this reader began: begin anew and skip.
          stored = this.#store.batches()
          for (let i = 0; i < position; i++) stored.next()
          continue
        }
        position++
        yield next.value
      } else if (this.#isDone) return
      else yield* this.#pull()
    }
  }

  /** Reads one more batch into the store. */
  *#pull(): BatchStream {
    const source = (this.#source ??= this.#operator.run(this.#context))
    // The command tag counts the rows of the main statement alone.
    const { affectedRows } = this.#context
    const step = source.next()
    this.#context.affectedRows = affectedRows
    if (step.done) this.#isDone = true
    else if (step.value.kind === 'batch') this.#keep(step.value)
    else yield step.value
  }

  #keep(batch: Batch): void {
    this.#store.append(batch)
    this.#count++
  }

  *finish(): BatchStream {
    while (!this.#isDone) yield* this.#pull()
  }

  close(): void {
    this.#source?.return()
    this.#store.release()
  }
}

export function prepareCteScan(node: CteScanNode, preparation: Preparation): Operator {
  return makeOperator(node.output, preparation.catalog, function* cteScan(context): BatchStream {
    const shared = context.shared.get(node.cte)
    assert(shared !== undefined, `CTE "${node.name}" is defined above its readers`)
    yield* shared.read()
  })
}
