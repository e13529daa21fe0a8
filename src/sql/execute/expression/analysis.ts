/** Facts about expressions that decide how they are compiled: what they read, whether one value serves all rows, whether they can fail. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../../plan/expression.ts'
import type { Layout, Scope } from './kernel.ts'

/** The direct sub-expressions (a Subquery's are not its own: it is gone before execution). */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'parameter':
    case 'placeholder':
    case 'sqlValue':
    case 'subquery':
      return []
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'minMax':
      return expression.args
    case 'relabel':
    case 'coerceViaIo':
    case 'not':
    case 'nullTest':
    case 'booleanTest':
    case 'field':
      return [expression.input]
    case 'arrayCoerce':
      return [expression.input, expression.element]
    case 'coerceToDomain':
      return [expression.input, ...expression.checks.map((check) => check.expression)]
    case 'distinctTest':
    case 'nullIf':
      return [expression.left, expression.right]
    case 'case': {
      const parts = expression.branches.flatMap((branch) => [branch.when, branch.then])
      if (expression.operand !== undefined) parts.push(expression.operand)
      return [...parts, expression.otherwise]
    }
    case 'array':
      return expression.elements
    case 'row':
      return expression.fields
    case 'rowCompare':
      return [...expression.left, ...expression.right]
    case 'subscript':
      return [expression.input, ...subscripts(expression)]
    case 'assign':
      return [expression.input, expression.value, ...subscripts(expression)]
    case 'arrayComparison':
      return [expression.left, expression.array]
  }
}

function subscripts(part: {
  readonly upper: readonly (Expression | null)[]
  readonly lower?: readonly (Expression | null)[]
}): Expression[] {
  return [...part.upper, ...(part.lower ?? [])].filter((bound) => bound !== null)
}

export function someIn(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || children(expression).some((part) => someIn(part, test))
}

/** Positions in the batch that the expression reads, the placeholder's included. */
export function usedPositions(expressions: readonly Expression[], scope: Scope): number[] {
  const used = new Set<number>()
  for (const expression of expressions) {
    someIn(expression, (part) => {
      const position =
        part.kind === 'column'
          ? scope.layout.get(part.column)
          : part.kind === 'placeholder'
            ? scope.placeholder
            : undefined
      if (position !== undefined) used.add(position)
      return false
    })
  }
  return [...used]
}

export function referencedColumns(expression: Expression): Set<ColumnId> {
  const ids = new Set<ColumnId>()
  someIn(expression, (part) => {
    if (part.kind === 'column') ids.add(part.column)
    return false
  })
  return ids
}

/** Whether one value serves every row of an execution: no column of the input, nothing volatile. */
export function isRowConstant(expression: Expression, layout: Layout, catalog: Catalog): boolean {
  return !someIn(expression, (part) => {
    switch (part.kind) {
      case 'column':
        return layout.has(part.column)
      case 'placeholder':
      case 'subquery':
        return true
      case 'call':
        return catalog.proc(part.procedure)?.volatility === 'v'
      default:
        return false
    }
  })
}

const CANNOT_FAIL = /(eq|ne|lt|le|gt|ge|like)$/

/** Whether evaluating it on rows that do not need it can be noticed: nothing that may raise or has effects. */
export function isHarmless(expression: Expression, catalog: Catalog): boolean {
  return !someIn(expression, (part) => {
    switch (part.kind) {
      case 'constant':
      case 'column':
      case 'parameter':
      case 'placeholder':
      case 'relabel':
      case 'and':
      case 'or':
      case 'not':
      case 'nullTest':
      case 'booleanTest':
        return false
      case 'call': {
        const proc = catalog.proc(part.procedure)
        return proc?.language !== 'internal' || !CANNOT_FAIL.test(proc.source)
      }
      case 'arrayComparison': {
        const proc = catalog.proc(part.procedure)
        return proc?.language !== 'internal' || !CANNOT_FAIL.test(proc.source)
      }
      default:
        return true
    }
  })
}
