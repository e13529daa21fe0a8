/** Views of the server's state behind pg_settings, pg_stat_…, pg_available_extensions: what Lakelet knows of it. */
import type { CallContext, FunctionRegistry, Value } from '../../functions/registry.ts'
import { PgArray } from '../../types/value-classes.ts'
import { builtinTable } from '../builtin/builtin-catalogs.ts'
import { parseTextArray } from '../describe/text-array.ts'
import { AVAILABLE_EXTENSIONS } from '../extensions.ts'
import { oidOf } from '../store/catalog-tables.ts'
import { snapshotOf } from './call-catalog.ts'

export function registerServerFacts(registry: FunctionRegistry): void {
  registry.set('show_all_settings', allSettings)
  registry.set('pg_available_extensions', function* () {
    for (const { name, version, comment } of AVAILABLE_EXTENSIONS) yield [name, version, comment]
  })
  // Nothing of the kind exists here: no two-phase commit, no replication, no table-level locks.
  for (const symbol of [
    'pg_prepared_xact',
    'pg_lock_status',
    'pg_get_replication_slots',
    'pg_stat_get_wal_senders',
  ]) {
    registry.set(symbol, () => [])
  }
  // No table is partitioned.
  registry.set('pg_partition_ancestors', () => [])
  registry.set('pg_partition_tree', () => [])
  registry.scalar('pg_partition_root', () => null)
  // Both tablespaces are built in: they lie nowhere in particular.
  registry.scalar('pg_tablespace_location', () => '')
  registerStatistics(registry)
}

function* allSettings({ session }: CallContext): Iterable<readonly Value[]> {
  const table = builtinTable('pg_settings')
  const rows = new Map<string, number>()
  for (let row = 0; row < table.rowCount; row++) rows.set(table.cell('name', row) ?? '', row)
  for (const { name, value, source, defaultValue, resetValue } of session.settings?.() ?? []) {
    const row = rows.get(name)
    if (row === undefined) continue
    const cell = (column: string): string | null => table.cell(column, row)
    const choices = cell('enumvals')
    yield [
      name,
      value,
      cell('unit'),
      cell('category'),
      cell('short_desc'),
      cell('extra_desc'),
      cell('context'),
      cell('vartype'),
      source,
      cell('min_val'),
      cell('max_val'),
      choices === null ? null : new PgArray(parseTextArray(choices)),
      defaultValue,
      resetValue,
      null,
      null,
      false,
    ]
  }
}

/** Lakelet counts nothing yet: counters stand at zero and times are unknown. */
const COUNTERS =
  'numscans tuples_returned tuples_fetched tuples_inserted tuples_updated tuples_deleted tuples_hot_updated ' +
  'tuples_newpage_updated dead_tuples mod_since_analyze ins_since_vacuum blocks_fetched blocks_hit vacuum_count ' +
  'autovacuum_count analyze_count autoanalyze_count'
const TIMES =
  'lastscan last_vacuum_time last_autovacuum_time last_analyze_time last_autoanalyze_time'

function registerStatistics(registry: FunctionRegistry): void {
  for (const name of COUNTERS.split(' ')) registry.scalar(`pg_stat_get_${name}`, () => 0)
  for (const name of TIMES.split(' ')) registry.scalar(`pg_stat_get_${name}`, () => null)
  registry.scalar('pg_stat_get_live_tuples', (context: CallContext, oid: number) => {
    const relation = snapshotOf(context).relation(oidOf(oid))
    return relation?.tree === undefined ? 0 : context.session.rowCount(oid)
  })
}
