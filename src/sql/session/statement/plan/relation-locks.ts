/** Which tables a planned statement locks, and how. */
import { FIRST_USER_OID } from '../../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { RelationAccess } from '../../../bind/context/relation-access.ts'
import { TABLE_LOCK } from '../../../lock/lock-mode.ts'
import type { TableLockMode } from '../../../lock/lock-mode.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import { walkPlan } from '../../../plan/plan-tree.ts'

export interface RelationLock {
  readonly relation: Oid
  readonly mode: TableLockMode
}

/** What a statement over these relations holds, as PostgreSQL's. */
export function relationLocks(
  accesses: readonly RelationAccess[],
  plan: PlanNode,
): readonly RelationLock[] {
  const modes = new Map<Oid, TableLockMode>()
  const note = (relation: Oid, mode: TableLockMode): void => {
    if (relation < FIRST_USER_OID || (modes.get(relation) ?? 0) >= mode) return
    modes.set(relation, mode)
  }
  for (const { relation, columns } of accesses) {
    const writes = columns.has('a') || columns.has('w') || columns.has('d')
    note(relation.oid, writes ? TABLE_LOCK.rowExclusive : TABLE_LOCK.accessShare)
  }
  walkPlan(plan, (node) => {
    if (node.kind !== 'lockRows') return
    for (const { relation } of node.targets) modes.set(relation.oid, TABLE_LOCK.rowShare)
  })
  return [...modes].map(([relation, mode]) => ({ relation, mode }))
}
