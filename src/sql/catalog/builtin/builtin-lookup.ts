/**
 * Finding built-in objects: by OID, by name and schema, casts by their types. Rows come out as the same objects as
 * the user's rows, so that one description serves both.
 */
import type { CastInfo, Oid } from '../catalog.ts'
import { columnsOf, cellDatum, oidOf } from '../store/catalog-tables.ts'
import type { BuiltinRows } from '../store/catalog-tables.ts'
import { builtinTable, hasBuiltinRows } from './builtin-catalogs.ts'

type BuiltinName = keyof BuiltinRows & string

const made = new Map<string, Map<number, object>>()

/** The row at a position, as an object; made once. */
export function rowAt<C extends BuiltinName>(catalog: C, position: number): BuiltinRows[C] {
  let rows = made.get(catalog)
  if (rows === undefined) made.set(catalog, (rows = new Map()))
  let row = rows.get(position)
  if (row === undefined) {
    const table = builtinTable(catalog)
    const values: Record<string, unknown> = {}
    for (const { name, kind } of columnsOf(catalog)) {
      values[name] = cellDatum(table.cell(name, position), kind)
    }
    rows.set(position, (row = values))
  }
  // Columns and row types both come from the same pg_attribute.
  return row as BuiltinRows[C]
}

export function row<C extends BuiltinName>(
  catalog: C,
  column: string,
  oid: number,
): BuiltinRows[C] | undefined {
  if (!hasBuiltinRows(catalog)) return undefined
  const position = builtinTable(catalog).find(column, oid)
  return position === undefined ? undefined : rowAt(catalog, position)
}

export function rowsWhere<C extends BuiltinName>(
  catalog: C,
  column: string,
  oid: number,
): readonly BuiltinRows[C][] {
  const positions = builtinTable(catalog).groups(column).get(String(oid)) ?? []
  return positions.map((position) => rowAt(catalog, position))
}

/** OIDs of the objects of that name in that schema. */
export function named(
  catalog: BuiltinName,
  nameColumn: string,
  schemaColumn: string,
  name: string,
  schema: Oid,
): readonly Oid[] {
  const table = builtinTable(catalog)
  const positions = table.groups(nameColumn).get(name)
  if (positions === undefined) return []
  const schemas = table.numbers(schemaColumn)
  const oids = table.numbers('oid')
  return positions
    .filter((position) => schemas[position] === schema)
    .map((position) => oidOf(oids[position] ?? 0))
}

/** OID of the object whose unique name this is. */
export function unique(catalog: BuiltinName, column: string, name: string): Oid | undefined {
  const position = builtinTable(catalog).groups(column).get(name)?.[0]
  return position === undefined
    ? undefined
    : oidOf(builtinTable(catalog).numbers('oid')[position] ?? 0)
}

export function schemaOid(name: string): Oid | undefined {
  return unique('pg_namespace', 'nspname', name)
}

export function schemaName(oid: Oid): string | undefined {
  return row('pg_namespace', 'oid', oid)?.nspname
}

let casts: Map<number, Map<number, CastInfo>> | undefined

export function cast(source: Oid, target: Oid): CastInfo | undefined {
  casts ??= readCasts()
  return casts.get(source)?.get(target)
}

function readCasts(): Map<number, Map<number, CastInfo>> {
  const bySource = new Map<number, Map<number, CastInfo>>()
  const count = builtinTable('pg_cast').rowCount
  for (let position = 0; position < count; position++) {
    const { castsource, casttarget, castfunc, castcontext, castmethod } = rowAt('pg_cast', position)
    const info: CastInfo = {
      source: castsource,
      target: casttarget,
      procedure: castfunc,
      // The catalog columns hold exactly the letters of the contract.
      context: castcontext as CastInfo['context'],
      method: castmethod as CastInfo['method'],
    }
    const targets = bySource.get(castsource)
    if (targets === undefined) bySource.set(castsource, new Map([[casttarget, info]]))
    else targets.set(casttarget, info)
  }
  return bySource
}
