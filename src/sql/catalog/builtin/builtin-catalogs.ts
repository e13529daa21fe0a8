/**
 * PostgreSQL 17's own catalog rows, by catalog name. Generated from a real server by `scripts/generate-catalog.ts`;
 * immutable, shared by every branch of an isolate, decoded lazily.
 */
import { assert } from '../../../errors/sql-error.ts'
import { BuiltinTable } from './builtin-table.ts'
import type { EncodedTable } from './builtin-table.ts'
import core from './core.generated.json' with { type: 'json' }
import extras from './extras.generated.json' with { type: 'json' }
import relations from './relations.generated.json' with { type: 'json' }

const ENCODED: Readonly<Record<string, EncodedTable>> = { ...core, ...relations, ...extras }

const tables = new Map<string, BuiltinTable>()

/** The built-in rows of `catalog` (pg_settings is there too, as a table of its own shape). */
export function builtinTable(catalog: string): BuiltinTable {
  let table = tables.get(catalog)
  if (table === undefined) {
    const encoded = ENCODED[catalog]
    assert(encoded !== undefined, `no built-in data for ${catalog}`)
    table = new BuiltinTable(encoded)
    tables.set(catalog, table)
  }
  return table
}

export function hasBuiltinRows(catalog: string): boolean {
  return Object.hasOwn(ENCODED, catalog)
}
