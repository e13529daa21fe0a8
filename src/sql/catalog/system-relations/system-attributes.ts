/** The system columns (ctid, xmin, …) that pg_attribute lists for every table: not stored, all alike. */
import type { AttributeRow } from '../rows/relation-rows.ts'
import * as builtin from '../builtin/builtin-lookup.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'

const PG_CLASS = 1259

export function systemAttributes(catalog: CatalogSnapshot): readonly AttributeRow[] {
  const templates = builtin
    .rowsWhere('pg_attribute', 'attrelid', PG_CLASS)
    .filter((attribute) => attribute.attnum < 0)
  const rows: AttributeRow[] = []
  for (const relation of catalog.data.rows('pg_class').all()) {
    if (relation.relkind !== 'r' && relation.relkind !== 'm' && relation.relkind !== 'S') continue
    for (const template of templates) rows.push({ ...template, attrelid: relation.oid })
  }
  return rows
}
