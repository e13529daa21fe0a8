/**
 * Hypothetical-set aggregates: where a row made of the direct arguments would stand among the sorted rows. The sort
 * order comes with the call; without it no answer would be right.
 */
import { unsupported } from '../../../../errors/sql-error.ts'
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../storage/vector.ts'
import { compareDatums } from '../../../types/compare-datums.ts'
import { compareText } from '../../../types/text/compare-text.ts'
import type { Accumulator, CallContext, FunctionRegistry } from '../../registry.ts'

class Standing {
  rows = 0
  before = 0
  beforeDistinct = 0
  peers = 0
  last: readonly (Datum | null)[] | undefined
}

type SortOrder = NonNullable<CallContext['sortOrder']>
type Result = (standing: Standing) => number

class HypotheticalAccumulator implements Accumulator {
  readonly #groups: Standing[] = []
  readonly #order: SortOrder
  readonly #kind: 'int64' | 'float64'
  readonly #result: Result

  constructor(order: SortOrder, kind: 'int64' | 'float64', result: Result) {
    this.#order = order
    this.#kind = kind
    this.#result = result
  }

  grow(count: number): void {
    while (this.#groups.length < count) this.#groups.push(new Standing())
  }

  add(groups: Int32Array, args: readonly Vector[], n: number): void {
    const width = args.length / 2
    for (let i = 0; i < n; i++) {
      const g = groups[i]
      if (g < 0) continue
      const standing = this.#groups[g]
      const row: (Datum | null)[] = []
      for (let c = 0; c < width; c++) row.push(datumAt(args[width + c], i))
      const order = this.#compare(row, (c) => datumAt(args[c], i))
      standing.rows++
      if (order === 0) standing.peers++
      if (order < 0) {
        const { last } = standing
        if (last === undefined || this.#compare(row, (c) => last[c]) !== 0)
          standing.beforeDistinct++
        standing.before++
        standing.last = row
      }
    }
  }

  #compare(row: readonly (Datum | null)[], other: (column: number) => Datum | null): number {
    for (let c = 0; c < row.length; c++) {
      const { descending, nullsFirst, locale } = this.#order[c]
      const a = row[c]
      const b = other(c)
      if (a === null || b === null) {
        if (a === b) continue
        return (a === null) === nullsFirst ? -1 : 1
      }
      const order =
        typeof a === 'string' ? compareText(a, b as string, locale) : compareDatums(a, b)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }

  finish(count: number): Vector {
    return vectorOf(this.#kind, this.#groups.slice(0, count).map(this.#result))
  }
}

const RESULTS: readonly (readonly [string, 'int64' | 'float64', Result])[] = [
  ['rank', 'int64', (s) => s.before + 1],
  ['dense_rank', 'int64', (s) => s.beforeDistinct + 1],
  ['percent_rank', 'float64', (s) => (s.rows === 0 ? 0 : s.before / s.rows)],
  ['cume_dist', 'float64', (s) => (s.before + s.peers + 1) / (s.rows + 1)],
]

export function registerHypotheticalSet(registry: FunctionRegistry): void {
  for (const [name, kind, result] of RESULTS) {
    registry.aggregate(`${name}(any)`, (context) => {
      if (context.sortOrder === undefined) throw unsupported(`aggregate ${name} WITHIN GROUP`)
      return new HypotheticalAccumulator(context.sortOrder, kind, result)
    })
  }
}
