/**
 * Statistics of tables, databases and the server: pg_stat_database, pg_stat_user_tables and their like. What Lakelet counts is true;
 * what PostgreSQL counts and Lakelet does not have (blocks of a shared buffer, vacuum, archiving, replication) stands at zero, and
 * its times are unknown.
 */
import type { DatabaseCounts } from '../../../execute/session-facts.ts'
import type { CallContext, FunctionRegistry, Value } from '../../../functions/registry.ts'
import { PgRecord } from '../../../types/value-classes.ts'
import { oidOf } from '../../store/catalog-tables.ts'
import { snapshotOf } from '../call-catalog.ts'

const COUNTERS =
  'numscans tuples_returned tuples_fetched tuples_inserted tuples_updated tuples_deleted tuples_hot_updated ' +
  'tuples_newpage_updated dead_tuples mod_since_analyze ins_since_vacuum blocks_fetched blocks_hit vacuum_count ' +
  'autovacuum_count analyze_count autoanalyze_count ' +
  'bgwriter_buf_written_clean bgwriter_maxwritten_clean buf_alloc checkpointer_buffers_written ' +
  'checkpointer_num_requested checkpointer_num_timed checkpointer_restartpoints_performed ' +
  'checkpointer_restartpoints_requested checkpointer_restartpoints_timed checkpointer_sync_time checkpointer_write_time ' +
  'db_active_time db_blk_read_time db_blk_write_time db_blocks_fetched db_blocks_hit db_conflict_all ' +
  'db_conflict_bufferpin db_conflict_lock db_conflict_logicalslot db_conflict_snapshot db_conflict_startup_deadlock ' +
  'db_conflict_tablespace db_deadlocks db_idle_in_transaction_time db_session_time db_sessions_abandoned ' +
  'db_sessions_fatal db_temp_bytes db_temp_files db_tuples_fetched db_tuples_returned xact_blocks_fetched ' +
  'xact_blocks_hit xact_numscans xact_tuples_deleted xact_tuples_fetched xact_tuples_hot_updated xact_tuples_inserted ' +
  'xact_tuples_newpage_updated xact_tuples_returned xact_tuples_updated'
const UNKNOWN =
  'lastscan last_vacuum_time last_autovacuum_time last_analyze_time last_autoanalyze_time ' +
  'bgwriter_stat_reset_time checkpointer_stat_reset_time db_checksum_failures db_checksum_last_failure ' +
  'function_calls function_self_time function_total_time xact_function_calls xact_function_self_time ' +
  'xact_function_total_time'
/** Sets of what does not exist here. */
const EMPTY = [
  'pg_stat_get_progress_info', 'pg_stat_get_slru', 'pg_stat_get_io', 'pg_stat_get_recovery_prefetch',
  'pg_stat_get_subscription', 'pg_hba_file_rules', 'pg_ident_file_mappings', 'show_all_file_settings',
  'pg_show_replication_origin_status', 'pg_get_shmem_allocations', 'pg_get_publication_tables',
  'pg_stats_ext_mcvlist_items',
] // prettier-ignore

export function registerServerStatistics(registry: FunctionRegistry): void {
  for (const name of COUNTERS.split(' ')) registry.scalar(`pg_stat_get_${name}`, () => 0)
  for (const name of UNKNOWN.split(' ')) registry.scalar(`pg_stat_get_${name}`, () => null)
  for (const symbol of EMPTY) registry.set(symbol, () => [])
  registry.scalar('pg_stat_get_live_tuples', (context: CallContext, oid: number) => {
    const relation = snapshotOf(context).relation(oidOf(oid))
    return relation?.tree === undefined ? 0 : context.session.rowCount(oid)
  })
  registerDatabases(registry)
  registerArchiver(registry)
}

function registerDatabases(registry: FunctionRegistry): void {
  const counted: Readonly<Record<string, (counts: DatabaseCounts) => Value>> = {
    xact_commit: ({ commits }) => commits,
    xact_rollback: ({ rollbacks }) => rollbacks,
    tuples_inserted: ({ inserted }) => inserted,
    tuples_updated: ({ updated }) => updated,
    tuples_deleted: ({ deleted }) => deleted,
    sessions: ({ sessions }) => sessions,
    sessions_killed: ({ killed }) => killed,
    stat_reset_time: ({ sinceMicros }) => sinceMicros,
  }
  for (const [name, value] of Object.entries(counted)) {
    registry.scalar(`pg_stat_get_db_${name}`, ({ session }: CallContext, oid: number) => {
      const counts = session.databaseCounts?.(oid)
      return counts === undefined ? 0 : value(counts)
    })
  }
  registry.scalar('pg_stat_get_db_numbackends', (context: CallContext, oid: number) => {
    const { datname } = snapshotOf(context).data.rows('pg_database').find('oid', oidOf(oid)) ?? {}
    let sessions = 0
    for (const { database } of context.session.activity?.() ?? []) {
      if (database === datname) sessions++
    }
    return sessions
  })
}

const [INT8, TEXT, TIMESTAMPTZ] = [20, 25, 1184]

/** Nothing is archived: the log goes to the bucket by itself. */
function registerArchiver(registry: FunctionRegistry): void {
  const columns = {
    archived_count: INT8,
    last_archived_wal: TEXT,
    last_archived_time: TIMESTAMPTZ,
    failed_count: INT8,
    last_failed_wal: TEXT,
    last_failed_time: TIMESTAMPTZ,
    stats_reset: TIMESTAMPTZ,
  }
  const values = Object.values(columns).map((type) => (type === INT8 ? 0 : null))
  const record = new PgRecord(values, Object.values(columns), Object.keys(columns))
  registry.scalar('pg_stat_get_archiver', () => record)
}
