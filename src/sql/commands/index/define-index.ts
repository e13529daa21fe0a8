/** New indexes, of CREATE INDEX and of PRIMARY KEY and UNIQUE constraints: catalog rows, dependencies, tree. */
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import { describeIndex } from '../../catalog/describe/relation-info.ts'
import type { IndexRow } from '../../catalog/rows/relation-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression, ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { attributeOfType } from '../support/define-relation.ts'
import { address, recordDependencies, recordDependency } from '../support/dependencies.ts'
import { checkRelationNameFree, classRow } from '../support/lookup.ts'
import { buildIndex } from './build-index.ts'

export interface IndexKeyDraft {
  /** Name of the index column: the table column's, or made up. */
  readonly name: string
  readonly column?: number
  readonly expression?: AnalyzedExpression
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  readonly opclass: Oid
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface IndexDraft {
  readonly table: Relation
  readonly name: string
  readonly method: Oid
  readonly unique: boolean
  readonly nullsNotDistinct: boolean
  readonly keys: readonly IndexKeyDraft[]
  readonly included: readonly number[]
  readonly predicate?: AnalyzedExpression
  readonly options?: string | null
  readonly constraint?: KeyConstraintDraft
}
export interface KeyConstraintDraft {
  readonly type: 'p' | 'u'
  readonly deferrable: boolean
  readonly deferred: boolean
}

const DESCENDING = 1
const NULLS_FIRST = 2

export function* defineIndex(context: CommandContext, draft: IndexDraft): Task<Oid> {
  const { writer } = context
  const tableRow = classRow(context, draft.table.oid)
  checkRelationNameFree(context, tableRow.relnamespace, draft.name)
  const oid = writer.nextOid()
  yield* writer.insert('pg_class', {
    oid,
    relname: draft.name,
    relnamespace: tableRow.relnamespace,
    relowner: tableRow.relowner,
    relam: draft.method,
    relfilenode: oid,
    relpersistence: tableRow.relpersistence,
    relkind: 'i',
    relnatts: draft.keys.length + draft.included.length,
    relispopulated: true,
    relreplident: 'n',
    reloptions: draft.options ?? null,
  })
  yield* insertIndexAttributes(context, oid, draft)
  const indexRow = yield* insertIndexRow(context, oid, draft)
  const { constraint } = draft
  if (constraint === undefined) yield* recordIndexColumns(context, oid, draft)
  else yield* insertKeyConstraint(context, oid, draft.table, { ...draft, constraint })
  yield* recordExpressions(context, oid, draft)
  if (!tableRow.relhasindex) yield* writer.update('pg_class', tableRow, { relhasindex: true })
  yield* buildIndex(context, draft.table.oid, describeIndex(indexRow, context.catalog))
  return oid
}

function* insertIndexAttributes(context: CommandContext, oid: Oid, draft: IndexDraft): Task<void> {
  const included = draft.included.map((number) => {
    const column = draft.table.columns.find((candidate) => candidate.number === number)
    return {
      name: column?.name ?? '',
      type: column?.type ?? oidOf(0),
      typmod: column?.typmod ?? -1,
      collation: oidOf(0),
    }
  })
  for (const [i, column] of [...draft.keys, ...included].entries()) {
    yield* context.writer.insert('pg_attribute', {
      attrelid: oid,
      attnum: i + 1,
      attcacheoff: -1,
      attislocal: true,
      ...attributeOfType(context.catalog, column),
    })
  }
}

function insertIndexRow(context: CommandContext, oid: Oid, draft: IndexDraft): Task<IndexRow> {
  const expressions = draft.keys.flatMap((key) => key.expression?.text ?? [])
  const options = draft.keys.map(
    (key) => (key.descending ? DESCENDING : 0) | (key.nullsFirst ? NULLS_FIRST : 0),
  )
  return context.writer.insert('pg_index', {
    indexrelid: oid,
    indrelid: draft.table.oid,
    indnatts: draft.keys.length + draft.included.length,
    indnkeyatts: draft.keys.length,
    indisunique: draft.unique,
    indnullsnotdistinct: draft.nullsNotDistinct,
    indisprimary: draft.constraint?.type === 'p',
    indimmediate: !(draft.constraint?.deferrable ?? false),
    indisvalid: true,
    indisready: true,
    indislive: true,
    indkey: [...draft.keys.map((key) => key.column ?? 0), ...draft.included].join(' '),
    indcollation: draft.keys.map((key) => key.collation).join(' '),
    indclass: draft.keys.map((key) => key.opclass).join(' '),
    indoption: options.join(' '),
    indexprs: expressions.length === 0 ? null : JSON.stringify(expressions),
    indpred: draft.predicate?.text ?? null,
  })
}

/** The constraint that an index enforces; also for ADD CONSTRAINT … USING INDEX. */
export function* insertKeyConstraint(
  context: CommandContext,
  index: Oid,
  table: Relation,
  draft: Pick<IndexDraft, 'name' | 'keys' | 'included'> & {
    readonly constraint: KeyConstraintDraft
  },
): Task<void> {
  const { writer } = context
  const oid = writer.nextOid()
  const columns = draft.keys.map((key) => key.column ?? 0)
  yield* writer.insert('pg_constraint', {
    oid,
    conname: draft.name,
    connamespace: classRow(context, table.oid).relnamespace,
    contype: draft.constraint.type,
    condeferrable: draft.constraint.deferrable,
    condeferred: draft.constraint.deferred,
    convalidated: true,
    conrelid: table.oid,
    conindid: index,
    confupdtype: ' ',
    confdeltype: ' ',
    confmatchtype: ' ',
    conislocal: true,
    connoinherit: true,
    conkey: `{${columns.join(',')}}`,
  })
  const self = address(CLASS.constraint, oid)
  const needed = [...columns, ...draft.included].map((number) =>
    address(CLASS.relation, table.oid, number),
  )
  yield* recordDependencies(context, self, needed, 'a')
  yield* recordDependency(context, address(CLASS.relation, index), self, 'i')
}

function* recordIndexColumns(context: CommandContext, index: Oid, draft: IndexDraft): Task<void> {
  const self = address(CLASS.relation, index)
  const columns = [...draft.keys.flatMap((key) => key.column ?? []), ...draft.included]
  const needed = columns.map((number) => address(CLASS.relation, draft.table.oid, number))
  if (columns.length === 0) needed.push(address(CLASS.relation, draft.table.oid))
  yield* recordDependencies(context, self, needed, 'a')
}

function* recordExpressions(context: CommandContext, index: Oid, draft: IndexDraft): Task<void> {
  const self = address(CLASS.relation, index)
  const expressions = draft.keys.flatMap((key) => key.expression ?? [])
  if (draft.predicate !== undefined) expressions.push(draft.predicate)
  const columns = expressions.flatMap((expression) =>
    expression.columns.map((number) => address(CLASS.relation, draft.table.oid, number)),
  )
  const others: ObjectAddress[] = expressions.flatMap((expression) => expression.references)
  for (const { collation } of draft.keys) {
    if (collation !== 0) others.push(address(CLASS.collation, collation))
  }
  yield* recordDependencies(context, self, columns, 'a')
  yield* recordDependencies(context, self, others, 'n')
}
