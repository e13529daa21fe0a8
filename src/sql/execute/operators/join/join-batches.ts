/** From candidate pairs to output: checks the residual condition, gathers rows, and keeps track of who found a partner. */
import type { BatchStream } from '../../../../storage/task.ts'
import { PAUSE } from '../../../../storage/task.ts'
import { type Batch, BATCH_ROWS, type Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import {
  gather,
  gatherBatch,
  gatherOrNull,
  nullVector,
  selectTrue,
  UNUSED_VECTOR,
} from '../../vectors/gather.ts'
import type { RowCollection } from '../../vectors/row-collection.ts'
import { type JoinPlan, keepsLeft, keepsRight, wantsExistenceOnly } from './join-plan.ts'
import type { PairSource } from './pair-source.ts'

/** Says whether `x NOT IN (…)` is unknown for a left row without partner. */
export type UnknownTest = (row: number) => boolean

export class JoinBatches {
  readonly #plan: JoinPlan
  readonly #right: RowCollection
  readonly #context: ExecutionContext
  readonly #leftRows = new Int32Array(BATCH_ROWS)
  readonly #rightRows = new Int32Array(BATCH_ROWS)
  readonly #selected = new Int32Array(BATCH_ROWS)
  /** Right rows that have joined, when the others are wanted at the end. */
  readonly #rightMatched: Uint8Array | undefined

  constructor(plan: JoinPlan, right: RowCollection, context: ExecutionContext) {
    this.#plan = plan
    this.#right = right
    this.#context = context
    this.#rightMatched = keepsRight(plan) ? new Uint8Array(right.length) : undefined
  }

  /** Output for one batch of the left side. */
  *join(left: Batch, pairs: PairSource, isUnknown: UnknownTest | undefined): BatchStream {
    const plan = this.#plan
    const existence = wantsExistenceOnly(plan)
    // Without a residual the source itself pads rows that have no partner.
    const tracksLeft = existence || (keepsLeft(plan) && plan.residual !== undefined)
    const matched = tracksLeft ? new Uint8Array(left.length) : undefined
    for (;;) {
      const found = pairs.fill(this.#leftRows, this.#rightRows)
      if (found === 0) break
      const count = plan.residual === undefined ? found : this.#applyResidual(left, found)
      if (matched !== undefined) for (let i = 0; i < count; i++) matched[this.#leftRows[i]] = 1
      this.#markRight(count)
      if (!existence && count > 0) yield this.#joined(left, count, this.#plan.shown)
      if (this.#context.isPauseDue(found)) yield PAUSE
    }
    if (matched === undefined) return
    const last = existence
      ? this.#existence(left, matched, isUnknown)
      : this.#unmatchedLeft(left, matched)
    if (last !== undefined) yield last
  }

  /** Keeps the pairs that satisfy the residual condition, at the front. */
  #applyResidual(left: Batch, count: number): number {
    const { residual } = this.#plan
    if (residual === undefined) return count
    const answers = residual(this.#joined(left, count, this.#plan.tested), this.#context)
    const kept = selectTrue(answers, count, this.#selected)
    for (let i = 0; i < kept; i++) {
      this.#leftRows[i] = this.#leftRows[this.#selected[i]]
      this.#rightRows[i] = this.#rightRows[this.#selected[i]]
    }
    return kept
  }

  #markRight(count: number): void {
    const matched = this.#rightMatched
    if (matched === undefined) return
    for (let i = 0; i < count; i++) if (this.#rightRows[i] >= 0) matched[this.#rightRows[i]] = 1
  }

  /** The pairs as rows; columns that are not used stay empty. */
  #joined(left: Batch, count: number, used: readonly boolean[]): Batch {
    const width = left.columns.length
    const right = this.#right.columns
    const columns = new Array<Vector>(width + right.length).fill(UNUSED_VECTOR)
    const isWhole = this.#isWholeLeft(left.length, count)
    for (let i = 0; i < width; i++) {
      if (isWhole) columns[i] = left.columns[i]
      else if (used[i]) columns[i] = gather(left.columns[i], this.#leftRows, count)
    }
    const take = this.#plan.type === 'left' || this.#plan.type === 'full' ? gatherOrNull : gather
    for (let i = 0; i < right.length; i++) {
      if (used[width + i]) columns[width + i] = take(right[i], this.#rightRows, count)
    }
    return { kind: 'batch', length: count, columns }
  }

  /** Every left row once, in order: joins along a foreign key need not copy the left side. */
  #isWholeLeft(length: number, count: number): boolean {
    if (length !== count) return false
    for (let i = 0; i < count; i++) if (this.#leftRows[i] !== i) return false
    return true
  }

  #unmatchedLeft(left: Batch, matched: Uint8Array): Batch | undefined {
    const count = this.#select(matched, left.length, 0)
    if (count === 0) return undefined
    const rows = gatherBatch(left, this.#selected, count)
    const right = this.#plan.right.kinds.map((kind) => nullVector(kind, count))
    return { kind: 'batch', length: count, columns: [...rows.columns, ...right] }
  }

  #existence(
    left: Batch,
    matched: Uint8Array,
    isUnknown: UnknownTest | undefined,
  ): Batch | undefined {
    if (this.#plan.hasMark) return withMark(left, matched, isUnknown)
    const isSemi = this.#plan.type === 'semi'
    if (!isSemi && isUnknown !== undefined) {
      // An unknown NOT IN drops the row just as a partner does.
      for (let i = 0; i < left.length; i++) if (matched[i] === 0 && isUnknown(i)) matched[i] = 1
    }
    const count = this.#select(matched, left.length, isSemi ? 1 : 0)
    if (count === 0) return undefined
    return count === left.length ? left : gatherBatch(left, this.#selected, count)
  }

  #select(flags: Uint8Array, n: number, wanted: number): number {
    let count = 0
    for (let i = 0; i < n; i++) if (flags[i] === wanted) this.#selected[count++] = i
    return count
  }

  /** Right rows that never joined, with nulls on the left: the end of a right or full join. */
  *unmatchedRight(): BatchStream {
    const matched = this.#rightMatched
    if (matched === undefined) return
    let count = 0
    for (let row = 0; row < matched.length; row++) {
      if (matched[row] === 0) this.#rightRows[count++] = row
      if (count < BATCH_ROWS) continue
      yield this.#rightOnly(count)
      count = 0
    }
    if (count > 0) yield this.#rightOnly(count)
  }

  #rightOnly(count: number): Batch {
    const left = this.#plan.left.kinds.map((kind) => nullVector(kind, count))
    const right = this.#right.take(this.#rightRows, count)
    return { kind: 'batch', length: count, columns: [...left, ...right] }
  }
}

function withMark(left: Batch, matched: Uint8Array, isUnknown: UnknownTest | undefined): Batch {
  let nulls: Uint8Array | undefined
  if (isUnknown !== undefined) {
    for (let i = 0; i < left.length; i++) {
      if (matched[i] === 0 && isUnknown(i)) (nulls ??= new Uint8Array(left.length))[i] = 1
    }
  }
  const mark: Vector = { kind: 'bool', values: matched, nulls }
  return { kind: 'batch', length: left.length, columns: [...left.columns, mark] }
}
