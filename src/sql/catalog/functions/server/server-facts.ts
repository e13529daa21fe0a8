/** Views of the server's state behind pg_settings, pg_stat_…, pg_available_extensions: what Lakelet knows of it. */
import type { CallContext, FunctionRegistry, Value } from '../../../functions/registry.ts'
import { PgArray } from '../../../types/value-classes.ts'
import { builtinTable } from '../../builtin/builtin-catalogs.ts'
import { parseTextArray } from '../../describe/text-array.ts'
import { AVAILABLE_EXTENSIONS } from '../../extensions.ts'

export function registerServerFacts(registry: FunctionRegistry): void {
  registry.set('show_all_settings', allSettings)
  registry.set('pg_available_extensions', function* () {
    for (const { name, version, comment } of AVAILABLE_EXTENSIONS) yield [name, version, comment]
  })
  registry.set('pg_available_extension_versions', function* () {
    for (const { name, version, comment, relocatable } of AVAILABLE_EXTENSIONS) {
      const [isSuperuser, isTrusted] = [true, name !== 'pg_stat_statements']
      yield [name, version, isSuperuser, isTrusted, relocatable, null, null, comment]
    }
  })
  // Nothing of the kind exists here: no two-phase commit, no replication.
  for (const symbol of [
    'pg_prepared_xact',
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
