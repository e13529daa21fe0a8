/**
 * `x IN (…)` is unknown, not false, when no row equals x but some row might: a null on either side. Decides that for left rows
 * without partner, looking at right rows with null keys, or at all of them when the left key has a null.
 */
import { type Batch, datumAt, type Vector } from '../../../../storage/vector.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { datumKey } from '../../keys/key-encoding.ts'
import { gather, selectTrue } from '../../vectors/gather.ts'
import type { BuildSide } from './build-side.ts'
import type { UnknownTest } from './join-batches.ts'
import type { JoinPlan } from './join-plan.ts'

interface Sides {
  readonly plan: JoinPlan
  readonly build: BuildSide
  readonly context: ExecutionContext
}

export function unknownTest(sides: Sides, left: Batch, keys: readonly Vector[]): UnknownTest {
  const { build } = sides
  const rightKeys = build.keyRows.columns
  return (row) => {
    const hasNull = keys.some((key) => datumAt(key, row) === null)
    if (!hasNull && build.nullRows.length === 0) return false
    // A single null key is equal to no row and possibly to each: no need to look.
    if (hasNull && keys.length === 1 && sides.plan.residual === undefined)
      return build.rows.length > 0
    const candidates = hasNull ? allRows(build.rows.length) : build.nullRows
    const possible = candidates.filter((other) => mayEqual(keys, row, rightKeys, other))
    return possible.length > 0 && someSatisfies(sides, left, row, possible)
  }
}

function allRows(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

function mayEqual(
  left: readonly Vector[],
  row: number,
  right: readonly Vector[],
  other: number,
): boolean {
  return left.every((key, k) => {
    const a = datumAt(key, row)
    const b = datumAt(right[k], other)
    return a === null || b === null || datumKey(a) === datumKey(b)
  })
}

function someSatisfies(
  { plan, build, context }: Sides,
  left: Batch,
  row: number,
  candidates: readonly number[],
): boolean {
  if (plan.residual === undefined) return true
  const n = candidates.length
  const repeated = new Int32Array(n).fill(row)
  const columns = [
    ...left.columns.map((column) => gather(column, repeated, n)),
    ...build.rows.take(Int32Array.from(candidates), n),
  ]
  const answers = plan.residual({ kind: 'batch', length: n, columns }, context)
  return selectTrue(answers, n, new Int32Array(n)) > 0
}
