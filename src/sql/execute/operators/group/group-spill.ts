/**
 * What a hash aggregate does when its memory is full: groups it already has go on being aggregated; rows of groups it
 * has not yet seen are written out, divided by a hash of their keys, and aggregated part by part afterwards.
 */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { gather, gatherBatch } from '../../vectors/gather.ts'
import { PartitionedRows } from '../../memory/partitioned-rows.ts'
import type { SpilledRows } from '../../memory/spilled-rows.ts'
import type { AggregatePlan } from './aggregate.ts'
import type { GroupSet } from './group-set.ts'

interface Taken {
  readonly batch: Batch
  readonly keys: readonly Vector[]
}

export interface GroupPart {
  rows(): BatchStream
  readonly deeper: GroupSpill
  release(): void
}

export class GroupSpill {
  readonly #plan: AggregatePlan
  readonly #context: ExecutionContext
  readonly #depth: number
  #parts: PartitionedRows | undefined
  #next = 0

  constructor(plan: AggregatePlan, context: ExecutionContext, depth = 0) {
    this.#plan = plan
    this.#context = context
    this.#depth = depth
  }

  /** The rows to aggregate now. Once memory was full, rows of unknown groups are put aside. */
  keepKnown(batch: Batch, keys: readonly Vector[], set: GroupSet): Taken {
    if (this.#parts === undefined && !this.#context.memory.isExceeded) return { batch, keys }
    if (set.groups.length === 0) return { batch, keys }
    this.#parts ??= new PartitionedRows(
      this.#plan.input.kinds,
      this.#plan.keys,
      this.#context,
      this.#depth,
    )
    const ids = new Int32Array(batch.length)
    set.find(keys, batch.length, ids)
    const known: number[] = []
    const unknown: number[] = []
    ids.forEach((id, row) => (id < 0 ? unknown : known).push(row))
    if (unknown.length === 0) return { batch, keys }
    this.#parts.append(...pick(batch, keys, unknown))
    const [keptBatch, keptKeys] = pick(batch, keys, known)
    return { batch: keptBatch, keys: keptKeys }
  }

  nextPart(): GroupPart | undefined {
    const part = this.#parts?.takePart(this.#next++)
    if (part === undefined) return undefined
    return {
      rows: () => streamOf(part, this.#context),
      deeper: new GroupSpill(this.#plan, this.#context, this.#depth + 1),
      release: () => part.release(),
    }
  }

  close(): void {
    this.#parts?.release()
  }
}

function pick(batch: Batch, keys: readonly Vector[], rows: number[]): [Batch, Vector[]] {
  const indexes = Int32Array.from(rows)
  return [
    gatherBatch(batch, indexes, rows.length),
    keys.map((key) => gather(key, indexes, rows.length)),
  ]
}

function* streamOf(part: SpilledRows, context: ExecutionContext): BatchStream {
  for (const batch of part.batches()) {
    yield batch
    if (context.isPauseDue(batch.length)) yield PAUSE
  }
}
