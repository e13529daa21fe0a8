/** Which expressions may be moved, repeated or computed once: PostgreSQL's volatility classes over whole expressions. */
import type { Catalog } from '../catalog/catalog.ts'
import type { Expression } from './expression.ts'
import { someExpression } from './expression-tree.ts'

/** True when evaluating twice, or a different number of times, could be noticed (random(), nextval(), a set-returning call). */
export function isVolatile(expression: Expression, catalog: Catalog): boolean {
  return someExpression(expression, (node) => {
    if (node.kind === 'subquery') return true
    if (node.kind !== 'call') return false
    const proc = catalog.proc(node.procedure)
    return proc === undefined || proc.volatility === 'v' || proc.returnsSet
  })
}

/** True when the value depends on the arguments alone, so that constants can be folded at plan time. */
export function isImmutable(expression: Expression, catalog: Catalog): boolean {
  return !someExpression(expression, (node) => {
    switch (node.kind) {
      case 'subquery':
      case 'sqlValue':
      case 'parameter':
      case 'column':
      case 'placeholder':
      case 'coerceViaIo': // text forms depend on settings
      case 'coerceToDomain':
        return true
      case 'call':
      case 'nullIf':
      case 'distinctTest':
      case 'arrayComparison':
      case 'minMax':
        return catalog.proc(node.procedure)?.volatility !== 'i'
      default:
        return false
    }
  })
}
