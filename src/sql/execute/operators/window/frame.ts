/** Which rows of its partition a row's frame has: bounds by rows, by peer groups, or by distance of the ordering value; exclusions. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import { type Datum, datumAt } from '../../../../storage/vector.ts'
import type { WindowNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import type { SortColumn } from '../../sort/sort-column.ts'
import type { Partition } from './partition.ts'

const INVALID_PRECEDING_OR_FOLLOWING_SIZE = '22013'

type Mode = WindowNode['frame']['mode']
export type Exclusion = WindowNode['frame']['exclude']

export interface Bound {
  readonly kind: WindowNode['frame']['start']['kind']
  readonly offset: ((context: ExecutionContext) => Datum | null) | undefined
}

/** value ≤ base ± offset (less), or ≥: PostgreSQL's in_range support function. */
export type InRange = (
  value: Datum,
  test: {
    readonly base: Datum
    readonly offset: Datum
    readonly sub: boolean
    readonly less: boolean
  },
  context: ExecutionContext,
) => boolean

export interface FramePlan {
  readonly mode: Mode
  readonly start: Bound
  readonly end: Bound
  readonly exclude: Exclusion
  readonly inRange: InRange | undefined
}

/** Rows from `start` to before `end`. */
export interface Segment {
  readonly start: number
  readonly end: number
}

/** Frames of an execution: the offsets are known. */
export class Frames {
  readonly plan: FramePlan
  readonly #context: ExecutionContext
  readonly #order: SortColumn | undefined
  readonly #startOffset: Datum | undefined
  readonly #endOffset: Datum | undefined

  constructor(plan: FramePlan, order: SortColumn | undefined, context: ExecutionContext) {
    this.plan = plan
    this.#context = context
    this.#order = order
    this.#startOffset = offsetOf(plan.start, 'starting', plan.mode, context)
    this.#endOffset = offsetOf(plan.end, 'ending', plan.mode, context)
  }

  /** The frame without its exclusions. */
  bounds(row: number, partition: Partition): Segment {
    const start = this.#start(row, partition)
    const end = this.#end(row, partition)
    return { start, end: Math.max(start, end) }
  }

  /** The frame as the pieces that exclusions leave of it. */
  segments(row: number, partition: Partition): Segment[] {
    const { start, end } = this.bounds(row, partition)
    const without = (from: number, to: number): Segment[] =>
      [
        { start, end: Math.min(end, from) },
        { start: Math.max(start, to), end },
      ].filter((piece) => piece.start < piece.end)
    const peers = { start: partition.peersStart(row), end: partition.peersEnd(row) }
    switch (this.plan.exclude) {
      case 'none':
        return start < end ? [{ start, end }] : []
      case 'currentRow':
        return without(row, row + 1)
      case 'group':
        return without(peers.start, peers.end)
      case 'ties': {
        const own = row >= start && row < end ? [{ start: row, end: row + 1 }] : []
        return [...without(peers.start, peers.end), ...own].sort((a, b) => a.start - b.start)
      }
    }
  }

  #start(row: number, partition: Partition): number {
    const { mode, start } = this.plan
    switch (start.kind) {
      case 'unboundedPreceding':
        return partition.start
      case 'unboundedFollowing':
        return partition.end
      case 'currentRow':
        return mode === 'rows' ? row : partition.peersStart(row)
      default: {
        const isPreceding = start.kind === 'preceding'
        if (mode === 'range') return this.#rangeStart(row, partition, isPreceding)
        const distance = Number(this.#startOffset) * (isPreceding ? -1 : 1)
        if (mode === 'rows') return clamp(row + distance, partition.start, partition.end)
        const group = partition.groupOf(row) + distance
        return partition.groupStarts[clamp(group, 0, partition.groupCount)]
      }
    }
  }

