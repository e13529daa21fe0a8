/** VALUES as a query: rows of equal length, one type per column. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { ValuesQuery } from '../../parse/ast/select.ts'
import type { Expression, SortKey } from '../../plan/expression.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { type Scope, inKind, newQueryState } from '../context/scope.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { expandTargets } from '../expression/name/expand-star.ts'
import { coerceToCommonType, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { selectCommonType, selectCommonTypmod } from '../resolve/coercion/common-type.ts'
import { TYPE } from '../resolve/type-oids.ts'
import { NO_ORIGIN, type BoundSelect, type QueryOptions } from './bind-query-node.ts'
import { applyLimit, bindLimit } from './clause/limit.ts'
import { lockName } from './clause/locking.ts'
import { bindOrderBy } from './clause/order-by.ts'
import { TargetList } from './clause/target-list.ts'
import { VISIBLE } from './from/from-item.ts'

export function bindValues(
  context: BindContext,
  ast: ValuesQuery,
  scope: Scope,
  options: QueryOptions,
): BoundSelect {
  const binder: Binder = { context, scope }
  scope.query = newQueryState()
  const [lock] = ast.locking
  if (lock !== undefined) {
    throw new SqlError('0A000', `${lockName(lock)} cannot be applied to VALUES`)
  }
  const rows = inKind(scope, 'values', () => bindRows(binder, ast))
  const columns = unifyColumns(binder, rows, options.keepUnknown === true)
  const output = columns.map((column, i) => {
    const [first] = column
    const like = first ?? { type: TYPE.text, typmod: -1, collation: TYPE.text }
    const typmod = selectCommonTypmod(column, like.type)
    return context.newColumn(`column${i + 1}`, { ...like, typmod })
  })
  const plan: PlanNode = {
    kind: 'values',
    rows: rows.map((_, r) => columns.map((column) => pick(column, r))),
    output,
  }
  return { plan: sortAndLimit(binder, ast, plan), origins: output.map(() => NO_ORIGIN) }
}

function pick(column: readonly Expression[], row: number): Expression {
  const value = column[row]
  if (value === undefined) throw new RangeError('VALUES lists are of one length')
  return value
}

function bindRows(binder: Binder, ast: ValuesQuery): readonly (readonly Expression[])[] {
  const width = ast.rows[0]?.length ?? 0
  return ast.rows.map((row) => {
    const values = expandTargets(
      binder,
      row.map((expression) => ({ expression })),
    ).map((target) => target.expression)
    if (row.length !== width) {
      throw new SqlError('42601', 'VALUES lists must all be the same length', {
        position: row[0]?.position,
      })
    }
    return values
  })
}

/** Column by column, to the common type. */
function unifyColumns(
  binder: Binder,
  rows: readonly (readonly Expression[])[],
  keepUnknown: boolean,
): readonly (readonly Expression[])[] {
  const width = rows[0]?.length ?? 0
  const columns: (readonly Expression[])[] = []
  for (let i = 0; i < width; i++) {
    const column = rows.map((row) => pick(row, i))
    if (keepUnknown && column.every((one) => one.type === TYPE.unknown)) {
      columns.push(column)
      continue
    }
    const type = selectCommonType(binder.context, column, 'VALUES')
    columns.push(
      column.map((one) =>
        resolveUnknown(binder.context, coerceToCommonType(binder.context, one, type, 'VALUES')),
      ),
    )
  }
  return columns
}

function sortAndLimit(binder: Binder, ast: ValuesQuery, plan: PlanNode): PlanNode {
  if (ast.orderBy.length === 0 && ast.limit === undefined && ast.offset === undefined) return plan
  const keys = bindOutputOrder(binder, ast, plan)
  const sorted: PlanNode =
    keys.length === 0 ? plan : { kind: 'sort', input: plan, keys, output: plan.output }
  return applyLimit(sorted, bindLimit(binder, ast), keys)
}

/** ORDER BY over finished output columns: of VALUES, and of set operations (names and positions only). */
export function bindOutputOrder(
  binder: Binder,
  ast: { readonly orderBy: ValuesQuery['orderBy'] },
  plan: PlanNode,
  onExpression?: (position: number | undefined) => SqlError,
): readonly SortKey[] {
  const references = plan.output.map((column) => columnReference(column))
  const list = new TargetList(
    references.map((expression, i) => ({
      expression,
      name: plan.output[i]?.name ?? '',
      table: 0,
      attribute: 0,
    })),
  )
  const { scope } = binder
  const outside = scope.items
  scope.items = [
    {
      ...VISIBLE,
      alias: '',
      names: plan.output.map((column) => column.name),
      column: (index) => {
        const column = references[index]
        if (column === undefined) throw new RangeError(`no output column ${index}`)
        return column
      },
      origin: () => NO_ORIGIN,
      wholeRow: () => ({ ...resolveRow(references) }),
      relationVisible: false,
    },
  ]
  try {
    const keys = bindOrderBy(binder, list, ast.orderBy)
    const added = list.entries.find((entry) => entry.isHidden)
    if (added !== undefined && onExpression !== undefined) {
      throw onExpression(added.expression.position)
    }
    return keys.map(({ entry, ...key }) => ({ ...key, expression: entry.expression }))
  } finally {
    scope.items = outside
  }
}

function resolveRow(fields: readonly Expression[]): Expression {
  return {
    kind: 'row',
    fields,
    names: fields.map((_, i) => `f${i + 1}`),
    type: TYPE.record,
    typmod: -1,
    collation: fields[0]?.collation ?? TYPE.record,
  }
}
