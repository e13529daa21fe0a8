/**
 * The step from input columns to grouped columns: builds the AggregateNode and rewrites what stands above it, raising
 * 42803 for columns that are neither grouped nor determined by a grouped primary key.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { ColumnId, Expression, GroupingCall } from '../../../plan/expression.ts'
import { mapChildrenDeep } from '../../../plan/plan-tree.ts'
import type { AggregateNode, OutputColumn, PlanNode } from '../../../plan/plan-node.ts'
import { sameExpression } from '../../../plan/same-expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import type { OwnColumn, QueryState, Scope } from '../../context/scope.ts'
import { columnReference } from '../../../plan/plan-tree.ts'
import { NO_OID, TYPE } from '../../resolve/type-oids.ts'
import type { Grouping } from './group-by.ts'

export class AggregateStep {
  readonly #context: BindContext
  readonly #scope: Scope
  readonly #query: QueryState
  readonly #grouping: Grouping
  /** Output columns of the groups, parallel to #grouping.groups. */
  readonly #columns: OutputColumn[]
  /** Ids that exist above the node: aggregates, groupings, window results. */
  readonly #above: Set<ColumnId>
  #subqueryDepth = 0

  constructor(context: BindContext, scope: Scope, query: QueryState, grouping: Grouping) {
    this.#context = context
    this.#scope = scope
    this.#query = query
    this.#grouping = grouping
    this.#columns = grouping.groups.map((group) => this.#newColumn(group))
    const calls = [...query.aggregates, ...query.groupings, ...query.windows]
    this.#above = new Set(calls.map((one) => one.column.id))
  }

  #newColumn(group: Expression): OutputColumn {
    const name = group.kind === 'column' ? group.name : 'group'
    return this.#context.newColumn(name, group)
  }

  /** An expression over the input → the same over the node's output. */
  readonly rewrite = (expression: Expression): Expression => {
    if (expression.kind === 'constant' || expression.kind === 'parameter') return expression
    const grouped = this.#matchGroup(expression)
    if (grouped !== undefined) return grouped
    if (expression.kind === 'column') return this.#rewriteColumn(expression)
    if (expression.kind !== 'subquery') return mapChildrenDeep(expression, this.rewrite)
    this.#subqueryDepth += 1
    const mapped = mapChildrenDeep(expression, this.rewrite)
    this.#subqueryDepth -= 1
    return mapped
  }

  #matchGroup(expression: Expression): Expression | undefined {
    const { groups } = this.#grouping
    for (let i = 0; i < groups.length; i++) {
      const [group, column] = [groups[i], this.#columns[i]]
      if (group === undefined || column === undefined) continue
      if (group.kind === expression.kind && sameExpression(group, expression)) {
        return { ...columnReference(column), position: expression.position }
      }
    }
    return undefined
  }

  #rewriteColumn(column: Expression & { readonly kind: 'column' }): Expression {
    const own = this.#scope.ownColumns.get(column.column)
    if (own === undefined || this.#above.has(column.column)) return column
    if (this.#dependsOnKey(own)) {
      const output = this.#newColumn(column)
      this.#grouping.groups.push(column)
      this.#columns.push(output)
      return { ...columnReference(output), position: column.position }
    }
    const table = own.alias === '' ? 'unnamed_subquery' : own.alias
    const written = `"${table}.${own.name}"`
    const message =
      this.#subqueryDepth > 0
        ? `subquery uses ungrouped column ${written} from outer query`
        : `column ${written} must appear in the GROUP BY clause or be used in an aggregate function`
    throw new SqlError('42803', message, { position: column.position })
  }

  /** All columns of the table's primary key are grouped (in every grouping set). */
  #dependsOnKey(own: OwnColumn): boolean {
    const key = own.relation?.indexes.find((index) => index.isPrimary && !index.deferrable)
    if (key === undefined) return false
    return key.keys.every((part) =>
      this.#grouping.groups.some((group, i) => {
        if (group.kind !== 'column') return false
        const other = this.#scope.ownColumns.get(group.column)
        const same = other?.item === own.item && other.attribute === part.column
        return same && (this.#grouping.sets ?? []).every((set) => set.includes(i))
      }),
    )
  }

  /** Call when everything above has been rewritten. */
  build(input: PlanNode): AggregateNode {
    const { groups, sets } = this.#grouping
    const { aggregates } = this.#query
    const groupings = this.#query.groupings.map((one) => this.#groupingCall(one))
    const columns = [...aggregates, ...this.#query.groupings].map((one) => one.column)
    const node: AggregateNode = {
      kind: 'aggregate',
      input,
      groups,
      aggregates: aggregates.map((one) => one.call),
      groupings,
      output: [...this.#columns, ...columns],
    }
    if (sets === undefined) return node
    // Columns that depend on a key go into every set with it.
    const written = new Set(sets.flat())
    const dependent = groups.map((_, i) => i).filter((i) => !written.has(i))
    return { ...node, groupingSets: sets.map((set) => [...set, ...dependent]) }
  }

  #groupingCall(one: QueryState['groupings'][number]): GroupingCall {
    const indexes = one.args.map((arg) => {
      const index = this.#grouping.groups.findIndex((group) => sameExpression(group, arg))
      if (index >= 0) return index
      throw new SqlError(
        '42803',
        'arguments to GROUPING must be grouping expressions of the associated query level',
        { position: arg.position },
      )
    })
    return {
      kind: 'grouping',
      groups: indexes,
      type: TYPE.int4,
      typmod: -1,
      collation: NO_OID,
      position: one.position,
    }
  }
}
