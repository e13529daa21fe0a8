/**
 * GROUP BY and aggregates by hashing. Every row gets the number of its group; accumulators take whole batches with these
 * numbers. Without groups everything is group 0 and the result is one row, also of no input.
 * `count(*)` of a whole stored table is read off its root.
 */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import { BATCH_ROWS, type Batch, type Vector, vectorOf } from '../../../../storage/vector.ts'
import type { Expression, GroupingCall } from '../../../plan/expression.ts'
import type { AggregateNode, ScanNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileAll } from '../../expression/compile-expression.ts'
import type { Kernel } from '../../expression/kernel.ts'
import { type KeyColumn, keyColumn } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { nullVector, sliceBatch } from '../../vectors/gather.ts'
import { makeOperator, type Operator, type Preparation } from '../operator.ts'
import { type AggregateStep, compileAggregate } from './aggregate-step.ts'
import { GroupSet } from './group-set.ts'
import { GroupSpill } from './group-spill.ts'

/** More than this at once is taken in pieces. */
const PIECE_BYTES = 1 << 20

export interface AggregatePlan {
  readonly input: Operator
  readonly groups: readonly Kernel[]
  readonly keys: readonly KeyColumn[]
  /** Indexes into `groups`, per grouping set. */
  readonly sets: readonly (readonly number[])[]
  readonly steps: readonly AggregateStep[]
  readonly groupings: readonly GroupingCall[]
}

export function prepareAggregate(node: AggregateNode, preparation: Preparation): Operator {
  const { catalog, compilation } = preparation
  const counted = wholeTableCount(node)
  if (counted !== undefined) {
    return makeOperator(node.output, catalog, function* countRows(context): BatchStream {
      const count = context.reads.countRows(counted.tree)
      const columns = node.aggregates.map(() => vectorOf('int64', [count]))
      yield { kind: 'batch', length: 1, columns }
    })
  }
  const input = preparation.prepare(node.input)
  const plan: AggregatePlan = {
    input,
    groups: compileAll(node.groups, input.layout, compilation),
    keys: node.groups.map((group: Expression) => keyColumn(group.type, catalog)),
    sets: node.groupingSets ?? [node.groups.map((_, i) => i)],
    steps: node.aggregates.map((call) => compileAggregate(call, input.layout, preparation)),
    groupings: node.groupings,
  }
  return makeOperator(node.output, catalog, (context) => aggregate(plan, context))
}

/** The scan, when all that is asked is how many rows it has. */
function wholeTableCount(node: AggregateNode): ScanNode | undefined {
  const { input } = node
  const isCountOnly =
    node.groups.length === 0 &&
    node.groupingSets === undefined &&
    node.groupings.length === 0 &&
    node.aggregates.length > 0 &&
    node.aggregates.every((call) => call.signature === 'count()' && call.filter === undefined)
  if (!isCountOnly || input.kind !== 'scan') return undefined
  return input.filter === undefined && input.sample === undefined ? input : undefined
}

function* aggregate(plan: AggregatePlan, context: ExecutionContext): BatchStream {
  const spill = new GroupSpill(plan, context)
  try {
    yield* aggregateStream(plan, plan.input.run(context), { spill, context, isFirst: true })
    for (let part = spill.nextPart(); part !== undefined; part = spill.nextPart()) {
      yield* aggregateStream(plan, part.rows(), { spill: part.deeper, context, isFirst: false })
      for (let sub = part.deeper.nextPart(); sub !== undefined; sub = part.deeper.nextPart()) {
        // LIMIT: a partition is divided once more, then must fit.
        yield* aggregateStream(plan, sub.rows(), { spill: undefined, context, isFirst: false })
        sub.release()
      }
      part.release()
    }
  } finally {
    spill.close()
  }
}

interface Round {
  readonly spill: GroupSpill | undefined
  readonly context: ExecutionContext
  /** Groups without keys give a row also of no input, but only once. */
  readonly isFirst: boolean
}

function* aggregateStream(plan: AggregatePlan, input: BatchStream, round: Round): BatchStream {
  const { spill, context } = round
  const sets = plan.sets.map((set) => new GroupSet(plan, set, context))
  const canSpill = spill !== undefined && context.spill !== undefined && sets.length === 1
  for (const item of input) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const pieces = piecesOf(item)
    for (const batch of pieces) {
      if (pieces.length > 1 && context.isPauseDue(0, PIECE_BYTES)) yield PAUSE
      const keys = plan.groups.map((kernel) => kernel(batch, context))
      const taken = canSpill ? spill.keepKnown(batch, keys, sets[0]) : { batch, keys }
      if (taken.batch.length === 0) continue
      for (const set of sets) set.add(taken.batch, taken.keys, context)
    }
  }
  for (let i = 0; i < sets.length; i++) {
    if (plan.sets[i].length === 0 && round.isFirst) sets[i].ensureOneGroup()
    yield* sets[i].settle()
    yield* resultOf(plan, sets[i])
    sets[i].close()
  }
}

/** Rows of long values in several batches, so that budget and clock are asked often enough. */
function piecesOf(batch: Batch): readonly Batch[] {
  const bytes = columnsBytes(batch.columns, batch.length)
  if (bytes <= PIECE_BYTES) return [batch]
  const rows = Math.max(1, Math.floor((batch.length * PIECE_BYTES) / bytes))
  const pieces: Batch[] = []
  for (let start = 0; start < batch.length; start += rows) {
    pieces.push(sliceBatch(batch, start, Math.min(batch.length, start + rows)))
  }
  return pieces
}

function* resultOf(plan: AggregatePlan, set: GroupSet): BatchStream {
  const n = set.size
  if (n === 0) return
  const keys: Vector[] = plan.keys.map(
    (key, group) => set.keyColumn(group) ?? nullVector(key.kind, n),
  )
  const groupings = plan.groupings.map((call) =>
    vectorOf('int32', new Array<number>(n).fill(groupingMask(call, set.groups))),
  )
  const columns = [...keys, ...set.finish(), ...groupings]
  const all: Batch = { kind: 'batch', length: n, columns }
  for (let start = 0; start < n; start += BATCH_ROWS) {
    yield sliceBatch(all, start, Math.min(n, start + BATCH_ROWS))
  }
}

/** One bit per argument, the last the lowest: 1 = not grouped by in this set. */
function groupingMask(call: GroupingCall, set: readonly number[]): number {
  let mask = 0
  for (const group of call.groups) mask = mask * 2 + (set.includes(group) ? 0 : 1)
  return mask
}
