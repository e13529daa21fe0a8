/**
 * A rewrite rule: plan in, equivalent and hopefully better plan out. Rules are pure; what they may know of the world
 * comes through the context. `optimize.ts` lists them in order.
 */
import type { TreeId, TreeStatistics } from '../../../storage/access.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../expression.ts'
import type { PlanNode } from '../plan-node.ts'

export interface RuleContext {
  readonly catalog: Catalog
  /** A column id nobody uses yet. */
  newColumnId(): ColumnId
  statistics(tree: TreeId): TreeStatistics | undefined
  /** The value of an immutable expression over constants, as a constant; undefined when it raises an error. */
  foldConstant(expression: Expression): Expression | undefined
}

export interface Rule {
  /** As EXPLAIN and golden tests name it: the file's name. */
  readonly name: string
  apply(plan: PlanNode, context: RuleContext): PlanNode
}
