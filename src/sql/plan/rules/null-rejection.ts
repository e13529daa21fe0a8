/** Whether a condition cannot be true when all of some columns are null: then it drops null-extended rows of outer joins. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../expression.ts'

/** The columns that are null, and the catalog that knows which functions are strict. */
interface Nulls {
  readonly columns: ReadonlySet<ColumnId>
  readonly catalog: Catalog
}

/** Sound but not complete: `true` is certain, `false` means "not known". */
export function rejectsNulls(
  condition: Expression,
  columns: ReadonlySet<ColumnId>,
  catalog: Catalog,
): boolean {
  return isNeverTrue(condition, { columns, catalog })
}

function isNeverTrue(condition: Expression, nulls: Nulls): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.args.some((arg) => isNeverTrue(arg, nulls))
    case 'or':
      return condition.args.every((arg) => isNeverTrue(arg, nulls))
    case 'nullTest':
      return condition.negated && isNull(condition.input, nulls)
    case 'booleanTest':
      return !condition.negated && condition.test === 'true' && isNeverTrue(condition.input, nulls)
    case 'arrayComparison':
      // Null or, of an empty array, false: never true, but not always null either.
      return (
        condition.quantifier === 'any' &&
        isStrict(condition, nulls) &&
        isNull(condition.left, nulls)
      )
    default:
      return isNull(condition, nulls)
  }
}

/** Whether the expression is null whenever the columns are. */
function isNull(expression: Expression, nulls: Nulls): boolean {
  switch (expression.kind) {
    case 'column':
      return nulls.columns.has(expression.column)
    case 'call':
      return isStrict(expression, nulls) && expression.args.some((arg) => isNull(arg, nulls))
    case 'relabel':
    case 'coerceViaIo':
    case 'not':
      return isNull(expression.input, nulls)
    default:
      return false
  }
}

function isStrict(
  call: Extract<Expression, { kind: 'call' | 'arrayComparison' }>,
  { catalog }: Nulls,
): boolean {
  const proc = catalog.proc(call.procedure)
  return proc !== undefined && proc.isStrict && !proc.returnsSet
}
