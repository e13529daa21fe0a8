/**
 * The built-in functions that may have to wait. No call from inside an expression can suspend a statement, so each becomes a
 * sub-query over a node that can (`rules/subquery/hoist-waiting-calls.ts`).
 */
export type WaitingFunction =
  | { readonly kind: 'sleep' }
  | { readonly kind: 'advisoryLock'; readonly isShared: boolean; readonly ofSession: boolean }

const WAITING_FUNCTIONS: ReadonlyMap<string, WaitingFunction> = new Map<string, WaitingFunction>([
  ['pg_sleep', { kind: 'sleep' }],
  ['pg_advisory_lock', { kind: 'advisoryLock', isShared: false, ofSession: true }],
  ['pg_advisory_lock_shared', { kind: 'advisoryLock', isShared: true, ofSession: true }],
  ['pg_advisory_xact_lock', { kind: 'advisoryLock', isShared: false, ofSession: false }],
  ['pg_advisory_xact_lock_shared', { kind: 'advisoryLock', isShared: true, ofSession: false }],
])

/** By name: users cannot make functions in pg_catalog, whose oids are these. */
export function waitingFunction(oid: number, name: string): WaitingFunction | undefined {
  return oid < FIRST_USER_OID ? WAITING_FUNCTIONS.get(name) : undefined
}

const FIRST_USER_OID = 16384
