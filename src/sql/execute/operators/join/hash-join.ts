/**
 * Hash join: the right side is collected and indexed by its keys, the left side streams past it. When the right side does
 * not fit into memory, both sides are divided by a hash of the keys and joined part by part (grace hash join).
 */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { PARTITIONS, PartitionedRows } from '../../memory/partitioned-rows.ts'
import type { SpilledRows } from '../../memory/spilled-rows.ts'
import { BuildSide, unlinkNulls } from './build-side.ts'
import { JoinBatches } from './join-batches.ts'
import { type JoinKeys, type JoinPlan, keepsLeft, wantsExistenceOnly } from './join-plan.ts'
import { HashPairs } from './pair-source.ts'
import { unknownTest } from './unknown-test.ts'

export function* hashJoin(plan: JoinPlan, keys: JoinKeys, context: ExecutionContext): BatchStream {
  const build = new BuildSide(plan, keys, context)
  const right = plan.right.run(context)
  try {
    // NOT IN looks at all right rows for every left row, so its right side stays whole.
    const canSpill = context.spill !== undefined && !plan.nullAware
    const isComplete = yield* build.take(right, canSpill)
    if (isComplete) {
      yield* probe({ plan, keys, build, context }, plan.left.run(context))
    } else yield* partitionedJoin(plan, keys, { build, right }, context)
  } finally {
    right.return()
    build.close()
  }
}

interface Probe {
  readonly plan: JoinPlan
  readonly keys: JoinKeys
  readonly build: BuildSide
  readonly context: ExecutionContext
}

function* probe({ plan, keys, build, context }: Probe, left: BatchStream): BatchStream {
  const output = new JoinBatches(plan, build.rows, context)
  const options = {
    pads: keepsLeft(plan) && plan.residual === undefined,
    firstOnly: wantsExistenceOnly(plan) && plan.residual === undefined,
  }
  const { chains } = build
  for (const item of left) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    const n = item.length
    const values = keys.left.map((kernel) => kernel(item, context))
    const ids = new Int32Array(n)
    build.table.find(values, n, ids)
    unlinkNulls(values, keys.nullEqual, n, (row) => (ids[row] = -1))
    const isUnknown = plan.nullAware
      ? unknownTest({ plan, build, context }, item, values)
      : undefined
    yield* output.join(item, new HashPairs(chains, ids, n, options), isUnknown)
  }
  yield* output.unmatchedRight()
}

interface OpenBuild {
  readonly build: BuildSide
  /** What of the right side is still unread. */
  readonly right: BatchStream
}

function* partitionedJoin(
  plan: JoinPlan,
  keys: JoinKeys,
  { build, right }: OpenBuild,
  context: ExecutionContext,
): BatchStream {
  const rightParts = new PartitionedRows(plan.right.kinds, keys.columns, context, 0)
  const leftParts = new PartitionedRows(plan.left.kinds, keys.columns, context, 0)
  try {
    const evaluate = (kernels: JoinKeys['left'], batch: Batch): Vector[] =>
      kernels.map((kernel) => kernel(batch, context))
    for (const batch of build.rows.batches()) rightParts.append(batch, evaluate(keys.right, batch))
    build.close()
    for (const item of right) {
      if (item.kind === 'batch') rightParts.append(item, evaluate(keys.right, item))
      else yield item
    }
    for (const item of plan.left.run(context)) {
      if (item.kind === 'batch') leftParts.append(item, evaluate(keys.left, item))
      else yield item
    }
    for (let p = 0; p < PARTITIONS; p++) {
      const part = new BuildSide(plan, keys, context)
      // LIMIT: a part that is still too large is joined in memory all the same, within the overdraft.
      yield* part.take(streamOf(rightParts.takePart(p), context), false)
      context.memory.takeFirmly(0)
      yield* probe({ plan, keys, build: part, context }, streamOf(leftParts.takePart(p), context))
      part.close()
    }
  } finally {
    rightParts.release()
    leftParts.release()
  }
}

function* streamOf(rows: SpilledRows | undefined, context: ExecutionContext): BatchStream {
  if (rows === undefined) return
  for (const batch of rows.batches()) {
    yield batch
    if (context.isPauseDue(batch.length)) yield PAUSE
  }
}
