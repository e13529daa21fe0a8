/** The target list of one query level while it is bound: visible columns, and hidden ones that only ORDER BY or DISTINCT ON need. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Expression } from '../../../plan/expression.ts'
import { sameExpression } from '../../../plan/same-expression.ts'
import type { Target } from '../../expression/name/expand-star.ts'

/** PostgreSQL's MaxTupleAttributeNumber. */
const MAX_TARGETS = 1664

export interface TargetEntry extends Target {
  expression: Expression
  readonly isHidden: boolean
}

export class TargetList {
  readonly entries: TargetEntry[]

  constructor(targets: readonly Target[]) {
    if (targets.length > MAX_TARGETS) {
      throw new SqlError('54011', `target lists can have at most ${MAX_TARGETS} entries`)
    }
    this.entries = targets.map((target) => ({ ...target, isHidden: false }))
  }

  /** The entry with an equal expression, or a new hidden one. */
  findOrAdd(expression: Expression): TargetEntry {
    const known = this.entries.find((entry) => sameExpression(entry.expression, expression))
    if (known !== undefined) return known
    const entry = { expression, name: '', table: 0, attribute: 0, isHidden: true }
    this.entries.push(entry)
    return entry
  }

  get visible(): readonly TargetEntry[] {
    return this.entries.filter((entry) => !entry.isHidden)
  }

  get hasHidden(): boolean {
    return this.entries.some((entry) => entry.isHidden)
  }
}
