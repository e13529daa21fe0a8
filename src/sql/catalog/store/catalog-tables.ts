/**
 * The catalogs that hold user rows: real trees, one per catalog, whose tree id is the catalog's OID, with PostgreSQL's
 * own columns. So DDL is transactional, branchable and restorable like data.
 *
 * Columns come from the built-in pg_attribute. Values of vector and array types are kept in text form, node trees as SQL
 * text; see `rows/`.
 */
import type { TreeId, TreeSchema } from '../../../storage/access.ts'
import type { ColumnKind, Datum } from '../../../storage/vector.ts'
import type { Oid } from '../catalog.ts'
import { builtinKind } from '../column-kind.ts'
import { builtinTable } from '../builtin/builtin-catalogs.ts'
import type * as relations from '../rows/relation-rows.ts'
import type * as objects from '../rows/object-rows.ts'

export interface CatalogRowTypes {
  readonly pg_class: relations.ClassRow
  readonly pg_attribute: relations.AttributeRow
  readonly pg_attrdef: relations.AttrdefRow
  readonly pg_index: relations.IndexRow
  readonly pg_constraint: relations.ConstraintRow
  readonly pg_sequence: relations.SequenceRow
  readonly pg_rewrite: relations.RewriteRow
  readonly pg_trigger: relations.TriggerRow
  readonly pg_policy: relations.PolicyRow
  readonly pg_type: objects.TypeRow
  readonly pg_enum: objects.EnumRow
  readonly pg_range: objects.RangeRow
  readonly pg_namespace: objects.NamespaceRow
  readonly pg_proc: objects.ProcRow
  readonly pg_aggregate: objects.AggregateRow
  readonly pg_operator: objects.OperatorRow
  readonly pg_cast: objects.CastRow
  readonly pg_collation: objects.CollationRow
  readonly pg_description: objects.DescriptionRow
  readonly pg_shdescription: objects.ShdescriptionRow
  readonly pg_depend: objects.DependRow
  readonly pg_authid: objects.AuthidRow
  readonly pg_auth_members: objects.AuthMembersRow
  readonly pg_database: objects.DatabaseRow
  readonly pg_db_role_setting: objects.DbRoleSettingRow
  readonly pg_extension: objects.ExtensionRow
}
export type CatalogName = keyof CatalogRowTypes

/** Rows of catalogs that only have built-in ones. */
export interface BuiltinRows extends CatalogRowTypes {
  readonly pg_language: objects.LanguageRow
  readonly pg_am: objects.AccessMethodRow
  readonly pg_opclass: objects.OpclassRow
}
export type RowOf<C extends CatalogName> = CatalogRowTypes[C]

/** OIDs of the catalogs themselves, which are also their tree ids. */
export const CATALOG_OIDS: Readonly<Record<CatalogName, number>> = {
  pg_class: 1259,
  pg_attribute: 1249,
  pg_attrdef: 2604,
  pg_index: 2610,
  pg_constraint: 2606,
  pg_sequence: 2224,
  pg_rewrite: 2618,
  pg_trigger: 2620,
  pg_policy: 3256,
  pg_type: 1247,
  pg_enum: 3501,
  pg_range: 3541,
  pg_namespace: 2615,
  pg_proc: 1255,
  pg_aggregate: 2600,
  pg_operator: 2617,
  pg_cast: 2605,
  pg_collation: 3456,
  pg_description: 2609,
  pg_shdescription: 2396,
  pg_depend: 2608,
  pg_authid: 1260,
  pg_auth_members: 1261,
  pg_database: 1262,
  pg_db_role_setting: 2964,
  pg_extension: 3079,
}

// The keys of a literal record are exactly the names.
export const CATALOG_NAMES = Object.keys(CATALOG_OIDS) as readonly CatalogName[]

/** Catalogs that all databases of a branch share, as those of PostgreSQL's cluster do. */
export const SHARED_CATALOGS: readonly CatalogName[] = [
  'pg_authid',
  'pg_auth_members',
  'pg_database',
  'pg_db_role_setting',
  'pg_shdescription',
]

export interface CatalogColumn {
  readonly name: string
  /** Kind in the catalog's tree and in row objects; datum columns are text there. */
  readonly kind: ColumnKind
  /** What a new row has when nothing is said. */
  readonly initial: Datum | null
}

export interface CatalogTable {
  readonly name: CatalogName
  readonly tree: TreeId
  readonly columns: readonly CatalogColumn[]
  readonly schema: TreeSchema
}

/** Columns of ours, behind PostgreSQL's. */
const EXTRA_COLUMNS: Partial<Record<CatalogName, readonly CatalogColumn[]>> = {
  pg_rewrite: [{ name: 'search_path', kind: 'text', initial: null }],
  pg_attribute: [{ name: 'dropped_kind', kind: 'text', initial: null }],
}

const tables = new Map<CatalogName, CatalogTable>()

export function catalogTable(name: CatalogName): CatalogTable {
  let table = tables.get(name)
  if (table === undefined) {
    const columns = [...columnsOf(name), ...(EXTRA_COLUMNS[name] ?? [])]
    const schema: TreeSchema = { kind: 'table', columns: columns.map((column) => column.kind) }
    // Catalogs are trees under their own OIDs: the one place where an OID becomes a tree id by definition.
    table = { name, tree: CATALOG_OIDS[name] as TreeId, columns, schema }
    tables.set(name, table)
  }
  return table
}

const columnLists = new Map<string, readonly CatalogColumn[]>()

/** PostgreSQL's columns of any catalog of the built-in data, with the kinds that rows have. */
export function columnsOf(catalog: string): readonly CatalogColumn[] {
  let columns = columnLists.get(catalog)
  if (columns === undefined) {
    const table = builtinTable(catalog)
    columns = table.columnNames.map((name) => {
      const type = table.columnType(name)
      const required = type.endsWith('!')
      const declared = builtinKind(required ? type.slice(0, -1) : type)
      const kind = declared === 'datum' ? 'text' : declared
      return { name, kind, initial: required ? zero(kind) : null }
    })
    columnLists.set(catalog, columns)
  }
  return columns
}

function zero(kind: ColumnKind): Datum {
  if (kind === 'bool') return false
  return kind === 'text' || kind === 'datum' ? '' : 0
}

/** A built-in cell as the datum that row objects hold. */
export function cellDatum(cell: string | null, kind: ColumnKind): Datum | null {
  if (cell === null) return null
  if (kind === 'bool') return cell === 'true'
  return kind === 'text' || kind === 'datum' ? cell : Number(cell)
}

/** '1 2 3' (int2vector, oidvector) as numbers. */
export function vectorNumbers(text: string): number[] {
  return text === '' ? [] : text.split(' ').map(Number)
}

/** '{1,2,3}' as numbers; null is none. */
export function arrayNumbers(text: string | null): number[] {
  if (text === null || text === '{}' || text === '') return []
  return text.slice(1, -1).split(',').map(Number)
}

export function oidOf(value: number): Oid {
  // Brands an OID read from a catalog row's text form.
  return value as Oid
}
