/** DELETE FROM t [USING …] [WHERE …] [RETURNING …] */
import type { DeleteStatement } from '../../parse/ast/modify.ts'
import type { DeleteNode, PlanNode } from '../../plan/plan-node.ts'
import type { Binder } from '../expression/binder.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { BoundSelect } from '../query/bind-query-node.ts'
import { bindReturning } from './returning.ts'
import { tableRules } from './table-rules.ts'
import { bindTargetScan, bindTargetWhere, oldRowOf } from './target/target-scan.ts'
import { openTarget } from './target/target-table.ts'

export function bindDelete(binder: Binder, statement: DeleteStatement): BoundSelect {
  const target = openTarget(binder, statement.table, 'DELETE')
  const { relation, tree } = target
  const scan = bindTargetScan(binder, target, statement.using)
  const where = bindTargetWhere(binder, statement.where)
  const returning = bindReturning(binder, statement.returning, [scan.shown, ...scan.others])
  const old = oldRowOf(binder, scan)
  const source = scan.build(where)
  const known = new Set(old.output.map((column) => column.id))
  const rest = source.output.filter((column) => !known.has(column.id))
  const input: PlanNode = {
    kind: 'project',
    input: source,
    expressions: [...old.expressions, ...rest.map((column) => columnReference(column))],
    output: [...old.output, ...rest],
  }
  const plan: DeleteNode = {
    kind: 'delete',
    relation,
    tree,
    input,
    rowId: old.rowId,
    oldRow: old.oldRow,
    pins: binder.scope.pins,
    rules: tableRules(binder.context, relation),
    ...(returning.expressions === undefined ? {} : { returning: returning.expressions }),
    output: returning.output,
  }
  return { plan, origins: returning.origins }
}
