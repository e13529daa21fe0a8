/** CREATE TABLE AS, SELECT INTO, CREATE and REFRESH MATERIALIZED VIEW: relations filled from a query. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { RefreshMaterializedViewStatement } from '../../parse/ast/definitions.ts'
import type { Query } from '../../parse/ast/select.ts'
import type { CreateTableAsStatement } from '../../parse/ast/table.ts'
import type { ExecuteStatement } from '../../parse/ast/utility.ts'
import { rebuildIndexes, rewriteTable } from '../alter-table/rewrite-table.ts'
import type { CommandContext } from '../command-context.ts'
import { defineRelation } from '../support/define-relation.ts'
import { classRow, creationSchema, currentRelation, requireRelation } from '../support/lookup.ts'
import { requireTablePrivilege } from '../support/ownership.ts'
import { optionList } from '../support/options.ts'
import { analyzeStored, renamed, storeRule } from '../view/create-view.ts'
import { checkStorableType } from './column-definition.ts'

export function* createTableAs(
  context: CommandContext,
  statement: CreateTableAsStatement,
): Task<string> {
  const isView = statement.objectType === 'materializedView'
  const { relation, persistence, columns: names } = statement.into
  const namespace = yield* creationSchema(context, relation, persistence)
  const tag = isView ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS'
  if (statement.ifNotExists && context.catalog.relationIn(namespace, relation.name) !== undefined) {
    context.notice(`relation "${relation.name}" already exists, skipping`, { code: '42P07' })
    return tag
  }
  const query = analyzeStored(context, statement.query)
  if (names.length > query.columns.length) {
    throw new SqlError('42601', 'too many column names were specified')
  }
  const columns = renamed(query.columns, names)
  for (const column of columns) checkStorableType(context, column.name, column.type)
  const row = yield* defineRelation(context, {
    name: relation.name,
    namespace,
    kind: isView ? 'm' : 'r',
    persistence,
    columns,
    options: optionList(statement.into.options),
  })
  if (isView) {
    yield* storeRule(context, row.oid, query)
    yield* context.writer.update('pg_class', classRow(context, row.oid), {
      relhasrules: true,
      relispopulated: !statement.withoutData,
    })
  }
  if (statement.withoutData) return tag
  const count = yield* fill(context, row.oid, statement.query, context.searchPath)
  return `SELECT ${count}`
}

function* fill(
  context: CommandContext,
  relation: Oid,
  query: Query | ExecuteStatement | string,
  searchPath: readonly string[],
): Task<number> {
  const tree = Number(classRow(context, relation).relfilenode) as TreeId // stored under its relfilenode
  let count = 0
  for (const step of context.services.runQuery(query, context.catalog, searchPath)) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    if (step.length === 0) continue
    yield* context.access.insert(tree, step)
    count += step.length
  }
  return count
}

export function* refreshMaterializedView(
  context: CommandContext,
  statement: RefreshMaterializedViewStatement,
): Task<string> {
  const view = requireRelation(context, statement.relation)
  if (view.kind !== 'm') throw new SqlError('42809', `"${view.name}" is not a materialized view`)
  requireTablePrivilege(context, view.oid, 'm', 'materialized view')
  if (statement.concurrently && statement.withoutData) {
    throw new SqlError(
      '42601',
      'REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together',
    )
  }
  yield* rewriteTable(context, view.oid, undefined, view.treeWidth)
  if (!statement.withoutData) {
    yield* fill(context, view.oid, view.viewText ?? '', view.viewSearchPath ?? [])
    yield* rebuildIndexes(context, view.oid)
  }
  const row = classRow(context, currentRelation(context, view.oid).oid)
  yield* context.writer.update('pg_class', row, { relispopulated: !statement.withoutData })
  return 'REFRESH MATERIALIZED VIEW'
}
