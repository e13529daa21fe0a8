/** New relations: pg_class, pg_attribute, the row type and, for what holds rows, a tree. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { ColumnKind } from '../../../storage/vector.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { AttributeRow, ClassRow } from '../../catalog/rows/relation-rows.ts'
import { formatTextArray } from '../../catalog/describe/text-array.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { Persistence } from '../../parse/ast/select.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress, ScopeColumn } from '../ddl-services.ts'
import { CLASS } from './class-ids.ts'
import { defineType, ioFunctions, PROC } from './define-type.ts'
import { address, recordDependencies, recordDependency } from './dependencies.ts'
import { checkRelationNameFree, typeTaken } from './lookup.ts'

export interface ColumnDraft {
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  readonly notNull?: boolean
  readonly dimensions?: number
  readonly identity?: 'a' | 'd' | ''
  readonly generated?: 's' | ''
}

export interface RelationDraft {
  readonly name: string
  readonly namespace: Oid
  readonly kind: 'r' | 'v' | 'm' | 'c'
  readonly persistence: Persistence
  readonly columns: readonly ColumnDraft[]
  /** fillfactor=70, security_barrier=true … */
  readonly options?: readonly string[]
}

const HEAP = oidOf(2)
const MAX_COLUMNS = 1600

export function checkColumnCount(count: number): void {
  if (count > MAX_COLUMNS) {
    throw new SqlError('54011', `tables can have at most ${MAX_COLUMNS} columns`)
  }
}

/** Columns every table has, which no other may be called. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid'])

export function persistenceLetter(persistence: Persistence): string {
  return persistence === 'temporary' ? 't' : persistence === 'unlogged' ? 'u' : 'p'
}

export function* defineRelation(context: CommandContext, draft: RelationDraft): Task<ClassRow> {
  const { writer } = context
  checkRelationNameFree(context, draft.namespace, draft.name)
  checkTypeNameFree(context, draft)
  checkColumnNames(draft)
  const oid = writer.nextOid()
  const rowType = yield* defineRowType(context, draft, oid)
  const stored = draft.kind === 'r' || draft.kind === 'm'
  const row = yield* writer.insert('pg_class', {
    oid,
    relname: draft.name,
    relnamespace: draft.namespace,
    reltype: rowType,
    relowner: context.owner,
    relam: stored ? HEAP : oidOf(0),
    relfilenode: stored ? oid : oidOf(0),
    reltuples: stored ? -1 : 0,
    relpersistence: persistenceLetter(draft.persistence),
    relkind: draft.kind,
    relnatts: draft.columns.length,
    relispopulated: true,
    relreplident: stored ? 'd' : 'n',
    reloptions:
      draft.options === undefined || draft.options.length === 0
        ? null
        : formatTextArray(draft.options),
  })
  for (const [i, column] of draft.columns.entries())
    yield* insertAttribute(context, oid, i + 1, column)
  yield* recordDependency(
    context,
    address(CLASS.relation, oid),
    address(CLASS.schema, draft.namespace),
    'n',
  )
  if (stored) createTableTree(context, oid)
  return row
}

/** The type of the same name goes first: its array type would be in the way otherwise. */
function* defineRowType(context: CommandContext, draft: RelationDraft, relation: Oid): Task<Oid> {
  const type = yield* defineType(context, {
    typname: draft.name,
    typnamespace: draft.namespace,
    typtype: 'c',
    typcategory: 'C',
    typrelid: relation,
    ...ioFunctions(PROC.record),
  })
  const self = address(CLASS.type, type.oid)
  const whole = address(CLASS.relation, relation)
  // A free-standing composite type owns its relation, the other way round than a table.
  if (draft.kind === 'c') {
    yield* recordDependency(context, whole, self, 'i')
    yield* recordDependency(context, self, address(CLASS.schema, draft.namespace), 'n')
  } else {
    yield* recordDependency(context, self, whole, 'i')
  }
  return type.oid
}

