/** pg_class and its satellite rows as the binder wants them: a `Relation` with columns, indexes and constraints. */
import type { TreeId } from '../../../storage/access.ts'
import type { Column, ForeignKey, IndexInfo, Oid, Relation, SequenceInfo } from '../catalog.ts'
import type { ColumnKind } from '../../../storage/vector.ts'
import { arrayNumbers, oidOf, vectorNumbers } from '../store/catalog-tables.ts'
import type { AttributeRow, ClassRow, ConstraintRow, IndexRow } from '../rows/relation-rows.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { parseTextArray } from './text-array.ts'

/** pg_index.indoption bits. */
const DESCENDING = 1
const NULLS_FIRST = 2

export function describeRelation(row: ClassRow, catalog: CatalogSnapshot): Relation {
  const constraints = catalog.data.rows('pg_constraint')
  const own = constraints.where('conrelid', row.oid)
  const pointing = constraints.where('confrelid', row.oid)
  return {
    oid: row.oid,
    name: row.relname,
    schema: catalog.schemaName(row.relnamespace),
    // The catalog column holds exactly the letters of the contract.
    kind: row.relkind as Relation['kind'],
    owner: row.relowner,
    rowType: row.reltype,
    isTemporary: row.relpersistence === 't',
    columns: describeColumns(row, catalog),
    treeWidth: row.relnatts,
    ...describeDropped(row, catalog),
    ...storedAs(row, catalog),
    indexes: describeIndexes(row.oid, catalog),
    checks: own
      .filter((constraint) => constraint.contype === 'c')
      .map((constraint) => ({
        oid: constraint.oid,
        name: constraint.conname,
        expression: constraint.conbin ?? '',
        validated: constraint.convalidated,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    foreignKeys: own.filter(isForeignKey).map(describeForeignKey).toSorted(byName),
    referencedBy: pointing.filter(isForeignKey).map(describeForeignKey).toSorted(byName),
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function describeDropped(row: ClassRow, catalog: CatalogSnapshot): Pick<Relation, 'droppedKinds'> {
  const dropped = catalog
    .attributes(row.oid)
    .filter(({ attnum, attisdropped }) => attnum > 0 && attisdropped)
  if (dropped.length === 0) return {}
  // DROP COLUMN wrote the kind there.
  return {
    droppedKinds: new Map(dropped.map((one) => [one.attnum - 1, one.dropped_kind as ColumnKind])),
  }
}

function describeColumns(row: ClassRow, catalog: CatalogSnapshot): readonly Column[] {
  const defaults = catalog.data.rows('pg_attrdef').where('adrelid', row.oid)
  const columns = catalog
    .attributes(row.oid)
    .filter((attribute) => attribute.attnum > 0 && !attribute.attisdropped)
    .map((attribute) => {
      const text = attribute.atthasdef
        ? defaults.find((entry) => entry.adnum === attribute.attnum)?.adbin
        : undefined
      return describeColumn(attribute, text ?? identityDefault(attribute, catalog))
    })
  return columns.toSorted((a, b) => a.number - b.number)
}

/** An identity column draws from its sequence, which it owns internally. */
function identityDefault(attribute: AttributeRow, catalog: CatalogSnapshot): string | undefined {
  if (attribute.attidentity === '') return undefined
  const owned = catalog.data
    .rows('pg_depend')
    .where('refobjid', attribute.attrelid)
    .find(
      (row) =>
        row.refobjsubid === attribute.attnum && row.deptype === 'i' && row.classid === PG_CLASS,
    )
  return owned === undefined ? undefined : `nextval('${owned.objid}'::regclass)`
}

function describeColumn(attribute: AttributeRow, defaultText: string | undefined): Column {
  return {
    number: attribute.attnum,
    name: attribute.attname,
    type: attribute.atttypid,
    typmod: attribute.atttypmod,
    collation: attribute.attcollation,
    notNull: attribute.attnotnull,
    position: attribute.attnum - 1,
    ...(defaultText === undefined ? {} : { defaultText }),
    ...(attribute.attgenerated === 's' ? { generated: 's' as const } : {}),
    ...(attribute.attidentity === '' ? {} : { identity: attribute.attidentity as 'a' | 'd' }),
  }
}

function storedAs(
  row: ClassRow,
  catalog: CatalogSnapshot,
): Pick<Relation, 'tree' | 'system' | 'viewText' | 'viewSearchPath' | 'viewCheckOption'> {
  if (row.relkind === 'v' || row.relkind === 'm') {
    const rule = catalog.rewriteRule(row.oid)
    const view = {
      viewText: rule?.ev_action ?? '',
      viewSearchPath:
        typeof rule?.search_path === 'string'
          ? (JSON.parse(rule.search_path) as string[]) // written by CREATE VIEW
          : ['pg_catalog'],
    }
    const check = parseTextArray(row.reloptions).find((option) =>
      option.startsWith('check_option='),
    )
    const checkOption =
      check === undefined ? {} : { viewCheckOption: check.slice(13) as 'local' | 'cascaded' }
    if (row.relkind === 'v') return { ...view, ...checkOption }
    return { ...view, tree: treeOf(row) }
  }
  if (row.relkind === 'S') return { system: 'sequence' }
  if (row.oid < 16384) return row.relkind === 'r' ? { system: row.relname } : {}
  return row.relkind === 'r' ? { tree: treeOf(row) } : {}
}

/** Relations are stored in the tree that their relfilenode names; a rewrite gives them a new one. */
export function treeOf(row: ClassRow): TreeId {
  return Number(row.relfilenode) as TreeId
}

function describeIndexes(table: Oid, catalog: CatalogSnapshot): readonly IndexInfo[] {
  return catalog.data
    .rows('pg_index')
    .where('indrelid', table)
    .map((row) => describeIndex(row, catalog))
    .toSorted((a, b) => a.oid - b.oid)
}

export function describeIndex(row: IndexRow, catalog: CatalogSnapshot): IndexInfo {
  const name = catalog.classRow(row.indexrelid)
  const numbers = vectorNumbers(row.indkey)
  const constraint = catalog.data
    .rows('pg_constraint')
    .where('conindid', row.indexrelid)
    .find((entry) => entry.contype === 'p' || entry.contype === 'u' || entry.contype === 'x')
  return {
    oid: row.indexrelid,
    name: name?.relname ?? '',
    table: row.indrelid,
    tree: Number(name?.relfilenode ?? 0) as TreeId,
    isUnique: row.indisunique,
    isPrimary: row.indisprimary,
    nullsNotDistinct: row.indnullsnotdistinct,
    method: catalog.accessMethodName(name?.relam ?? oidOf(403)),
    keys: indexKeys(row, numbers, catalog),
    included: numbers.slice(row.indnkeyatts),
    deferrable: !row.indimmediate,
    ...(row.indpred === null ? {} : { predicate: row.indpred }),
    ...(constraint === undefined ? {} : { constraint: constraint.conname }),
    ...(constraint?.condeferrable === true ? { deferral: deferralOf(constraint) } : {}),
  }
}

function deferralOf({ oid, condeferred }: ConstraintRow): NonNullable<IndexInfo['deferral']> {
  return { oid, deferrable: true, deferred: condeferred }
}

function indexKeys(
  row: IndexRow,
  numbers: readonly number[],
  catalog: CatalogSnapshot,
): IndexInfo['keys'] {
  const options = vectorNumbers(row.indoption)
  const collations = vectorNumbers(row.indcollation)
  const attributes = catalog.attributes(row.indexrelid)
  // Written by CREATE INDEX as a JSON array of strings.
  const expressions = row.indexprs === null ? [] : (JSON.parse(row.indexprs) as string[])
  let nextExpression = 0
  return numbers.slice(0, row.indnkeyatts).map((number, i) => ({
    ...(number === 0 ? { expression: expressions[nextExpression++] ?? '' } : { column: number }),
    type: attributes.find((attribute) => attribute.attnum === i + 1)?.atttypid ?? oidOf(0),
    descending: ((options[i] ?? 0) & DESCENDING) !== 0,
    nullsFirst: ((options[i] ?? 0) & NULLS_FIRST) !== 0,
    collation: oidOf(collations[i] ?? 0),
  }))
}

function isForeignKey(constraint: ConstraintRow): boolean {
  return constraint.contype === 'f'
}

function describeForeignKey(row: ConstraintRow): ForeignKey {
  return {
    oid: row.oid,
    name: row.conname,
    table: row.conrelid,
    columns: arrayNumbers(row.conkey),
    referencedTable: row.confrelid,
    referencedColumns: arrayNumbers(row.confkey),
    referencedIndex: row.conindid,
    onUpdate: row.confupdtype as ForeignKey['onUpdate'],
    onDelete: row.confdeltype as ForeignKey['onDelete'],
    match: row.confmatchtype === 'f' ? 'f' : 's',
    deleteSetColumns: arrayNumbers(row.confdelsetcols),
    deferrable: row.condeferrable,
    deferred: row.condeferred,
    validated: row.convalidated,
  }
}

/** pg_depend.deptype of a sequence that belongs to a column: serial, identity. */
const OWNING = new Set(['a', 'i'])
const PG_CLASS = 1259

export function describeSequence(
  row: ClassRow,
  catalog: CatalogSnapshot,
): SequenceInfo | undefined {
  const sequence = catalog.data.rows('pg_sequence').find('seqrelid', row.oid)
  if (sequence === undefined) return undefined
  const owner = catalog.data
    .rows('pg_depend')
    .where('objid', row.oid)
    .find(
      (entry) =>
        entry.classid === PG_CLASS && entry.refclassid === PG_CLASS && OWNING.has(entry.deptype),
    )
  return {
    oid: row.oid,
    name: row.relname,
    schema: catalog.schemaName(row.relnamespace),
    tree: treeOf(row),
    type: sequence.seqtypid,
    start: sequence.seqstart,
    increment: sequence.seqincrement,
    minimum: sequence.seqmin,
    maximum: sequence.seqmax,
    cache: sequence.seqcache,
    cycle: sequence.seqcycle,
    owner: row.relowner,
    ...(owner === undefined
      ? {}
      : { ownedBy: { table: owner.refobjid, column: owner.refobjsubid } }),
  }
}
