/**
 * Which operands need no parentheses in the readable form of expressions (pg_get_expr() with pretty = true): names, values,
 * calls, and operators that bind tighter than the one around them. ruleutils.c's isSimpleNode.
 */
import type { Expression } from '../ast/expression.ts'

type Kind = Expression['kind']

const SIMPLE: ReadonlySet<Kind> = new Set<Kind>([
  'array',
  'bits',
  'boolean',
  'call',
  'coalesce',
  'column',
  'indirection',
  'integer',
  'minMax',
  'null',
  'nullIf',
  'number',
  'parameter',
  'row',
  'sqlValue',
  'string',
])
/** Tests stand alone within NOT, AND and OR. */
const TESTS: ReadonlySet<Kind> = new Set<Kind>([
  'binary',
  'unary',
  'nullTest',
  'booleanTest',
  'distinctFrom',
  'quantified',
  'inList',
  'not',
])
const LOGICAL: ReadonlySet<Kind> = new Set<Kind>(['and', 'or', 'not'])
const PRODUCTS = new Set(['*', '/', '%'])
const SUMS = new Set(['+', '-'])

export function needsParentheses(operand: Expression, parent: Expression): boolean {
  if (SIMPLE.has(operand.kind)) return false
  if (operand.kind === 'cast') return parent.kind === 'indirection'
  if (LOGICAL.has(parent.kind)) return !isSimpleInLogic(operand, parent)
  return !(operand.kind === 'binary' && parent.kind === 'binary' && bindsTighter(operand, parent))
}

function isSimpleInLogic(operand: Expression, parent: Expression): boolean {
  if (operand.kind === 'and') return parent.kind !== 'not'
  if (operand.kind === 'or') return parent.kind === 'or'
  return TESTS.has(operand.kind)
}

function bindsTighter(
  operand: Extract<Expression, { kind: 'binary' }>,
  parent: Extract<Expression, { kind: 'binary' }>,
): boolean {
  const [inner, outer] = [operand.operator.name, parent.operator.name]
  if (PRODUCTS.has(inner) && SUMS.has(outer)) return true
  const isSameLevel =
    (PRODUCTS.has(inner) && PRODUCTS.has(outer)) || (SUMS.has(inner) && SUMS.has(outer))
  return isSameLevel && parent.left === operand
}