function checkTypeNameFree(context: CommandContext, draft: RelationDraft): void {
  const existing = context.catalog.typeIn(draft.namespace, draft.name)
  if (existing === undefined) return
  const type = context.catalog.typeRow(existing)
  if (type !== undefined && type.typcategory === 'A') return
  if (draft.kind === 'c') throw typeTaken(draft.name)
  throw new SqlError('42710', `type "${draft.name}" already exists`, {
    hint:
      "A relation has an associated type of the same name, so you must use a name that doesn't conflict with " +
      'any existing type.',
  })
}

function checkColumnNames(draft: RelationDraft): void {
  checkColumnCount(draft.columns.length)
  const seen = new Set<string>()
  for (const { name } of draft.columns) {
    if (draft.kind !== 'v' && draft.kind !== 'c') checkSystemColumnName(name)
    if (seen.has(name)) throw new SqlError('42701', `column "${name}" specified more than once`)
    seen.add(name)
  }
}

export function checkSystemColumnName(name: string): void {
  if (!SYSTEM_COLUMNS.has(name)) return
  throw new SqlError('42701', `column name "${name}" conflicts with a system column name`)
}

/** What a pg_attribute row takes over from the column's type. */
export function attributeOfType(
  catalog: CatalogSnapshot,
  column: ColumnDraft,
): Partial<AttributeRow> {
  const type = catalog.typeRow(column.type)
  return {
    attname: column.name,
    atttypid: column.type,
    attlen: type?.typlen ?? -1,
    atttypmod: column.typmod,
    attbyval: type?.typbyval ?? false,
    attalign: type?.typalign ?? 'i',
    attstorage: type?.typstorage ?? 'p',
    attcollation: column.collation,
    attndims: column.dimensions ?? 0,
  }
}

export function* insertAttribute(
  context: CommandContext,
  relation: Oid,
  number: number,
  column: ColumnDraft,
): Task<AttributeRow> {
  const row = yield* context.writer.insert('pg_attribute', {
    attrelid: relation,
    attnum: number,
    attcacheoff: -1,
    attislocal: true,
    attnotnull: column.notNull ?? false,
    attidentity: column.identity ?? '',
    attgenerated: column.generated ?? '',
    ...attributeOfType(context.catalog, column),
  })
  yield* recordColumnType(context, relation, number, column)
  return row
}

export function* recordColumnType(
  context: CommandContext,
  relation: Oid,
  number: number,
  column: Pick<ColumnDraft, 'type' | 'collation'>,
): Task<void> {
  const self = address(CLASS.relation, relation, number)
  const needed: ObjectAddress[] = [address(CLASS.type, column.type)]
  if (column.collation !== 0) needed.push(address(CLASS.collation, column.collation))
  yield* recordDependencies(context, self, needed, 'n')
}

/** Kinds of a table's tree: one per attribute number, dropped columns included. */
export function treeKinds(context: CommandContext, relation: Oid): ColumnKind[] {
  return context.catalog
    .attributes(relation)
    .filter((attribute) => attribute.attnum > 0)
    .toSorted((a, b) => a.attnum - b.attnum)
    .map((attribute) =>
      // A dropped column keeps its place in the tree. DROP COLUMN wrote its ColumnKind there.
      attribute.attisdropped
        ? (attribute.dropped_kind as ColumnKind)
        : context.catalog.type(attribute.atttypid).kind,
    )
}

export function createTableTree(context: CommandContext, relation: Oid): void {
  // A table's first tree has the table's own OID.
  context.access.createTree(Number(relation) as TreeId, {
    kind: 'table',
    columns: treeKinds(context, relation),
  })
}

/** The columns of a relation as expressions may use them. */
export function scopeColumns(relation: Relation): readonly ScopeColumn[] {
  return relation.columns.map((column) => ({
    number: column.number,
    name: column.name,
    type: column.type,
    typmod: column.typmod,
    collation: column.collation,
    position: column.position,
    isGenerated: column.generated !== undefined,
  }))
}
