/**
 * One aggregate call: evaluates its arguments and FILTER over each batch and feeds the accumulator. With DISTINCT or
 * ORDER BY inside, rows are collected first and fed in order at the end.
 */
import { unsupported } from '../../../../errors/sql-error.ts'
import type { Task } from '../../../../storage/task.ts'
import type { Batch, ColumnKind, Vector } from '../../../../storage/vector.ts'
import { BATCH_ROWS } from '../../../../storage/vector.ts'
import type { Accumulator, CallContext } from '../../../functions/registry.ts'
import type { AggregateCall } from '../../../plan/expression.ts'
import type { CallSite, ExecutionContext } from '../../execution-context.ts'
import { isHarmless } from '../../expression/analysis.ts'
import { boolParts, type Kernel, type Layout } from '../../expression/kernel.ts'
import { compileAll, compileExpression } from '../../expression/compile-expression.ts'
import { type KeyColumn, keyColumn } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { ASCENDING, directionOf, type SortDirection } from '../../sort/sort-column.ts'
import { sortRows } from '../../sort/sort-rows.ts'
import { gather, gatherBatch, UNUSED_VECTOR } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import type { Preparation } from '../operator.ts'
import { DistinctValues } from './distinct-values.ts'

export interface AggregateStep {
  start(context: ExecutionContext): AggregateRun
}

export interface AggregateRun {
  grow(count: number): void
  /** `groups[i]` is the group of row i; there are `count` groups by now. */
  add(groups: Int32Array, count: number, batch: Batch, context: ExecutionContext): void
  /** After the last row, before `finish`: what was put aside for lack of memory. */
  settle?(context: ExecutionContext): Task<void>
  finish(count: number, context: ExecutionContext): Vector
}

