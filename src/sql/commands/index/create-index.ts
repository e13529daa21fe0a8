/** CREATE INDEX */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type { CreateIndexStatement } from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression } from '../ddl-services.ts'
import { classRow, refuseSystemRelation, requireRelation } from '../support/lookup.ts'
import { requireRelationOwner } from '../support/ownership.ts'
import { chooseRelationName, indexNameAddition } from '../support/object-names.ts'
import { formatOptions } from '../support/options.ts'
import { defineIndex } from './define-index.ts'
import type { IndexKeyDraft } from './define-index.ts'
import { indexKeys, indexScope, keyColumn, requireImmutable } from './index-keys.ts'
import { accessMethod } from './operator-class.ts'
import { RELATION_KINDS } from '../support/relation-kinds.ts'

/** INDEX_MAX_KEYS */
const MAX_KEYS = 32

export function* createIndex(
  context: CommandContext,
  statement: CreateIndexStatement,
): Task<string> {
  const table = requireIndexable(context, statement)
  const method = accessMethod(context.catalog, statement.method)
  checkShape(statement)
  const namespace = classRow(context, table.oid).relnamespace
  const { name } = statement
  const taken = name !== undefined && context.catalog.relationIn(namespace, name) !== undefined
  if (taken && statement.ifNotExists) {
    context.notice(`relation "${name}" already exists, skipping`, { code: '42P07' })
    return 'CREATE INDEX'
  }
  const keys = indexKeys(context, table, statement.elements, method)
  const predicate = analyzePredicate(context, table, statement)
  yield* defineIndex(context, {
    table,
    name: name ?? defaultName(context, table, keys, namespace, statement.including),
    method,
    unique: statement.unique,
    nullsNotDistinct: statement.nullsNotDistinct,
    keys,
    included: statement.including.map((column) => keyColumn(table, column).number),
    options: formatOptions(statement.options),
    ...(predicate === undefined ? {} : { predicate }),
  })
  return 'CREATE INDEX'
}

function requireIndexable(context: CommandContext, statement: CreateIndexStatement): Relation {
  const table = requireRelation(context, statement.table)
  refuseSystemRelation(table)
  requireRelationOwner(context, table.oid)
  if (table.kind === 'r' || table.kind === 'm') return table
  throw new SqlError('42809', `cannot create index on relation "${table.name}"`, {
    detail: `This operation is not supported for ${RELATION_KINDS[table.kind]}.`,
  })
}

function checkShape(statement: CreateIndexStatement): void {
  const { method, elements, including } = statement
  if (elements.length + including.length > MAX_KEYS) {
    throw new SqlError('54011', `cannot use more than ${MAX_KEYS} columns in an index`)
  }
  const lacks = (what: string): SqlError =>
    new SqlError('0A000', `access method "${method}" does not support ${what}`)
  if (method === 'btree') return
  if (statement.unique) throw lacks('unique indexes')
  if (including.length > 0 && method !== 'gist' && method !== 'spgist')
    throw lacks('included columns')
  if ((method === 'hash' || method === 'spgist') && elements.length > 1)
    throw lacks('multicolumn indexes')
  if (elements.some((element) => element.direction !== 'default')) throw lacks('ASC/DESC options')
  if (elements.some((element) => element.nulls !== 'default'))
    throw lacks('NULLS FIRST/LAST options')
}

function analyzePredicate(
  context: CommandContext,
  table: Relation,
  statement: CreateIndexStatement,
): AnalyzedExpression | undefined {
  if (statement.where === undefined) return undefined
  const scope = { ...indexScope(context, table), purpose: 'indexPredicate' as const }
  const analyzed = context.services.analyzeExpression(statement.where, scope)
  requireImmutable(analyzed, 'predicate')
  return analyzed
}

/** ChooseIndexName(): for a unique index too, `t_a_idx`. */
function defaultName(
  context: CommandContext,
  table: Relation,
  keys: readonly IndexKeyDraft[],
  namespace: Oid,
  including: readonly string[],
): string {
  const name2 = indexNameAddition([...keys.map((key) => key.name), ...including])
  return chooseRelationName(context.catalog, namespace, { name1: table.name, name2, label: 'idx' })
}
