/** The name PostgreSQL gives a select-list column without AS. */
import type { Expression } from '../ast/expression.ts'

export const UNNAMED_COLUMN = '?column?'

export function defaultColumnName(expression: Expression): string {
  return namedBy(expression)?.name ?? UNNAMED_COLUMN
}

/** A weak name (of a type, of CASE) gives way to a better one further in. */
interface Naming {
  readonly name: string
  readonly isWeak: boolean
}
const strong = (name: string | undefined): Naming | undefined =>
  name === undefined ? undefined : { name, isWeak: false }
const weak = (name: string): Naming => ({ name, isWeak: true })

/** An inner name that is strong, else the outer weak one. */
function preferStrong(inner: Naming | undefined, outer: string): Naming {
  return inner && !inner.isWeak ? inner : weak(outer)
}

const FIXED_NAMES: { readonly [kind: string]: string } = {
  array: 'array',
  row: 'row',
  coalesce: 'coalesce',
  nullIf: 'nullif',
  grouping: 'grouping',
  mergeAction: 'merge_action',
  jsonObject: 'json_object',
  jsonArray: 'json_array',
  jsonArrayQuery: 'json_array',
  jsonObjectAggregate: 'json_objectagg',
  jsonArrayAggregate: 'json_arrayagg',
  jsonParse: 'json',
  jsonScalar: 'json_scalar',
  jsonSerialize: 'json_serialize',
}

function namedBy(expression: Expression): Naming | undefined {
  switch (expression.kind) {
    case 'column':
      return strong(expression.star ? undefined : expression.parts.at(-1))
    case 'indirection': {
      const field = expression.steps.findLast((step) => step.kind === 'field')
      return field ? strong(field.name) : namedBy(expression.operand)
    }
    case 'call':
      return strong(expression.name.name)
    case 'cast':
      return preferStrong(namedBy(expression.operand), expression.type.name)
    case 'collate':
      return namedBy(expression.operand)
    case 'case':
      return preferStrong(expression.otherwise && namedBy(expression.otherwise), 'case')
    case 'minMax':
      return strong(expression.operation)
    case 'sqlValue':
      return strong(expression.name)
    case 'jsonFunction':
      return strong(`json_${expression.function}`)
    case 'subquery':
      return subqueryName(expression.form, expression.query)
    default:
      return strong(FIXED_NAMES[expression.kind])
  }
}

type Subquery = Extract<Expression, { kind: 'subquery' }>

function subqueryName(form: Subquery['form'], query: Subquery['query']): Naming | undefined {
  if (form === 'exists' || form === 'array') return strong(form)
  if (form !== 'scalar') return undefined
  let leaf = query
  while (leaf.kind === 'setOperation') leaf = leaf.left
  if (leaf.kind === 'values') return strong('column1')
  const [target] = leaf.targets
  return target && strong(target.alias ?? defaultColumnName(target.expression))
}
