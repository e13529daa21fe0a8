/** Joins of independent inputs: by hash where there are keys, by trying all pairs otherwise. */
import type { ColumnId } from '../../../plan/expression.ts'
import type { JoinNode, OutputColumn } from '../../../plan/plan-node.ts'
import { referencedColumns } from '../../expression/analysis.ts'
import { compileAll, compileExpression } from '../../expression/compile-expression.ts'
import type { Layout } from '../../expression/kernel.ts'
import { keyColumn } from '../../keys/key-table.ts'
import { layoutOf, makeArranged, type Operator, type Preparation } from '../operator.ts'
import { hashJoin } from './hash-join.ts'
import type { JoinKeys, JoinPlan } from './join-plan.ts'
import { nestedLoopJoin } from './nested-loop-join.ts'

export function prepareJoin(node: JoinNode, preparation: Preparation): Operator {
  const left = preparation.prepare(node.left)
  const right = preparation.prepare(node.right)
  const both: Layout = layoutOf([...left.output, ...right.output])
  const plan: JoinPlan = {
    type: node.type,
    left,
    right,
    keys: compileKeys(node, left.layout, right.layout, preparation),
    residual: node.condition && compileExpression(node.condition, both, preparation.compilation),
    hasMark: node.mark !== undefined,
    nullAware: node.nullAware === true,
    ...usedColumns(node, both),
  }
  const { keys } = plan
  return makeArranged(
    naturalOutput(node, left, right),
    node.output,
    preparation.catalog,
    (context) =>
      keys === undefined ? nestedLoopJoin(plan, context) : hashJoin(plan, keys, context),
  )
}

function usedColumns(node: JoinNode, both: Layout): Pick<JoinPlan, 'shown' | 'tested'> {
  const isShown = new Set<ColumnId>(node.output.map((column) => column.id))
  const isTested =
    node.condition === undefined ? new Set<ColumnId>() : referencedColumns(node.condition)
  const ids = [...both.keys()]
  return {
    shown: ids.map((id) => isShown.has(id)),
    tested: ids.map((id) => isTested.has(id)),
  }
}

/** What the join's batches have, before rules trim its output. */
function naturalOutput(node: JoinNode, left: Operator, right: Operator): readonly OutputColumn[] {
  if (node.mark !== undefined) return [...left.output, node.mark]
  if (node.type === 'semi' || node.type === 'anti') return left.output
  return [...left.output, ...right.output]
}

function compileKeys(
  node: JoinNode,
  left: Layout,
  right: Layout,
  { compilation, catalog }: Preparation,
): JoinKeys | undefined {
  const { keys } = node
  if (keys === undefined || keys.length === 0) return undefined
  return {
    left: compileAll(
      keys.map((key) => key.left),
      left,
      compilation,
    ),
    right: compileAll(
      keys.map((key) => key.right),
      right,
      compilation,
    ),
    columns: keys.map((key) => keyColumn(key.right.type, catalog)),
    nullEqual: keys.map((key) => key.nullEqual === true),
  }
}
