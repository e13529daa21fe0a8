/**
 * Writes alternatives for one column as a list, which an index can serve:
 *
 *   a = 1 OR a = 2   →   a = ANY (ARRAY[1, 2])
 */
import type { Oid } from '../../catalog/catalog.ts'
import type { ColumnReference, Expression, FunctionCall } from '../expression.ts'
import { rewriteExpression } from '../expression-tree.ts'
import { mapExpressions, rewritePlan } from '../plan-tree.ts'
import { comparisonOperator } from '../comparison.ts'
import type { Rule, RuleContext } from './rule.ts'

export const listAlternatives: Rule = {
  name: 'list-alternatives',
  apply: (plan, context) =>
    rewritePlan(plan, (node) =>
      'filter' in node || node.kind === 'filter'
        ? mapExpressions(node, (expression) =>
            rewriteExpression(expression, (part) => listed(part, context)),
          )
        : node,
    ),
}

interface Alternative {
  readonly call: FunctionCall
  readonly column: ColumnReference
  readonly value: Expression
}

function listed(expression: Expression, context: RuleContext): Expression {
  if (expression.kind !== 'or') return expression
  const [first, ...rest] = expression.args.map((arg) => asAlternative(arg, context))
  if (first === undefined) return expression
  const values = [first.value]
  for (const other of rest) {
    if (other === undefined || !isAlike(first, other)) return expression
    values.push(other.value)
  }
  const arrayType = context.catalog.type(first.value.type).arrayType
  return arrayType === 0 ? expression : anyOf(first, values, arrayType)
}

/** column = constant or parameter */
function asAlternative(expression: Expression, { catalog }: RuleContext): Alternative | undefined {
  if (expression.kind !== 'call' || comparisonOperator(expression, catalog) !== '=')
    return undefined
  const [column, value] = expression.args
  if (column?.kind !== 'column' || (value?.kind !== 'constant' && value?.kind !== 'parameter'))
    return undefined
  return { call: expression, column, value }
}

function isAlike(a: Alternative, b: Alternative): boolean {
  return (
    a.column.column === b.column.column &&
    a.call.procedure === b.call.procedure &&
    a.call.inputCollation === b.call.inputCollation &&
    a.value.type === b.value.type
  )
}

function anyOf(
  { call, column, value }: Alternative,
  elements: readonly Expression[],
  arrayType: Oid,
): Expression {
  const array: Expression = {
    kind: 'array',
    elements,
    nested: false,
    type: arrayType,
    typmod: -1,
    collation: value.collation,
  }
  return {
    kind: 'arrayComparison',
    procedure: call.procedure,
    operator: call.operator!, // comparisonOperator has looked it up
    quantifier: 'any',
    left: column,
    array,
    inputCollation: call.inputCollation,
    type: call.type,
    typmod: -1,
    collation: call.collation,
  }
}
