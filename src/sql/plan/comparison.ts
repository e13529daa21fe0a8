/** Recognising `column op value` in conditions: what zone maps, indexes, hash joins and estimates live on. */
import type { Catalog, Oid } from '../catalog/catalog.ts'
import type { ColumnId, Expression } from './expression.ts'

export type ComparisonOperator = '=' | '<' | '<=' | '>' | '>='

export interface Comparison {
  readonly column: ColumnId
  readonly columnType: Oid
  readonly operator: ComparisonOperator
  readonly value: Expression
}

const FLIPPED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** The operator of a call written as one of the five ordering comparisons. */
export function comparisonOperator(
  condition: Expression,
  catalog: Catalog,
): ComparisonOperator | undefined {
  if (condition.kind !== 'call' || condition.operator === undefined || condition.args.length !== 2)
    return undefined
  const name = catalog.operator(condition.operator)?.name
  return name !== undefined && Object.hasOwn(FLIPPED, name)
    ? (name as ComparisonOperator)
    : undefined
}

/** `column op anything`, or the mirror image turned round. Relabels (varchar as text) are looked through. */
export function asComparison(condition: Expression, catalog: Catalog): Comparison | undefined {
  const operator = comparisonOperator(condition, catalog)
  if (operator === undefined || condition.kind !== 'call') return undefined
  const left = withoutRelabel(condition.args[0]!)
  const right = withoutRelabel(condition.args[1]!)
  if (left.kind === 'column')
    return { column: left.column, columnType: left.type, operator, value: condition.args[1]! }
  if (right.kind === 'column') {
    return {
      column: right.column,
      columnType: right.type,
      operator: FLIPPED[operator],
      value: condition.args[0]!,
    }
  }
  return undefined
}

export function withoutRelabel(expression: Expression): Expression {
  return expression.kind === 'relabel' ? withoutRelabel(expression.input) : expression
}