/** Their result is the same in any order, so DISTINCT need not sort. */
const ORDER_FREE = /^(count|sum|min|max|avg|bool_and|bool_or|every|bit_and|bit_or|bit_xor)\(/

interface CompiledAggregate {
  readonly make: (context: CallContext) => Accumulator
  readonly site: CallSite
  readonly args: readonly Kernel[]
  readonly filter: Kernel | undefined
  readonly distinct: readonly KeyColumn[] | undefined
  /** Sort keys after the arguments in collected rows; undefined = feed at once. */
  readonly order:
    | readonly { readonly kernel: Kernel; readonly direction: SortDirection }[]
    | undefined
  readonly kinds: readonly ColumnKind[]
  /** No argument can raise an error. */
  readonly isHarmless: boolean
}

export function compileAggregate(
  call: AggregateCall,
  layout: Layout,
  { compilation, catalog }: Preparation,
): AggregateStep {
  const make = compilation.environment.functions.findAggregate(call.signature)
  if (make === undefined) throw unsupported(`function ${call.signature}`, call.position)
  const args = compileAll(call.args, layout, compilation)
  const argKinds = call.args.map((arg) => catalog.type(arg.type).kind)
  const order = orderOf(call, args, layout, compilation)
  const compiled: CompiledAggregate = {
    make,
    site: compilation.site(
      call.args.map((arg) => arg.type),
      call.type,
      call.inputCollation,
    ),
    args,
    filter: call.filter && compileExpression(call.filter, layout, compilation),
    distinct: call.distinct ? call.args.map((arg) => keyColumn(arg.type, catalog)) : undefined,
    order,
    kinds: [...argKinds, ...sortKinds(call, argKinds, catalog)],
    isHarmless: [...call.args, ...call.orderBy.map((key) => key.expression)].every((part) =>
      isHarmless(part, catalog),
    ),
  }
  return { start: (context) => startRun(compiled, context) }
}

function sortKinds(
  call: AggregateCall,
  argKinds: readonly ColumnKind[],
  catalog: Preparation['catalog'],
): readonly ColumnKind[] {
  if (call.orderBy.length === 0) return argKinds
  return call.orderBy.map((key) => catalog.type(key.expression.type).kind)
}

/** DISTINCT without ORDER BY comes out sorted by the arguments, as PostgreSQL's sort-based DISTINCT has it. */
function orderOf(
  call: AggregateCall,
  args: readonly Kernel[],
  layout: Layout,
  compilation: Preparation['compilation'],
): CompiledAggregate['order'] {
  if (call.orderBy.length > 0) {
    return call.orderBy.map((key) => ({
      kernel: compileExpression(key.expression, layout, compilation),
      direction: directionOf(key),
    }))
  }
  if (!call.distinct || ORDER_FREE.test(call.signature)) return undefined
  return args.map((kernel) => ({ kernel, direction: ASCENDING }))
}

function startRun(compiled: CompiledAggregate, context: ExecutionContext): AggregateRun {
  const accumulator = compiled.make(context.callContext(compiled.site))
  const feeder = new Feeder(compiled, accumulator, context)
  return compiled.order === undefined ? feeder : new SortingRun(compiled, accumulator, feeder)
}

/** Evaluates a batch: its arguments, and the groups with filtered-out and repeated rows taken away. */
class Feeder implements AggregateRun {
  readonly #compiled: CompiledAggregate
  readonly #accumulator: Accumulator
  readonly #distinct: DistinctValues | undefined
  #scratch = new Int32Array(0)
  #heldBytes = 0

  constructor(compiled: CompiledAggregate, accumulator: Accumulator, context: ExecutionContext) {
    this.#compiled = compiled
    this.#accumulator = accumulator
    if (compiled.distinct !== undefined) {
      const maySpill = compiled.order === undefined // what is collected to be sorted stays anyway
      this.#distinct = new DistinctValues(compiled.distinct, context, maySpill)
    }
  }

  grow(count: number): void {
    this.#accumulator.grow(count)
  }

  add(groups: Int32Array, count: number, batch: Batch, context: ExecutionContext): void {
    this.#accumulator.grow(count)
    const { args } = this.#compiled
    if (this.#compiled.filter !== undefined && !this.#compiled.isHarmless) {
      this.#addPassing(groups, batch, context)
      return
    }
    const kept = this.filtered(groups, batch, context)
    const vectors = new Array<Vector>(args.length)
    for (let k = 0; k < args.length; k++) vectors[k] = args[k](batch, context)
    const fresh = this.unseen(kept, vectors, batch.length)
    this.#accumulator.add(fresh, vectors, batch.length)
    this.account(context)
  }

  /** Arguments that may fail are evaluated only for the rows that FILTER lets through. */
  #addPassing(groups: Int32Array, batch: Batch, context: ExecutionContext): void {
    const { rows, kept } = this.passing(groups, batch, context)
    if (rows.length === 0) return
    const vectors = this.#compiled.args.map((kernel) => kernel(rows, context))
    const fresh = this.unseen(kept, vectors, rows.length)
    this.#accumulator.add(fresh, vectors, rows.length)
    this.account(context)
  }

  passing(
    groups: Int32Array,
    batch: Batch,
    context: ExecutionContext,
  ): { readonly rows: Batch; readonly kept: Int32Array } {
    const kept = this.filtered(groups, batch, context)
    const picked = new Int32Array(batch.length)
    let count = 0
    for (let i = 0; i < batch.length; i++) if (kept[i] >= 0) picked[count++] = i
    const passed = new Int32Array(count)
    for (let i = 0; i < count; i++) passed[i] = kept[picked[i]]
    return { rows: gatherBatch(batch, picked, count), kept: passed }
  }

  *settle(context: ExecutionContext): Task<void> {
    yield* (
      this.#distinct?.settle((groups, args, n) => {
        this.#accumulator.add(groups, args, n)
        this.account(context)
      }) ?? []
    )
  }

  finish(count: number, context: ExecutionContext): Vector {
    this.forget()
    this.#accumulator.grow(count)
    context.memory.give(this.#heldBytes)
    this.#heldBytes = 0
    return this.#accumulator.finish(count)
  }

  /** What array_agg and its like collect cannot be spilled. */
  account(context: ExecutionContext): void {
    const bytes = this.#accumulator.sizeBytes?.()
    if (bytes === undefined || bytes === this.#heldBytes) return
    context.memory.takeFirmly(bytes - this.#heldBytes)
    this.#heldBytes = bytes
  }

  filtered(groups: Int32Array, batch: Batch, context: ExecutionContext): Int32Array {
    const { filter } = this.#compiled
    if (filter === undefined) return groups
    const n = batch.length
    const { values, nulls } = boolParts(filter(batch, context), n)
    const out = this.#reserve(n)
    for (let i = 0; i < n; i++) out[i] = values[i] === 1 && nulls?.[i] !== 1 ? groups[i] : -1
    return out
  }

  /** DISTINCT: -1 for rows that the group has had before. */
  unseen(groups: Int32Array, args: readonly Vector[], n: number): Int32Array {
    return this.#distinct?.keepNew(groups, args, n) ?? groups
  }

  forget(): void {
    this.#distinct?.close()
  }

  #reserve(n: number): Int32Array {
    if (this.#scratch.length < n) this.#scratch = new Int32Array(n)
    return this.#scratch.subarray(0, n)
  }
}

/** Collects rows (arguments, then sort keys), sorts them at the end, feeds them. */
class SortingRun implements AggregateRun {
  readonly #compiled: CompiledAggregate
  readonly #accumulator: Accumulator
  readonly #feeder: Feeder
  readonly #rows: RowCollection
  readonly #groups = new RowCollection(['int32'])

  constructor(compiled: CompiledAggregate, accumulator: Accumulator, feeder: Feeder) {
    this.#compiled = compiled
    this.#accumulator = accumulator
    this.#feeder = feeder
    this.#rows = new RowCollection(compiled.kinds)
  }

  grow(count: number): void {
    this.#accumulator.grow(count)
  }

  add(groups: Int32Array, count: number, batch: Batch, context: ExecutionContext): void {
    this.#accumulator.grow(count)
    const filtered =
      this.#compiled.filter === undefined
        ? { rows: batch, kept: groups }
        : this.#feeder.passing(groups, batch, context)
    const n = filtered.rows.length
    const args = this.#compiled.args.map((kernel) => kernel(filtered.rows, context))
    const keys = (this.#compiled.order ?? []).map(({ kernel }) => kernel(filtered.rows, context))
    const kept = this.#feeder.unseen(filtered.kept, args, n)
    const rows = new Int32Array(n)
    let picked = 0
    for (let i = 0; i < n; i++) if (kept[i] >= 0) rows[picked++] = i
    const columns = [...args, ...keys].map((vector) => gather(vector, rows, picked))
    this.#rows.append(columns, picked)
    const group: Vector = { kind: 'int32', values: kept, nulls: undefined }
    this.#groups.append([gather(group, rows, picked)], picked)
    context.memory.takeFirmly(columnsBytes(columns, picked) + 4 * picked)
  }

  finish(count: number): Vector {
    this.#feeder.forget()
    const n = this.#rows.length
    const width = this.#compiled.args.length
    const { columns } = this.#rows
    const order = sortRows(
      (this.#compiled.order ?? []).map(({ direction }, k) => ({
        ...direction,
        vector: columns[width + k] ?? UNUSED_VECTOR,
      })),
      n,
    )
    for (let start = 0; start < n; start += BATCH_ROWS) {
      const part = order.subarray(start, Math.min(n, start + BATCH_ROWS))
      const args = this.#rows.takeSome(width, part, part.length)
      const [groups] = this.#groups.take(part, part.length)
      if (groups.kind === 'int32') this.#accumulator.add(groups.values, args, part.length)
    }
    this.#accumulator.grow(count)
    return this.#accumulator.finish(count)
  }
}
