/** The column name PostgreSQL gives an expression without alias (FigureColname). */
import type { Expression as Ast } from '../../../parse/ast/expression.ts'

const UNNAMED = '?column?'

export function outputName(expression: Ast): string {
  return strongName(expression) ?? weakName(expression) ?? UNNAMED
}

/** Names that a name from inside would beat: a cast's type, CASE. */
function weakName(expression: Ast): string | undefined {
  switch (expression.kind) {
    case 'cast':
      return expression.type.name
    case 'case':
      return 'case'
    case 'collate':
    case 'indirection':
      return weakName(expression.operand)
    default:
      return undefined
  }
}

function strongName(expression: Ast): string | undefined {
  switch (expression.kind) {
    case 'column':
      return expression.parts.at(-1)
    case 'indirection':
      return lastField(expression.steps) ?? strongName(expression.operand)
    case 'call':
      return expression.name.name
    case 'nullIf':
      return 'nullif'
    case 'cast':
      return strongName(expression.operand)
    case 'collate':
      return strongName(expression.operand)
    case 'grouping':
      return 'grouping'
    case 'subquery':
      return subqueryName(expression)
    case 'array':
      return 'array'
    case 'row':
      return 'row'
    case 'coalesce':
      return 'coalesce'
    case 'minMax':
      return expression.operation
    case 'sqlValue':
      return expression.name
    case 'mergeAction':
      return 'merge_action'
    case 'case':
      return expression.otherwise === undefined ? undefined : strongName(expression.otherwise)
    default:
      return jsonName(expression)
  }
}

function lastField(
  steps: readonly { readonly kind: string; readonly name?: string }[],
): string | undefined {
  return steps.findLast((step) => step.kind === 'field')?.name
}

function subqueryName(expression: Ast & { kind: 'subquery' }): string | undefined {
  if (expression.form === 'exists') return 'exists'
  if (expression.form === 'array') return 'array'
  if (expression.form !== 'scalar') return undefined
  let query = expression.query
  while (query.kind === 'setOperation') query = query.left
  if (query.kind === 'values') return 'column1'
  const [target] = query.targets
  if (target === undefined) return undefined
  return target.alias ?? outputName(target.expression)
}

function jsonName(expression: Ast): string | undefined {
  switch (expression.kind) {
    case 'jsonParse':
      return 'json'
    case 'jsonScalar':
      return 'json_scalar'
    case 'jsonSerialize':
      return 'json_serialize'
    case 'jsonObject':
      return 'json_object'
    case 'jsonArray':
    case 'jsonArrayQuery':
      return 'json_array'
    case 'jsonObjectAggregate':
      return 'json_objectagg'
    case 'jsonArrayAggregate':
      return 'json_arrayagg'
    case 'jsonFunction':
      return `json_${expression.function}`
    default:
      return undefined
  }
}
