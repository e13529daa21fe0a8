/** The read side of UPDATE and DELETE: the target's rows (with id and old values), joined with FROM / USING, filtered. */
import { SqlError, assert } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { FromItem } from '../../../parse/ast/select.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { ColumnId, Expression } from '../../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../../plan/plan-node.ts'
import { type RangeItem, inKind, newQueryState } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { makeAnd } from '../../expression/make-operator.ts'
import { bindFromList, checkNames } from '../../query/from/bind-from.ts'
import { joinPlans } from '../../query/from/bind-join.ts'
import { type TableItem, makeTableItem } from '../../query/from/from-item.ts'
import { coerceToBoolean } from '../../resolve/coercion/coerce.ts'
import { droppedValue } from './dropped-column.ts'
import { type TargetTable, shownItem } from './target-table.ts'

/** WHERE condition, or WHERE CURRENT OF a cursor. */
export type BoundWhere = Expression | { readonly kind: 'currentOf'; readonly cursor: string }

export interface TargetScan {
  readonly item: TableItem
  /** The same as names are looked up: through the view, if the statement writes one. */
  readonly shown: RangeItem
  /** FROM / USING. */
  readonly others: readonly RangeItem[]
  /** Joined and filtered; call when everything is bound. */
  build(where: BoundWhere | undefined): PlanNode
}

/** Sets the scope's items: the target first, then the others. */
export function bindTargetScan(
  binder: Binder,
  target: TargetTable,
  from: readonly FromItem[],
): TargetScan {
  const { context, scope } = binder
  scope.query ??= newQueryState()
  const { relation, alias } = target
  const item = makeTableItem(context, scope, relation, {
    alias,
    schema: alias === relation.name ? relation.schema : undefined,
    names: relation.columns.map((column) => column.name),
  })
  const shown = shownItem(target, item)
  const viewConditions = target.view?.conditions(item) ?? []
  scope.items = []
  scope.isBesideTarget = true
  const buildOthers = bindFromList(binder, from)
  scope.isBesideTarget = false
  const others = scope.items
  checkNames([shown], others)
  scope.items = [shown, ...others]
  return {
    item,
    shown,
    others,
    build(where) {
      const isCurrentOf = where?.kind === 'currentOf'
      if (isCurrentOf && target.view !== undefined) throw currentOfView()
      const condition = isCurrentOf ? undefined : where
      const own = isCurrentOf ? rowOfCursor(item.build(), where.cursor) : item.build()
      const plan = from.length === 0 ? own : joinPlans('inner', own, buildOthers(), undefined)
      const conditions = condition === undefined ? viewConditions : [...viewConditions, condition]
      if (conditions.length === 0) return plan
      const all = makeAnd(conditions, condition?.position)
      return { kind: 'filter', input: plan, condition: all, output: plan.output }
    },
  }
}

function rowOfCursor(scan: PlanNode, cursor: string): PlanNode {
  assert(scan.kind === 'scan', 'a table that is written is scanned')
  return { ...scan, currentOf: cursor }
}

function currentOfView(): SqlError {
  return new SqlError(
    SQLSTATE.FEATURE_NOT_SUPPORTED,
    'WHERE CURRENT OF on a view is not implemented',
  )
}

/** Of UPDATE and DELETE. The grammar has CURRENT OF as the whole condition only. */
export function bindTargetWhere(binder: Binder, where: Ast | undefined): BoundWhere | undefined {
  return where?.kind === 'currentOf' ? where : bindWhere(binder, where)
}

export function bindWhere(binder: Binder, where: Ast | undefined): Expression | undefined {
  if (where === undefined) return undefined
  return inKind(binder.scope, 'where', () =>
    coerceToBoolean(binder.context, bindExpression(binder, where), 'WHERE'),
  )
}

/** Row id and old values as columns, by tree position; a dropped column is null. */
export function oldRowOf(
  binder: Binder,
  scan: TargetScan,
): {
  readonly rowId: ColumnId
  readonly oldRow: readonly ColumnId[]
  readonly expressions: readonly Expression[]
  readonly output: readonly OutputColumn[]
} {
  const { relation } = scan.item
  const expressions: Expression[] = [scan.item.rowId()]
  for (let position = 0; position < relation.treeWidth; position++) {
    const index = relation.columns.findIndex((column) => column.position === position)
    expressions.push(index < 0 ? droppedValue(relation, position) : scan.item.column(index))
  }
  const output = expressions.map((one) => passThrough(binder, one))
  const [rowId, ...oldRow] = output.map((column) => column.id)
  if (rowId === undefined) throw new RangeError('the row id is always read')
  return { rowId, oldRow, expressions, output }
}

/** Columns keep their id through the projection: RETURNING and the node itself refer to it. */
function passThrough(binder: Binder, expression: Expression): OutputColumn {
  if (expression.kind !== 'column') return binder.context.newColumn('', expression)
  const { column, name, type, typmod, collation } = expression
  return { id: column, name, type, typmod, collation }
}
