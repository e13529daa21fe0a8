/** What is behind pg_stat_activity, pg_prepared_statements and pg_cursors, and how one session ends another. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { BackendSignal, SessionFacts } from '../../../execute/session-facts.ts'
import type { CallContext, FunctionRegistry, Value } from '../../../functions/registry.ts'
import { encodeInet } from '../../../types/network/inet.ts'
import { readAddress } from '../../../types/network/ip-address.ts'
import { PgArray } from '../../../types/value-classes.ts'
import type { CatalogSnapshot } from '../../catalog-snapshot.ts'
import { memberships } from '../../describe/acl.ts'
import { snapshotOf } from '../call-catalog.ts'

export function registerSessionViews(registry: FunctionRegistry): void {
  registry.set('pg_stat_get_activity', activity)
  registry.set('pg_prepared_statement', preparedStatements)
  registry.set('pg_cursor', cursors)
  registry.scalar('pg_cancel_backend', (context, processId: number) =>
    signal(context, processId, 'cancel'),
  )
  registry.scalar('pg_terminate_backend', (context, processId: number, timeoutMs: number) => {
    if (timeoutMs < 0) {
      throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, '"timeout" must not be negative')
    }
    // The session ends at once: there is nothing to wait for.
    return signal(context, processId, 'terminate')
  })
}

function* preparedStatements({ session }: CallContext): Iterable<readonly Value[]> {
  for (const prepared of session.preparedStatements?.() ?? []) {
    yield [
      prepared.name,
      prepared.text,
      prepared.preparedAtMicros,
      new PgArray(prepared.parameterTypes),
      prepared.resultTypes === undefined ? null : new PgArray(prepared.resultTypes),
      prepared.isFromSql,
      // Plans do not depend on the parameters' values.
      prepared.runs,
      0,
    ]
  }
}

function* cursors({ session }: CallContext): Iterable<readonly Value[]> {
  for (const cursor of session.cursors?.() ?? []) {
    const { name, text, isHoldable, isBinary, isScrollable, createdAtMicros } = cursor
    yield [name, text, isHoldable, isBinary, isScrollable, createdAtMicros]
  }
}

/** Type 'client backend' is the only one there is: what PostgreSQL has processes for happens here between statements. */
function* activity(context: CallContext, pid: number | null): Iterable<readonly Value[]> {
  const { session } = context
  const catalog = snapshotOf(context)
  const [columns] = catalog.functionsNamed('pg_catalog', 'pg_stat_get_activity', [])
  // The first argument is the pid asked for; the others are the columns.
  const names = (columns?.argumentNames ?? []).slice(1)
  for (const facts of session.activity?.() ?? []) {
    if (pid !== null && pid !== facts.processId) continue
    const row: Readonly<Record<string, Value>> = {
      ...shownToAll(facts, catalog),
      ...(maySee(context, facts) ? shownToSome(facts) : { query: '<insufficient privilege>' }),
    }
    yield names.map((name) => row[name] ?? null)
  }
}

function shownToAll(
  { processId, database, user, applicationName }: SessionFacts,
  catalog: CatalogSnapshot,
): Readonly<Record<string, Value>> {
  return {
    datid: catalog.data.rows('pg_database').find('datname', database)?.oid ?? null,
    pid: processId,
    usesysid: catalog.findRole(user)?.oid ?? null,
    application_name: applicationName,
  }
}

function shownToSome(facts: SessionFacts): Readonly<Record<string, Value>> {
  const { clientAddress } = facts
  return {
    state: facts.phase,
    query: facts.query,
    wait_event_type: facts.wait?.type ?? null,
    wait_event: facts.wait?.event ?? null,
    xact_start: facts.transactionStartMicros ?? null,
    query_start: facts.queryStartMicros ?? null,
    backend_start: facts.startedAtMicros,
    state_change: facts.changedAtMicros,
    client_addr: clientAddress === undefined ? null : addressOf(clientAddress),
    // -1 is PostgreSQL's word for a connection without a port.
    client_port: clientAddress === undefined ? -1 : null,
    backend_type: 'client backend',
    ssl: false,
    gss_auth: false,
    gss_enc: false,
    gss_delegation: false,
  }
}

function addressOf(text: string): Value {
  const address = readAddress(text, false)
  return address === undefined ? null : encodeInet(address)
}

/** Of a session of one's own role or of one that one belongs to; superusers and pg_read_all_stats see all. */
function maySee(context: CallContext, { user }: SessionFacts): boolean {
  const roles = ownRoles(context)
  return roles === 'all' || roles.has(user) || roles.has('pg_read_all_stats')
}

/** Roles whose sessions may be seen. */
export function ownRoles({ session, catalog }: CallContext): ReadonlySet<string> | 'all' {
  const snapshot = snapshotOf({ catalog })
  const own = snapshot.findRole(session.currentUser)
  if (own === undefined) return new Set()
  return own.isSuperuser ? 'all' : memberships(snapshot, own.oid)
}

const REFUSALS = {
  cancel: {
    message: 'permission denied to cancel query',
    superuser:
      'Only roles with the %s attribute may cancel queries of roles with the %s attribute.',
    member:
      'Only roles with privileges of the role whose query is being canceled or with privileges of the "pg_signal_backend" role may cancel this query.',
  },
  terminate: {
    message: 'permission denied to terminate process',
    superuser:
      'Only roles with the %s attribute may terminate processes of roles with the %s attribute.',
    member:
      'Only roles with privileges of the role whose process is being terminated or with privileges of the "pg_signal_backend" role may terminate this process.',
  },
} as const

/** pg_cancel_backend() and pg_terminate_backend(): false, with a warning, when there is no such session. */
function signal(context: CallContext, processId: number, kind: BackendSignal): boolean {
  const { session } = context
  const target = [...(session.activity?.() ?? [])].find((one) => one.processId === processId)
  if (target === undefined) {
    const message = `PID ${processId} is not a PostgreSQL backend process`
    session.notice('WARNING', SQLSTATE.WARNING, message)
    return false
  }
  const refusal = REFUSALS[kind]
  const roles = ownRoles(context)
  if (roles !== 'all') {
    const isSuperuser = snapshotOf(context).findRole(target.user)?.isSuperuser === true
    const isMember = roles.has(target.user) || roles.has('pg_signal_backend')
    if (isSuperuser || !isMember) {
      const detail = isSuperuser ? refusal.superuser.replaceAll('%s', 'SUPERUSER') : refusal.member
      throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, refusal.message, { detail })
    }
  }
  session.signalBackend?.(processId, kind)
  return true
}
