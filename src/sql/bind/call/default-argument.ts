/** Default values of function parameters, bound from their SQL text at each call. */
import { assert } from '../../../errors/sql-error.ts'
import type { ProcInfo } from '../../catalog/catalog.ts'
import type { Expression } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { bindStoredExpression } from '../expression/bind-stored-expression.ts'
import { coerceToTarget } from '../resolve/coercion/coerce.ts'
import { isPolymorphic } from '../resolve/type-facts.ts'
import { NO_OID } from '../resolve/type-oids.ts'

/** `parameter` counts input parameters from 0; defaults belong to the last ones. */
export function bindDefaultArgument(
  context: BindContext,
  proc: ProcInfo,
  parameter: number,
): Expression {
  const first = proc.argumentTypes.length - proc.defaults.length
  const text = proc.defaults[parameter - first]
  assert(text !== undefined, 'only parameters with defaults are defaulted')
  const value = bindStoredExpression(context, text, 'default')
  const type = proc.argumentTypes[parameter] ?? NO_OID
  if (isPolymorphic(type)) return value
  const coerced = coerceToTarget(context, value, { type, typmod: -1 }, 'assignment')
  assert(coerced !== undefined, 'a stored default fits its parameter')
  return coerced
}
