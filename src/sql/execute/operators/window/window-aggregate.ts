/**
 * Aggregates over frames. Three ways: frames that are the whole partition are one group each; frames that only grow at their
 * end go on from the row before; all others are groups of their own, their rows fed in long batches.
 */
import { BATCH_ROWS, type Datum, datumAt, type Vector } from '../../../../storage/vector.ts'
import type { Accumulator } from '../../../functions/registry.ts'
import { gather, sliceVector } from '../../vectors/gather.ts'
import type { Frames } from './frame.ts'
import type { Partition } from './partition.ts'

export interface AggregateInput {
  readonly make: () => Accumulator
  readonly args: readonly Vector[]
  /** FILTER: per row 1 = counts. */
  readonly included: Uint8Array | undefined
}

type Values = (Datum | null)[]

export function aggregateFrames(
  input: AggregateInput,
  partitions: readonly Partition[],
  frames: Frames,
  out: Values,
): void {
  const { start, end, exclude, mode } = frames.plan
  const fromStart = start.kind === 'unboundedPreceding' && exclude === 'none'
  const isWhole = (partition: Partition) =>
    end.kind === 'unboundedFollowing' ||
    (end.kind === 'currentRow' && mode !== 'rows' && partition.groupCount === 1)
  if (fromStart && partitions.every(isWhole)) wholePartitions(input, partitions, out)
  else if (fromStart) for (const partition of partitions) growing(input, partition, frames, out)
  else eachFrame(input, partitions, frames, out)
}

function wholePartitions(
  { make, args, included }: AggregateInput,
  partitions: readonly Partition[],
  out: Values,
): void {
  const accumulator = make()
  accumulator.grow(partitions.length)
  const n = out.length
  const groups = new Int32Array(n)
  partitions.forEach((partition, p) => groups.fill(p, partition.start, partition.end))
  if (included !== undefined) for (let i = 0; i < n; i++) if (included[i] === 0) groups[i] = -1
  accumulator.add(groups, args, n)
  const results = accumulator.finish(partitions.length)
  partitions.forEach((partition, p) =>
    out.fill(datumAt(results, p), partition.start, partition.end),
  )
}

/** Adds what each row's frame has more than that of the row before. */
function growing(
  { make, args, included }: AggregateInput,
  partition: Partition,
  frames: Frames,
  out: Values,
): void {
  const accumulator = make()
  accumulator.grow(1)
  let end = partition.start
  let result: Datum | null = datumAt(accumulator.finish(1), 0)
  for (let row = partition.start; row < partition.end; row++) {
    const next = frames.bounds(row, partition).end
    if (next > end) {
      const n = next - end
      const groups = new Int32Array(n)
      if (included !== undefined) for (let i = 0; i < n; i++) groups[i] = included[end + i] - 1
      const part = args.map((vector) => sliceVector(vector, end, next))
      accumulator.add(groups, part, n)
      result = datumAt(accumulator.finish(1), 0)
      end = next
    }
    out[row] = result
  }
}

/** Every frame is a group: the pairs (frame, row) are fed in batches. */
function eachFrame(
  { make, args, included }: AggregateInput,
  partitions: readonly Partition[],
  frames: Frames,
  out: Values,
): void {
  const accumulator = make()
  accumulator.grow(out.length)
  const groups = new Int32Array(BATCH_ROWS)
  const rows = new Int32Array(BATCH_ROWS)
  let count = 0
  const flush = () => {
    const part = args.map((vector) => gather(vector, rows, count))
    accumulator.add(groups.subarray(0, count), part, count)
    count = 0
  }
  for (const partition of partitions) {
    for (let row = partition.start; row < partition.end; row++) {
      for (const { start, end } of frames.segments(row, partition)) {
        for (let member = start; member < end; member++) {
          if (included !== undefined && included[member] === 0) continue
          groups[count] = row
          rows[count++] = member
          if (count === BATCH_ROWS) flush()
        }
      }
    }
  }
  if (count > 0) flush()
  const results = accumulator.finish(out.length)
  for (let row = 0; row < out.length; row++) out[row] = datumAt(results, row)
}
