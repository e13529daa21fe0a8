/** pg_type rows as the binder wants them. */
import type { ColumnKind } from '../../../storage/vector.ts'
import type { Oid, TypeInfo } from '../catalog.ts'
import { builtinKind } from '../column-kind.ts'
import { oidOf } from '../store/catalog-tables.ts'
import type { TypeRow } from '../rows/object-rows.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'

const NONE = oidOf(0)
/** pg_proc OID of array_subscript_handler: what makes a type with an element type a true array. */
const ARRAY_SUBSCRIPT_HANDLER = 6179

export function describeType(row: TypeRow, catalog: CatalogSnapshot): TypeInfo {
  return {
    oid: row.oid,
    name: row.typname,
    schema: catalog.schemaName(row.typnamespace),
    // The catalog column holds exactly these letters.
    typeType: row.typtype as TypeInfo['typeType'],
    category: row.typcategory,
    isPreferred: row.typispreferred,
    length: row.typlen,
    delimiter: row.typdelim,
    elementType: row.typsubscript === ARRAY_SUBSCRIPT_HANDLER ? row.typelem : NONE,
    arrayType: row.typarray,
    baseType: row.typbasetype,
    typmod: row.typtypmod,
    notNull: row.typnotnull,
    input: catalog.proc(row.typinput)?.name ?? '',
    output: catalog.proc(row.typoutput)?.name ?? '',
    collation: row.typcollation,
    kind: kindOf(row, catalog),
    relation: row.typrelid,
    owner: row.typowner,
    ...(row.typtype === 'e' ? { labels: enumLabels(row.oid, catalog) } : {}),
    ...(row.typtype === 'd' ? domainRules(row, catalog) : {}),
    ...rangeParts(row, catalog),
  }
}

function kindOf(row: TypeRow, catalog: CatalogSnapshot): ColumnKind {
  switch (row.typtype) {
    case 'b':
    case 'p':
      return row.oid < 16384 ? builtinKind(row.typname) : 'datum'
    case 'd':
      return catalog.type(row.typbasetype).kind
    case 'e':
      return 'float64'
    default:
      return 'datum'
  }
}

function enumLabels(type: Oid, catalog: CatalogSnapshot): NonNullable<TypeInfo['labels']> {
  return catalog.data
    .rows('pg_enum')
    .where('enumtypid', type)
    .map((row) => ({ label: row.enumlabel, sortOrder: row.enumsortorder, oid: row.oid }))
    .toSorted((a, b) => a.sortOrder - b.sortOrder)
}

function domainRules(
  row: TypeRow,
  catalog: CatalogSnapshot,
): Pick<TypeInfo, 'checks' | 'defaultText'> {
  const checks = catalog
    .constraintsOfType(row.oid)
    .filter((constraint) => constraint.contype === 'c')
    .map((constraint) => ({ name: constraint.conname, expression: constraint.conbin ?? '' }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return row.typdefaultbin === null ? { checks } : { checks, defaultText: row.typdefaultbin }
}

function rangeParts(
  row: TypeRow,
  catalog: CatalogSnapshot,
): Pick<TypeInfo, 'rangeSubtype' | 'multirange'> {
  if (row.typtype === 'r') {
    const range = catalog.range('rngtypid', row.oid)
    return range === undefined
      ? {}
      : { rangeSubtype: range.rngsubtype, multirange: range.rngmultitypid }
  }
  if (row.typtype === 'm') {
    const range = catalog.range('rngmultitypid', row.oid)
    return range === undefined ? {} : { rangeSubtype: range.rngtypid }
  }
  return {}
}
