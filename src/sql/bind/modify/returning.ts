/** RETURNING: a target list over the written row and the other tables of the statement. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { SelectTarget } from '../../parse/ast/select.ts'
import type { Expression } from '../../plan/expression.ts'
import type { OutputColumn } from '../../plan/plan-node.ts'
import { type RangeItem, inKind } from '../context/scope.ts'
import type { Binder } from '../expression/binder.ts'
import { expandTargets } from '../expression/name/expand-star.ts'
import type { Origin } from '../query/bind-query-node.ts'
import { resolveUnknown } from '../resolve/coercion/coerce.ts'

export interface BoundReturning {
  readonly expressions: readonly Expression[] | undefined
  readonly output: readonly OutputColumn[]
  readonly origins: readonly Origin[]
}

export function bindReturning(
  binder: Binder,
  targets: readonly SelectTarget[],
  items: readonly RangeItem[],
): BoundReturning {
  if (targets.length === 0) return { expressions: undefined, output: [], origins: [] }
  const { scope, context } = binder
  const outside = scope.items
  scope.items = items
  try {
    const bound = inKind(scope, 'returning', () => expandTargets(binder, targets))
    if (bound.length === 0) {
      throw new SqlError('42601', 'RETURNING must have at least one column', {
        position: targets[0]?.position,
      })
    }
    const expressions = bound.map((target) => resolveUnknown(context, target.expression))
    const output = expressions.map((one, i) => context.newColumn(bound[i]?.name ?? '', one))
    return {
      expressions,
      output,
      origins: bound.map(({ table, attribute }) => ({ table, attribute })),
    }
  } finally {
    scope.items = outside
  }
}