  #end(row: number, partition: Partition): number {
    const { mode, end } = this.plan
    switch (end.kind) {
      case 'unboundedFollowing':
        return partition.end
      case 'unboundedPreceding':
        return partition.start
      case 'currentRow':
        return mode === 'rows' ? row + 1 : partition.peersEnd(row)
      default: {
        const isPreceding = end.kind === 'preceding'
        if (mode === 'range') return this.#rangeEnd(row, partition, isPreceding)
        const distance = Number(this.#endOffset) * (isPreceding ? -1 : 1)
        if (mode === 'rows') return clamp(row + distance + 1, partition.start, partition.end)
        const group = partition.groupOf(row) + distance
        return group < 0
          ? partition.start
          : partition.groupStarts[clamp(group + 1, 0, partition.groupCount)]
      }
    }
  }

  /** The first row whose value is not before the bound. */
  #rangeStart(row: number, partition: Partition, isPreceding: boolean): number {
    return this.#search(row, partition, this.#startOffset, { isPreceding, isStart: true })
  }

  #rangeEnd(row: number, partition: Partition, isPreceding: boolean): number {
    return this.#search(row, partition, this.#endOffset, { isPreceding, isStart: false })
  }

  /** Binary search: within the rows that are not null, being inside the bound changes once. Null rows are framed by themselves. */
  #search(
    row: number,
    partition: Partition,
    offset: Datum | undefined,
    side: { readonly isPreceding: boolean; readonly isStart: boolean },
  ): number {
    const order = this.#order
    const { inRange } = this.plan
    if (order === undefined || inRange === undefined || offset === undefined) return partition.start
    const base = datumAt(order.vector, row)
    if (base === null) return side.isStart ? partition.peersStart(row) : partition.peersEnd(row)
    const sub = side.isPreceding !== order.descending
    const less = side.isStart === order.descending
    let [low, high] = notNull(partition, order)
    while (low < high) {
      const middle = (low + high) >>> 1
      const value = datumAt(order.vector, middle)
      const inside = value !== null && inRange(value, { base, offset, sub, less }, this.#context)
      if (inside === side.isStart) high = middle
      else low = middle + 1
    }
    return low
  }
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value
}

/** Nulls stand together at one end. */
function notNull(partition: Partition, order: SortColumn): [number, number] {
  let low = partition.start
  let high = partition.end
  while (low < high && datumAt(order.vector, low) === null) low = partition.peersEnd(low)
  while (high > low && datumAt(order.vector, high - 1) === null)
    high = partition.peersStart(high - 1)
  return [low, high]
}

function offsetOf(
  bound: Bound,
  which: 'starting' | 'ending',
  mode: Mode,
  context: ExecutionContext,
): Datum | undefined {
  if (bound.offset === undefined) return undefined
  const value = bound.offset(context)
  if (value === null) {
    throw new SqlError(SQLSTATE.NULL_VALUE_NOT_ALLOWED, `frame ${which} offset must not be null`)
  }
  if (mode !== 'range' && Number(value) < 0) {
    throw new SqlError(
      INVALID_PRECEDING_OR_FOLLOWING_SIZE,
      `frame ${which} offset must not be negative`,
    )
  }
  return value
}

/** in_range of plain numbers, where the library needs none. */
export function numbersInRange(
  value: Datum,
  { base, offset, sub, less }: Parameters<InRange>[1],
): boolean {
  if (Number(offset) < 0 || Number.isNaN(Number(offset))) {
    throw new SqlError(
      INVALID_PRECEDING_OR_FOLLOWING_SIZE,
      'invalid preceding or following size in window function',
    )
  }
  const isExact = typeof base === 'number' && typeof offset === 'number'
  const limit = isExact
    ? sub
      ? base - offset
      : base + offset
    : sub
      ? BigInt(base as number) - BigInt(offset as number)
      : BigInt(base as number) + BigInt(offset as number)
  return less ? (value as number) <= limit : (value as number) >= limit // a number or bigint, as base is
}
