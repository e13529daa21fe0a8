/** ORDER BY items whose expression is an ordinary one: in aggregates and windows. Query-level ORDER BY adds names and positions. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { SortItem } from '../../../parse/ast/select.ts'
import type { Expression, SortKey } from '../../../plan/expression.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { resolveUnknown } from '../../resolve/coercion/coerce.ts'
import { resolveOperator } from '../../resolve/candidate/resolve-operator.ts'
import { requireSortable } from '../../resolve/type-support.ts'

export function bindSortKey(binder: Binder, item: SortItem): SortKey {
  return makeSortKey(binder, bindExpression(binder, item.expression), item)
}

export function bindWindowSort(binder: Binder, item: SortItem): SortKey {
  return bindSortKey(binder, item)
}

export function makeSortKey(binder: Binder, input: Expression, item: SortItem): SortKey {
  const { context } = binder
  const expression = resolveUnknown(context, input)
  const descending =
    item.direction === 'desc' ||
    (item.direction === 'using' && usesDescending(binder, expression, item))
  const written = item.expression.position ?? expression.position
  if (item.direction !== 'using') requireSortable(context, expression.type, written)
  // NULLs sort as if larger than everything.
  const nullsFirst = item.nulls === 'default' ? descending : item.nulls === 'first'
  const locale = context.catalog.collationLocale(expression.collation)
  return { expression, descending, nullsFirst, locale }
}

/** USING > sorts downwards; only the order operators of the type's own order are known. */
function usesDescending(binder: Binder, expression: Expression, item: SortItem): boolean {
  const { operator, position } = item
  const name = operator ?? { name: '<' }
  const { type } = expression
  const found = resolveOperator(binder.context, name, type, type, position)
  if (found.name === '<' || found.name === '~<~') return false
  if (found.name === '>' || found.name === '~>~') return true
  throw new SqlError('42809', `operator ${name.name} is not a valid ordering operator`, {
    hint: 'Ordering operators must be "<" or ">" members of btree operator families.',
    position,
  })
}
