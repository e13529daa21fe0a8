/** CREATE [OR REPLACE] VIEW: the query is kept as SQL text with the search path it was written under. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { formatTextArray } from '../../catalog/describe/text-array.ts'
import { isTemporarySchema } from '../../catalog/catalog-snapshot.ts'
import type { CreateViewStatement } from '../../parse/ast/definitions.ts'
import type { Persistence, Query } from '../../parse/ast/select.ts'
import type { ExecuteStatement } from '../../parse/ast/utility.ts'
import type { CommandContext } from '../command-context.ts'
import { requireRelationOwner } from '../support/ownership.ts'
import { relationNames } from '../rename/rename-in-sql.ts'
import type { AnalyzedQuery, QueryColumn } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { defineRelation, insertAttribute } from '../support/define-relation.ts'
import { address, recordDependencies, recordDependency } from '../support/dependencies.ts'
import { classRow, creationSchema, currentRelation } from '../support/lookup.ts'
import { optionList } from '../support/options.ts'

export function* createView(context: CommandContext, statement: CreateViewStatement): Task<string> {
  const { view } = statement
  if (statement.persistence === 'unlogged')
    throw new SqlError('42601', 'views cannot be unlogged because they do not have storage')
  const query = analyze(context, statement)
  const persistence = chosenPersistence(context, statement.persistence, query)
  const namespace = yield* creationSchema(context, view, persistence)
  const options = [...optionList(statement.options)]
  if (statement.checkOption !== 'none') options.push(`check_option=${statement.checkOption}`)
  const existing = context.catalog.relationIn(namespace, view.name)
  if (existing !== undefined && statement.orReplace) {
    requireRelationOwner(context, existing)
    yield* replaceView(context, currentRelation(context, existing), query, options)
    return 'CREATE VIEW'
  }
  const row = yield* defineRelation(context, {
    name: view.name,
    namespace,
    kind: 'v',
    persistence,
    columns: query.columns,
    options,
  })
  yield* context.writer.update('pg_class', classRow(context, row.oid), { relhasrules: true })
  yield* storeRule(context, row.oid, query)
  return 'CREATE VIEW'
}

function analyze(context: CommandContext, statement: CreateViewStatement): AnalyzedQuery {
  const { query, columns: names } = statement
  if (query.kind === 'select' && query.into !== undefined) {
    throw new SqlError('0A000', 'views must not contain SELECT INTO')
  }
  const analyzed = analyzeStored(context, query)
  if (names.length > analyzed.columns.length) {
    throw new SqlError('42601', 'CREATE VIEW specifies more column names than columns')
  }
  return { ...analyzed, columns: renamed(analyzed.columns, names) }
}

/** The query with the relations that it names itself: not those behind the views among them. */
export function analyzeStored(
  context: CommandContext,
  query: Query | ExecuteStatement,
): AnalyzedQuery {
  const analyzed = context.services.analyzeQuery(query, context.catalog)
  const direct = new Set(
    relationNames(query).map((name) =>
      context.catalog.findRelationOid(name.schema, name.name, context.searchPath),
    ),
  )
  const references = analyzed.references.filter(
    (reference) => reference.classId !== CLASS.relation || direct.has(reference.objectId),
  )
  return { ...analyzed, references }
}

export function renamed(
  columns: readonly QueryColumn[],
  names: readonly string[],
): readonly QueryColumn[] {
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }))
}

/** A view over something temporary is temporary itself. */
function chosenPersistence(
  context: CommandContext,
  persistence: Persistence,
  query: AnalyzedQuery,
): Persistence {
  if (persistence === 'temporary') return persistence
  const temporary = query.references.some(
    (reference) =>
      reference.classId === CLASS.relation &&
      isTemporarySchema(context.catalog.relation(reference.objectId)?.schema ?? ''),
  )
  if (!temporary) return persistence
  context.notice('view will be a temporary view', {})
  return 'temporary'
}

/** The _RETURN rule: in PostgreSQL a view is one. */
export function* storeRule(context: CommandContext, view: Oid, query: AnalyzedQuery): Task<void> {
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_rewrite', {
    oid,
    rulename: '_RETURN',
    ev_class: view,
    ev_type: '1',
    ev_enabled: 'O',
    is_instead: true,
    ev_qual: '<>',
    ev_action: query.text,
    search_path: JSON.stringify(context.searchPath),
  })
  const self = address(CLASS.rewrite, oid)
  yield* recordDependency(context, self, address(CLASS.relation, view), 'i')
  yield* recordDependencies(context, self, query.references, 'n')
}

function* replaceView(
  context: CommandContext,
  view: Relation,
  query: AnalyzedQuery,
  options: readonly string[],
): Task<void> {
  const { writer } = context
  if (view.kind !== 'v') throw new SqlError('42809', `"${view.name}" is not a view`)
  checkReplacement(context, view, query.columns)
  const rule = writer.rows('pg_rewrite').find('ev_class', view.oid)
  if (rule === undefined) throw unsupported('replacing a view without a rule')
  yield* writer.deleteWhere('pg_depend', 'objid', rule.oid)
  yield* writer.delete('pg_rewrite', rule)
  for (const [i, column] of query.columns.slice(view.columns.length).entries()) {
    yield* insertAttribute(context, view.oid, view.columns.length + i + 1, column)
  }
  yield* writer.update('pg_class', classRow(context, view.oid), {
    relnatts: query.columns.length,
    reloptions: options.length === 0 ? null : formatTextArray(options),
  })
  yield* storeRule(context, view.oid, query)
}

/** New columns may only be added at the end. */
function checkReplacement(
  context: CommandContext,
  view: Relation,
  columns: readonly QueryColumn[],
): void {
  if (columns.length < view.columns.length) {
    throw new SqlError('42P16', 'cannot drop columns from view')
  }
  for (const [i, old] of view.columns.entries()) {
    const column = columns[i]
    if (column === undefined) return
    if (column.name !== old.name) {
      throw new SqlError(
        '42P16',
        `cannot change name of view column "${old.name}" to "${column.name}"`,
        {
          hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.',
        },
      )
    }
    if (column.type === old.type && column.typmod === old.typmod) continue
    const [from, to] = [old, column].map((one) =>
      formatTypeName(context.catalog, one.type, one.typmod, context.searchPath),
    )
    throw new SqlError(
      '42P16',
      `cannot change data type of view column "${old.name}" from ${from} to ${to}`,
    )
  }
}
