/** MERGE. */
import type * as raw from '@pgsql/types'
import { AssertionError } from '../../../../errors/sql-error.ts'
import type { MergeAction, MergeClause, MergeStatement } from '../../ast/modify.ts'
import {
  convertExpression,
  convertExpressions,
  optionalExpression,
} from '../expression/expression.ts'
import { fromEnum, onlyKind } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { fromItem, tableReference } from './from-item.ts'
import { assignments, assignmentTargets, overriding, returning } from './modify.ts'
import { withClause } from './with-clause.ts'

export function mergeStatement(node: raw.MergeStmt, source: SourceText): MergeStatement {
  return {
    kind: 'merge',
    with: withClause(node.withClause, source),
    table: tableReference(node.relation, source),
    source: fromItem(node.sourceRelation, source),
    on: convertExpression(node.joinCondition, source),
    clauses: (node.mergeWhenClauses ?? []).map((clause) =>
      mergeClause(onlyKind(clause, 'MergeWhenClause'), source),
    ),
    returning: returning(node.returningClause, source),
  }
}

const MATCHES = {
  MERGE_WHEN_MATCHED: 'matched',
  MERGE_WHEN_NOT_MATCHED_BY_SOURCE: 'notMatchedBySource',
  MERGE_WHEN_NOT_MATCHED_BY_TARGET: 'notMatchedByTarget',
} as const

function mergeClause(node: raw.MergeWhenClause, source: SourceText): MergeClause {
  return {
    match: fromEnum(MATCHES, node.matchKind, 'MERGE'),
    condition: optionalExpression(node.condition, source),
    action: mergeAction(node, source),
  }
}

function mergeAction(node: raw.MergeWhenClause, source: SourceText): MergeAction {
  switch (node.commandType) {
    case 'CMD_NOTHING':
      return { kind: 'nothing' }
    case 'CMD_DELETE':
      return { kind: 'delete' }
    case 'CMD_UPDATE':
      return { kind: 'update', assignments: assignments(node.targetList, source) }
    case 'CMD_INSERT':
      return {
        kind: 'insert',
        columns: assignmentTargets(node.targetList, source),
        overriding: overriding(node.override),
        values: convertExpressions(node.values, source),
      }
    default:
      throw new AssertionError(`unexpected MERGE action ${node.commandType}`)
  }
}
