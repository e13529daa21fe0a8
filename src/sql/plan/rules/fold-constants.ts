/**
 * Computes what depends on constants alone, and simplifies AND, OR, NOT and CASE around known conditions.
 *
 *   WHERE a > 1 + 2 AND true   →   WHERE a > 3
 *   WHERE false                →   no rows
 *
 * An expression that raises an error is left as it is: it must raise when, and only if, it is evaluated.
 */
import type { Constant, Expression } from '../expression.ts'
import { rewriteExpression } from '../expression-tree.ts'
import type { PlanNode } from '../plan-node.ts'
import { mapExpressions, rewritePlan } from '../plan-tree.ts'
import { isImmutable } from '../volatility.ts'
import type { Rule, RuleContext } from './rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (plan, context) => rewritePlan(plan, (node) => foldNode(node, context)),
}

/** The cells of VALUES are evaluated once anyway. */
function foldNode(node: PlanNode, context: RuleContext): PlanNode {
  if (node.kind === 'values') return node
  return dropTrivialFilter(
    mapExpressions(node, (expression) => foldExpression(expression, context)),
  )
}

export function foldExpression(expression: Expression, context: RuleContext): Expression {
  return rewriteExpression(expression, (node) => simplify(node, context))
}

function simplify(node: Expression, context: RuleContext): Expression {
  switch (node.kind) {
    case 'and':
      return simplifyConnective(node, false)
    case 'or':
      return simplifyConnective(node, true)
    case 'not':
      return node.input.kind === 'constant' ? negate(node.input) : node
    case 'case':
      return simplifyCase(node)
    case 'call':
    case 'arrayComparison':
    case 'relabel':
    case 'nullTest':
    case 'distinctTest':
    case 'array':
    case 'arrayCoerce':
      return evaluateIfConstant(node, context)
    default:
      return node
  }
}

/** AND (`absorbing` false) or OR (true): drops neutral constants, collapses to the absorbing one. */
function simplifyConnective(
  node: Extract<Expression, { kind: 'and' | 'or' }>,
  absorbing: boolean,
): Expression {
  const kept: Expression[] = []
  for (const arg of node.args) {
    if (arg.kind === 'constant' && arg.value === absorbing) return arg
    if (arg.kind === 'constant' && arg.value === !absorbing) continue
    if (arg.kind === node.kind) kept.push(...arg.args)
    else kept.push(arg)
  }
  const [only] = kept
  if (only === undefined) return booleanLike(node, !absorbing)
  return kept.length === 1 ? only : { ...node, args: kept }
}

function booleanLike(node: Expression, value: boolean): Constant {
  return { kind: 'constant', value, type: node.type, typmod: -1, collation: node.collation }
}

function negate(constant: Constant): Constant {
  return { ...constant, value: constant.value === null ? null : constant.value !== true }
}

function simplifyCase(node: Extract<Expression, { kind: 'case' }>): Expression {
  if (node.operand !== undefined) return node
  const branches = node.branches.filter(
    ({ when }) => !(when.kind === 'constant' && when.value !== true),
  )
  const [first] = branches
  if (first === undefined) return node.otherwise
  if (first.when.kind === 'constant') return first.then
  return branches.length === node.branches.length ? node : { ...node, branches }
}

function evaluateIfConstant(node: Expression, context: RuleContext): Expression {
  if (!isImmutable(node, context.catalog)) return node
  return context.foldConstant(node) ?? node
}

function dropTrivialFilter(node: PlanNode): PlanNode {
  if (node.kind !== 'filter' || node.condition.kind !== 'constant') return node
  return node.condition.value === true ? node.input : { kind: 'empty', output: node.output }
}
