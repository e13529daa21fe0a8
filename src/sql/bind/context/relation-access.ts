/**
 * What a statement does with a relation, noted down while it is bound: PostgreSQL's RTEPermissionInfo. Nothing is refused
 * here: who may do it is asked before the statement runs (`session/statement/plan/check-privileges.ts`).
 */
import type { Relation } from '../../catalog/catalog.ts'
import type { RangeItem } from './scope.ts'

/** SELECT, INSERT, UPDATE, DELETE as in access control lists. */
export type AccessLetter = 'r' | 'a' | 'w' | 'd'

export class RelationAccess {
  readonly relation: Relation
  /** The view whose query names the relation: its owner is asked for, unless it is a security invoker. */
  readonly view: Relation | undefined
  /** Attribute numbers by what is done with them; no number means the relation as such. */
  readonly columns = new Map<AccessLetter, Set<number>>()

  constructor(relation: Relation, view: Relation | undefined) {
    this.relation = relation
    this.view = view
  }

  add(letter: AccessLetter, attribute?: number): this {
    const known = this.columns.get(letter) ?? new Set<number>()
    this.columns.set(letter, known)
    if (attribute !== undefined) known.add(attribute)
    return this
  }
}

/** The item, with every column that something refers to noted as read. */
export function noteReads(item: RangeItem, access: RelationAccess): RangeItem {
  const { columns } = access.relation
  const note = (index: number): void => {
    const attribute = columns[index]?.number
    if (attribute !== undefined) access.add('r', attribute)
  }
  return {
    ...item,
    column(index) {
      note(index)
      return item.column(index)
    },
    wholeRow() {
      columns.forEach((_, index) => note(index))
      return item.wholeRow()
    },
  }
}
