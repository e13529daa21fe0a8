/** Operators and the forms that the grammar keeps as operators: A_Expr and BoolExpr. */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type { Expression, PatternMatch } from '../../ast/expression.ts'
import { qualifiedName } from '../common.ts'
import { asKind, listItems, stringValue } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { convertExpression, convertExpressions } from './expression.ts'

export function boolExpression(node: raw.BoolExpr, source: SourceText): Expression {
  const args = convertExpressions(node.args, source)
  const position = source.position(node.location)
  const [first] = args
  if (node.boolop === 'NOT_EXPR' && first) return { kind: 'not', operand: first, position }
  return { kind: node.boolop === 'OR_EXPR' ? 'or' : 'and', args, position }
}

export function operatorExpression(node: raw.A_Expr, source: SourceText): Expression {
  const position = source.position(node.location)
  switch (node.kind) {
    case 'AEXPR_OP':
      return plainOperator(node, source)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return {
        kind: 'quantified',
        operator: qualifiedName(node.name),
        quantifier: node.kind === 'AEXPR_OP_ANY' ? 'any' : 'all',
        left: convertExpression(node.lexpr, source),
        array: convertExpression(node.rexpr, source),
        position,
      }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return {
        kind: 'distinctFrom',
        left: convertExpression(node.lexpr, source),
        right: convertExpression(node.rexpr, source),
        negated: node.kind === 'AEXPR_NOT_DISTINCT',
        position,
      }
    case 'AEXPR_NULLIF':
      return {
        kind: 'nullIf',
        left: convertExpression(node.lexpr, source),
        right: convertExpression(node.rexpr, source),
        position,
      }
    case 'AEXPR_IN':
      return {
        kind: 'inList',
        operand: convertExpression(node.lexpr, source),
        list: convertExpressions(listItems(node.rexpr), source),
        negated: stringValue(node.name?.[0]) === '<>',
        position,
      }
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
      return patternMatch(node, source)
    default:
      return between(node, source)
  }
}

function plainOperator(node: raw.A_Expr, source: SourceText): Expression {
  const position = source.position(node.location)
  const operator = qualifiedName(node.name)
  const right = convertExpression(node.rexpr, source)
  if (node.lexpr === undefined) return { kind: 'unary', operator, operand: right, position }
  return { kind: 'binary', operator, left: convertExpression(node.lexpr, source), right, position }
}

const PATTERN_FORMS = {
  AEXPR_LIKE: 'like',
  AEXPR_ILIKE: 'ilike',
  AEXPR_SIMILAR: 'similar',
} as const

function patternMatch(node: raw.A_Expr, source: SourceText): Expression {
  const operator = stringValue(node.name?.[0]) as PatternMatch['operator'] // the grammar's six
  return {
    kind: 'patternMatch',
    form: PATTERN_FORMS[node.kind as keyof typeof PATTERN_FORMS], // the caller's cases
    operator,
    negated: operator.startsWith('!'),
    operand: convertExpression(node.lexpr, source),
    pattern: convertExpression(node.rexpr, source),
    position: source.position(node.location),
  }
}

function between(node: raw.A_Expr, source: SourceText): Expression {
  const bounds = listItems(node.rexpr)
  if (!node.kind?.includes('BETWEEN') || !asKind(node.rexpr, 'List')) {
    throw unsupported(`operator form ${node.kind}`)
  }
  return {
    kind: 'between',
    operand: convertExpression(node.lexpr, source),
    lower: convertExpression(bounds[0], source),
    upper: convertExpression(bounds[1], source),
    symmetric: node.kind.endsWith('_SYM'),
    negated: node.kind.startsWith('AEXPR_NOT_'),
    position: source.position(node.location),
  }
}
