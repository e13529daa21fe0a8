/** Window functions: collects the input, sorts it by partition and order, computes each function, puts rows out in that order. */
import { unsupported } from '../../../../errors/sql-error.ts'
import { type BatchStream, PAUSE } from '../../../../storage/task.ts'
import {
  type Batch,
  BATCH_ROWS,
  type ColumnKind,
  type Datum,
  datumAt,
  type Vector,
  vectorOf,
} from '../../../../storage/vector.ts'
import type { WindowCall } from '../../../plan/expression.ts'
import type { WindowNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileProcedure } from '../../expression/call.ts'
import { compileAll, compileExpression } from '../../expression/compile-expression.ts'
import { BOOL_OID, boolParts, type Kernel, single } from '../../expression/kernel.ts'
import type { Layout } from '../../expression/kernel.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import {
  ASCENDING,
  directionOf,
  type SortColumn,
  type SortDirection,
} from '../../sort/sort-column.ts'
import { sortRows } from '../../sort/sort-rows.ts'
import { gather, sliceBatch } from '../../vectors/gather.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import {
  appendedColumns,
  compileFree,
  makeArranged,
  type Operator,
  type Preparation,
} from '../operator.ts'
import { type Bound, type FramePlan, Frames, type InRange, numbersInRange } from './frame.ts'
import { type Partition, partitionsOf } from './partition.ts'
import { aggregateFrames } from './window-aggregate.ts'
import { WINDOW_FUNCTIONS } from './window-functions.ts'

interface KeyPlan {
  readonly kernel: Kernel
  readonly direction: SortDirection
}

/** All sorted rows, and where partitions and frames lie. */
interface SortedRows {
  readonly rows: Batch
  readonly partitions: readonly Partition[]
  readonly frames: Frames
}

type ComputeColumn = (sorted: SortedRows, context: ExecutionContext) => Vector

interface WindowPlan {
  readonly input: Operator
  readonly partitionBy: readonly KeyPlan[]
  readonly orderBy: readonly KeyPlan[]
  readonly frame: FramePlan
  readonly functions: readonly ComputeColumn[]
}

export function prepareWindow(node: WindowNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const { compilation } = preparation
  const compile = (expression: WindowNode['partitionBy'][number]) =>
    compileExpression(expression, input.layout, compilation)
  const plan: WindowPlan = {
    input,
    partitionBy: node.partitionBy.map((key) => ({ kernel: compile(key), direction: ASCENDING })),
    orderBy: node.orderBy.map((key) => ({
      kernel: compile(key.expression),
      direction: directionOf(key),
    })),
    frame: compileFrame(node, preparation),
    functions: node.functions.map((call) => compileWindowCall(call, input.layout, preparation)),
  }
  const natural = [...input.output, ...appendedColumns(node.output, input)]
  return makeArranged(natural, node.output, preparation.catalog, (context) => window(plan, context))
}

function* window(plan: WindowPlan, context: ExecutionContext): BatchStream {
  const collected = new RowCollection(plan.input.kinds)
  let bytes = 0
  try {
    for (const item of plan.input.run(context)) {
      if (item.kind !== 'batch') {
        yield item
        continue
      }
      collected.append(item.columns, item.length)
      const more = columnsBytes(item.columns, item.length)
      bytes += more
      context.memory.takeFirmly(more)
    }
    if (collected.length === 0) return
    const sorted = sortInput(plan, collected.asBatch(), context)
    const columns = [...sorted.rows.columns]
    for (const compute of plan.functions) {
      columns.push(compute(sorted, context))
      if (context.isPauseDue(sorted.rows.length)) yield PAUSE
    }
    const { length } = sorted.rows
    const all: Batch = { kind: 'batch', length, columns }
    for (let start = 0; start < length; start += BATCH_ROWS) {
      yield sliceBatch(all, start, Math.min(length, start + BATCH_ROWS))
    }
  } finally {
    context.memory.give(bytes)
  }
}

function sortInput(plan: WindowPlan, input: Batch, context: ExecutionContext): SortedRows {
  const n = input.length
  const evaluate = ({ kernel, direction }: KeyPlan): SortColumn => ({
    ...direction,
    vector: kernel(input, context),
  })
  const partitionBy = plan.partitionBy.map(evaluate)
  const orderBy = plan.orderBy.map(evaluate)
  const order = sortRows([...partitionBy, ...orderBy], n)
  const inOrder = (column: SortColumn): SortColumn => ({
    ...column,
    vector: gather(column.vector, order, n),
  })
  const sortedOrderBy = orderBy.map(inOrder)
  const columns = input.columns.map((column) => gather(column, order, n))
  return {
    rows: { kind: 'batch', length: n, columns },
    partitions: partitionsOf(n, partitionBy.map(inOrder), sortedOrderBy),
    frames: new Frames(plan.frame, sortedOrderBy[0], context),
  }
}

