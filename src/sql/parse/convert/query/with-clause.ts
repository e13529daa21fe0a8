/** WITH. */
import type * as raw from '@pgsql/types'
import type { CommonTable, WithClause, WithQuery } from '../../ast/select.ts'
import { convertExpression } from '../expression/expression.ts'
import { asKind, fromEnum, onlyKind, required, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { deleteStatement, insertStatement, updateStatement } from './modify.ts'
import { mergeStatement } from './merge.ts'
import { queryNode } from './select.ts'

export function withClause(
  node: raw.WithClause | undefined,
  source: SourceText,
): WithClause | undefined {
  if (node === undefined) return undefined
  return {
    recursive: node.recursive ?? false,
    tables: (node.ctes ?? []).map((table) =>
      commonTable(onlyKind(table, 'CommonTableExpr'), source),
    ),
    position: source.position(node.location),
  }
}

const MATERIALIZED = {
  CTEMaterializeDefault: 'default',
  CTEMaterializeAlways: 'always',
  CTEMaterializeNever: 'never',
} as const

function commonTable(node: raw.CommonTableExpr, source: SourceText): CommonTable {
  return {
    name: node.ctename ?? '',
    columns: stringValues(node.aliascolnames),
    materialized: fromEnum(MATERIALIZED, node.ctematerialized, 'WITH'),
    query: withQuery(node.ctequery, source),
    search: node.search_clause && searchClause(node.search_clause, source),
    cycle: node.cycle_clause && cycleClause(node.cycle_clause, source),
    position: source.position(node.location),
  }
}

function withQuery(node: Node | undefined, source: SourceText): WithQuery {
  const insert = asKind(node, 'InsertStmt')
  if (insert) return insertStatement(insert, source)
  const update = asKind(node, 'UpdateStmt')
  if (update) return updateStatement(update, source)
  const remove = asKind(node, 'DeleteStmt')
  if (remove) return deleteStatement(remove, source)
  const merge = asKind(node, 'MergeStmt')
  if (merge) return mergeStatement(merge, source)
  return queryNode(required(node, 'a query'), source)
}

function searchClause(node: raw.CTESearchClause, source: SourceText): CommonTable['search'] {
  return {
    breadthFirst: node.search_breadth_first ?? false,
    columns: stringValues(node.search_col_list),
    sequenceColumn: node.search_seq_column ?? '',
    position: source.position(node.location),
  }
}

function cycleClause(node: raw.CTECycleClause, source: SourceText): CommonTable['cycle'] {
  return {
    columns: stringValues(node.cycle_col_list),
    markColumn: node.cycle_mark_column ?? '',
    markValue: convertExpression(node.cycle_mark_value, source),
    markDefault: convertExpression(node.cycle_mark_default, source),
    pathColumn: node.cycle_path_column ?? '',
    position: source.position(node.location),
  }
}
