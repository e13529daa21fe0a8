/** Whether a condition cannot be true when all of some columns are null: then it drops null-extended rows of outer joins. */
import type { ColumnId, Expression } from '../expression.ts'

/** Sound but not complete: `true` is certain, `false` means "not known". */
export function rejectsNulls(condition: Expression, columns: ReadonlySet<ColumnId>): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.args.some((arg) => rejectsNulls(arg, columns))
    case 'or':
      return condition.args.every((arg) => rejectsNulls(arg, columns))
    case 'nullTest':
      return condition.negated && isNullWith(condition.input, columns)
    case 'booleanTest':
      return (
        !condition.negated && condition.test === 'true' && rejectsNulls(condition.input, columns)
      )
    default:
      return isNullWith(condition, columns)
  }
}

/** Whether the expression is null whenever the columns are. Operators are strict in PostgreSQL's catalog but for few exotic ones. */
function isNullWith(expression: Expression, columns: ReadonlySet<ColumnId>): boolean {
  switch (expression.kind) {
    case 'column':
      return columns.has(expression.column)
    case 'call':
      return (
        expression.operator !== undefined && expression.args.some((arg) => isNullWith(arg, columns))
      )
    case 'relabel':
    case 'coerceViaIo':
    case 'not':
      return isNullWith(expression.input, columns)
    case 'arrayComparison':
      return expression.quantifier === 'any' && isNullWith(expression.left, columns)
    default:
      return false
  }
}
