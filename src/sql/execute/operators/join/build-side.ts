/** The right side of a hash join, collected and indexed by key. */
import { isNullAt, type Vector } from '../../../../storage/vector.ts'
import { releaseBytes } from '../../../../storage/release-bytes.ts'
import type { BatchStream, Suspension } from '../../../../storage/task.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { KeyTable } from '../../keys/key-table.ts'
import { columnsBytes } from '../../memory/memory-budget.ts'
import { RowCollection } from '../../vectors/row-collection.ts'
import type { JoinKeys, JoinPlan } from './join-plan.ts'
import { type Chains, makeChains } from './pair-source.ts'

export class BuildSide {
  readonly rows: RowCollection
  /** Key columns of every row; kept only where NOT IN must look at them again. */
  readonly keyRows: RowCollection
  readonly table: KeyTable
  /** Rows with a null in a key that nulls do not join by. */
  readonly nullRows: number[] = []
  readonly #keys: JoinKeys
  readonly #plan: JoinPlan
  readonly #context: ExecutionContext
  #ids = new Int32Array(1024)
  #bytes = 0
  #chains: Chains | undefined

  constructor(plan: JoinPlan, keys: JoinKeys, context: ExecutionContext) {
    this.#plan = plan
    this.#keys = keys
    this.#context = context
    this.rows = new RowCollection(plan.right.kinds)
    this.keyRows = new RowCollection(keys.columns.map((column) => column.kind))
    this.table = new KeyTable(keys.columns, context.catalog)
  }

  get bytes(): number {
    return this.#bytes
  }

  get chains(): Chains {
    return (this.#chains ??= makeChains(this.#ids.subarray(0, this.rows.length), this.table.size))
  }

  /** Collects the stream until its end, or until memory is full: true when all of it is here. */
  *take(stream: BatchStream, stopsWhenFull: boolean): Generator<Suspension, boolean, void> {
    // By hand, not for-of: a stream that is left half-read is read on by the caller.
    for (let step = stream.next(); !step.done; step = stream.next()) {
      if (step.value.kind !== 'batch') {
        yield step.value
        continue
      }
      const { columns, length } = step.value
      this.add(
        columns,
        this.#keys.right.map((kernel) => kernel(step.value as never, this.#context)),
        length,
      )
      const { memory } = this.#context
      if (stopsWhenFull && memory.isExceeded && memory.isWorthSpilling(this.#bytes)) return false
    }
    return true
  }

  add(columns: readonly Vector[], keys: readonly Vector[], n: number): void {
    const first = this.rows.length
    if (this.#ids.length < first + n) {
      const grown = new Int32Array(Math.max(first + n, this.#ids.length * 2))
      grown.set(this.#ids)
      releaseBytes(this.#ids)
      this.#ids = grown
    }
    const ids = this.#ids.subarray(first, first + n)
    this.table.intern(keys, n, ids)
    unlinkNulls(keys, this.#keys.nullEqual, n, (row) => {
      ids[row] = -1
      this.nullRows.push(first + row)
    })
    this.rows.append(columns, n)
    if (this.#plan.nullAware) this.keyRows.append(keys, n)
    const bytes = columnsBytes(columns, n) + n * ROW_BYTES
    this.#bytes += bytes
    this.#context.memory.take(bytes)
  }

  /** The last use; may come twice. Joined rows are copies. */
  close(): void {
    this.#context.memory.give(this.#bytes)
    this.#bytes = 0
    this.rows.release()
    this.keyRows.release()
    this.table.release()
    releaseBytes(this.#ids)
    if (this.#chains === undefined) return
    releaseBytes(this.#chains.head)
    releaseBytes(this.#chains.next)
  }
}

/** Chain, key, key number, hash slot, and the room that growing arrays keep, roughly. */
const ROW_BYTES = 48

/** Calls back for rows whose key has a null that joins nothing. */
export function unlinkNulls(
  keys: readonly Vector[],
  nullEqual: readonly boolean[],
  n: number,
  unlink: (row: number) => void,
): void {
  const open = keys.filter((key, k) => !nullEqual[k] && mayHaveNulls(key))
  if (open.length === 0) return
  for (let i = 0; i < n; i++) {
    if (open.some((key) => isNullAt(key, i))) unlink(i)
  }
}

function mayHaveNulls(vector: Vector): boolean {
  return vector.kind === 'text' || vector.kind === 'datum' || vector.nulls !== undefined
}