function compileWindowCall(
  call: WindowCall,
  layout: Layout,
  preparation: Preparation,
): ComputeColumn {
  const { compilation, catalog } = preparation
  const args = compileAll(call.args, layout, compilation)
  const { kind } = catalog.type(call.type)
  if (call.isAggregate) return compileAggregateCall(call, args, layout, preparation)
  const name = call.signature.slice(0, call.signature.indexOf('('))
  const compute = WINDOW_FUNCTIONS[name]
  if (compute === undefined) throw unsupported(`window function ${call.signature}`, call.position)
  return ({ rows, partitions, frames }, context) => {
    const vectors = args.map((kernel) => kernel(rows, context))
    const out = new Array<Datum | null>(rows.length)
    for (const partition of partitions) compute(partition, vectors, frames, out)
    return vectorOf(kind, out)
  }
}

function compileAggregateCall(
  call: WindowCall,
  args: readonly Kernel[],
  layout: Layout,
  { compilation, catalog }: Preparation,
): ComputeColumn {
  const make = compilation.environment.functions.findAggregate(call.signature)
  if (make === undefined) throw unsupported(`function ${call.signature}`, call.position)
  const site = compilation.site(
    call.args.map((arg) => arg.type),
    call.type,
    call.inputCollation,
  )
  const filter = call.filter && compileExpression(call.filter, layout, compilation)
  const kind: ColumnKind = catalog.type(call.type).kind
  return ({ rows, partitions, frames }, context) => {
    const input = {
      make: () => make(context.callContext(site)),
      args: args.map((kernel) => kernel(rows, context)),
      included: filter && includedRows(filter(rows, context), rows.length),
    }
    const out = new Array<Datum | null>(rows.length)
    aggregateFrames(input, partitions, frames, out)
    return vectorOf(kind, out)
  }
}

function includedRows(condition: Vector, n: number): Uint8Array {
  const { values, nulls } = boolParts(condition, n)
  const included = new Uint8Array(n)
  for (let i = 0; i < n; i++) included[i] = values[i] === 1 && nulls?.[i] !== 1 ? 1 : 0
  return included
}

function compileFrame({ frame, orderBy }: WindowNode, preparation: Preparation): FramePlan {
  const bound = (side: typeof frame.start): Bound => ({
    kind: side.kind,
    offset: 'offset' in side ? compileFree(side.offset, preparation) : undefined,
  })
  const offset = [frame.start, frame.end].find((side) => 'offset' in side)
  const needsRange = frame.mode === 'range' && offset !== undefined && 'offset' in offset
  const [first] = orderBy
  return {
    mode: frame.mode,
    start: bound(frame.start),
    end: bound(frame.end),
    exclude: frame.exclude,
    inRange:
      needsRange && first !== undefined
        ? compileInRange(frame.inRange, first.expression.type, offset.offset.type, preparation)
        : undefined,
  }
}

function compileInRange(
  procedure: WindowNode['frame']['inRange'],
  valueType: WindowCall['type'],
  offsetType: WindowCall['type'],
  { catalog, compilation }: Preparation,
): InRange {
  const value = catalog.type(valueType)
  const offset = catalog.type(offsetType)
  const isNumber = (category: string) => category === 'N'
  if (
    isNumber(value.category) &&
    isNumber(offset.category) &&
    value.kind !== 'datum' &&
    offset.kind !== 'datum'
  ) {
    return numbersInRange
  }
  if (procedure === undefined) throw unsupported('RANGE with this offset type')
  const apply = compileProcedure(procedure, compilation, {
    argumentTypes: [valueType, valueType, offsetType, BOOL_OID, BOOL_OID],
    resultType: BOOL_OID,
    collation: 0 as typeof valueType,
  })
  return (candidate, { base, offset: distance, sub, less }, context) => {
    const args = [
      single(value.kind, candidate),
      single(value.kind, base),
      single(offset.kind, distance),
      single('bool', sub),
      single('bool', less),
    ]
    return datumAt(apply(args, 1, context), 0) === true
  }
}
