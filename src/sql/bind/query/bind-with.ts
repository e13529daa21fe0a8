/** WITH: common tables in dependency order, recursive ones, data-modifying ones. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { CommonTable, Query, WithClause, WithQuery } from '../../parse/ast/select.ts'
import type { CteDefinition, OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { type CommonTableEntry, Scope } from '../context/scope.ts'
import { bindModify } from '../modify/bind-modify.ts'
import { bindSelectQuery } from './bind-query-node.ts'
import { bindRecursive } from './bind-recursive.ts'
import { referencesTable } from './find-references.ts'

export function bindWith(
  context: BindContext,
  clause: WithClause | undefined,
  scope: Scope,
  isTopLevel: boolean,
): readonly CteDefinition[] {
  if (clause === undefined) return []
  checkNames(clause)
  for (const table of clause.tables) context.shared.withNames.add(table.name)
  return inOrder(clause).map((table) => bindTable(context, clause, table, scope, isTopLevel))
}

function checkNames(clause: WithClause): void {
  clause.tables.forEach((table, i) => {
    const first = clause.tables.findIndex((other) => other.name === table.name)
    if (first === i) return
    throw new SqlError('42712', `WITH query name "${table.name}" specified more than once`, {
      position: table.position,
    })
  })
}

/** RECURSIVE lets tables refer to later ones: bind those first. */
function inOrder(clause: WithClause): readonly CommonTable[] {
  if (!clause.recursive) return clause.tables
  const done: CommonTable[] = []
  const visiting = new Set<CommonTable>()
  const visit = (table: CommonTable): void => {
    if (done.includes(table)) return
    if (visiting.has(table)) {
      throw new SqlError('0A000', 'mutual recursion between WITH items is not implemented', {
        position: table.position,
      })
    }
    visiting.add(table)
    for (const other of clause.tables) {
      if (other !== table && referencesTable(table.query, other.name)) visit(other)
    }
    visiting.delete(table)
    done.push(table)
  }
  clause.tables.forEach(visit)
  return done
}

function isQuery(query: WithQuery): query is Query {
  return query.kind === 'select' || query.kind === 'values' || query.kind === 'setOperation'
}

function bindTable(
  context: BindContext,
  clause: WithClause,
  table: CommonTable,
  scope: Scope,
  isTopLevel: boolean,
): CteDefinition {
  if (table.search !== undefined) throw unsupported('SEARCH clause', table.search.position)
  if (table.cycle !== undefined) throw unsupported('CYCLE clause', table.cycle.position)
  const { query, name } = table
  const id = context.shared.nextCte++
  const inner = new Scope(scope)
  if (!isQuery(query)) {
    if (!isTopLevel) {
      throw new SqlError(
        '0A000',
        'WITH clause containing a data-modifying statement must be at the top level',
        { position: table.position },
      )
    }
    const plan = bindModify(context, query, inner)
    declare(scope, table, id, plan.output, true)
    return { id, name, plan, isModifying: true }
  }
  const plan =
    clause.recursive && referencesTable(query, name)
      ? bindRecursive(context, table, query, inner, id)
      : bindSelectQuery(context, query, inner).plan
  declare(scope, table, id, plan.output, false)
  const { materialized } = table
  const choice = materialized === 'default' ? {} : { materialized: materialized === 'always' }
  return { id, name, plan, isModifying: false, ...choice }
}

function declare(
  scope: Scope,
  table: CommonTable,
  id: number,
  output: readonly OutputColumn[],
  isModifying: boolean,
): void {
  scope.commonTables.push(commonTableEntry(table, id, output, isModifying))
}

/** The table under its column aliases. */
export function commonTableEntry(
  table: CommonTable,
  id: number,
  output: readonly OutputColumn[],
  isModifying: boolean,
): CommonTableEntry {
  if (table.columns.length > output.length) {
    throw new SqlError(
      '42P10',
      `WITH query "${table.name}" has ${output.length} columns available but ${table.columns.length} columns specified`,
      { position: table.position },
    )
  }
  const columns = output.map((column, i) => ({ ...column, name: table.columns[i] ?? column.name }))
  return { name: table.name, id, columns, isModifying, isSelf: false, references: 0 }
}

export function wrapWith(ctes: readonly CteDefinition[], input: PlanNode): PlanNode {
  return { kind: 'with', ctes, input, output: input.output }
}
