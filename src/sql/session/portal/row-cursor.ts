/**
 * Where a cursor stands among its rows, and what FETCH and MOVE do from there.
 *
 *   before the first │ 1 │ 2 │ … │ N │ after the last
 *
 * PostgreSQL's positions: `isAtStart` and `isAtEnd` are both true for an empty result that was read; a fetch that comes to an
 * end stands beyond it. How many rows there are is only known once somebody has tried to read beyond them.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { Batch } from '../../../storage/vector.ts'
import { sliceBatch } from '../../execute/vectors/gather.ts'
import type { FetchStatement } from '../../parse/ast/utility.ts'
import type { PortalRows, RowTaker } from './portal-rows.ts'

const NOWHERE: RowTaker = () => undefined

export class RowCursor {
  readonly #rows: PortalRows
  readonly #isScrollable: boolean
  #isAtStart = true
  #isAtEnd = false
  /** The row it stands on; beyond the end the last one. */
  #row = 0
  #passed: Batch | undefined

  constructor(rows: PortalRows, isScrollable: boolean) {
    this.#rows = rows
    this.#isScrollable = isScrollable
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd
  }

  /** Rows in front of it. */
  get passed(): number {
    return this.#row
  }

  /** The row it stands on, as a batch of one. */
  get current(): Batch | undefined {
    if (this.#isAtStart || this.#isAtEnd || this.#passed === undefined) return undefined
    const { length } = this.#passed
    return sliceBatch(this.#passed, length - 1, length)
  }

  /** FETCH, or MOVE when nobody takes the rows. Returns how many rows were read or, without taker, passed. */
  *fetch({ direction, count = Infinity }: FetchTarget, take?: RowTaker): Task<number> {
    if (direction === 'absolute') return yield* this.#absolute(count, take)
    if (direction === 'relative' && count !== 0) return yield* this.#relative(count, take)
    const isForward = (direction === 'backward') !== count >= 0
    if (count === 0) return yield* this.#again(take)
    if (!isForward && count === Infinity && take === undefined) return this.#moveBeforeFirst()
    const rows = Math.abs(count)
    return yield* isForward ? this.forward(rows, take) : this.#backward(rows, take)
  }

  *forward(count: number, take: RowTaker = NOWHERE): Task<number> {
    if (this.#isAtEnd || count <= 0) return 0
    const made = yield* this.#rows.forward(this.#row + 1, count, this.#noting(take))
    if (made > 0) this.#isAtStart = false
    if (made < count) this.#isAtEnd = true
    this.#row += made
    return made
  }

  /** For a cursor that outlives its transaction. */
  finish(): Task<void> {
    return this.#rows.finish(this.#isScrollable)
  }

  close(): void {
    this.#rows.close()
    this.#passed = undefined
  }

  *#backward(count: number, take: RowTaker = NOWHERE): Task<number> {
    if (!this.#isScrollable) throw onlyForward()
    if (this.#isAtStart || count <= 0) return 0
    const from = this.#isAtEnd ? this.#row : this.#row - 1
    const made = yield* this.#rows.backward(from, count, this.#noting(take))
    if (made > 0 && this.#isAtEnd) {
      this.#isAtEnd = false
      this.#row++
    }
    if (made < count) {
      this.#isAtStart = true
      this.#row = 0
      // Rows that are not kept are read from the first one again.
      if (made === 0) this.#rows.rewind()
    } else this.#row -= made
    return made
  }

  *#absolute(count: number, take: RowTaker | undefined): Task<number> {
    if (count === 0) {
      this.#rewind()
      return 0
    }
    if (count < 0) {
      yield* this.forward(Infinity)
      yield* this.#backward(-count - 1)
      return yield* this.#backward(1, take)
    }
    const near = count - 1 <= Math.floor(this.#row / 2)
    const position = this.#isAtEnd ? this.#row + 1 : this.#row
    if (near) {
      this.#rewind()
      yield* this.forward(count - 1)
    } else if (count <= position) yield* this.#backward(position - count + 1)
    else yield* this.forward(count - position - 1)
    return yield* this.forward(1, take)
  }

  *#relative(count: number, take: RowTaker | undefined): Task<number> {
    if (count > 0) {
      yield* this.forward(count - 1)
      return yield* this.forward(1, take)
    }
    if (count < -1) yield* this.#backward(-count - 1)
    return yield* this.#backward(1, take)
  }

  /** Of zero rows: the row it stands on once more. MOVE only says whether there is one. */
  *#again(take: RowTaker | undefined): Task<number> {
    const isOnRow = !this.#isAtStart && !this.#isAtEnd
    if (!isOnRow) return 0
    if (take === undefined) return 1
    yield* this.#backward(1)
    return yield* this.forward(1, take)
  }

  #moveBeforeFirst(): number {
    const passed = this.#row > 0 && !this.#isAtEnd ? this.#row - 1 : this.#row
    this.#rewind()
    return passed
  }

  #rewind(): void {
    if (this.#isAtStart && !this.#isAtEnd) return
    if (!this.#isScrollable) throw onlyForward()
    this.#rows.rewind()
    this.#isAtStart = true
    this.#isAtEnd = false
    this.#row = 0
  }

  #noting(take: RowTaker): RowTaker {
    return (rows) => {
      this.#passed = rows
      take(rows)
    }
  }
}

export type FetchTarget = Pick<FetchStatement, 'direction' | 'count'>

function onlyForward(): SqlError {
  return new SqlError(SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE, 'cursor can only scan forward', {
    hint: 'Declare it with SCROLL option to enable backward scan.',
  })
}
