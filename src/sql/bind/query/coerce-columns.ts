/** Brings the columns of a bound query to wanted types: arms of set operations, INSERT … SELECT, recursive terms. */
import type { Expression } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { columnReference } from '../../plan/plan-tree.ts'

/**
 * Column values as expressions the caller may coerce, and a way back to a plan. Where the query ends in a projection its
 * own expressions are given out, so that literals and parameters of unknown type get theirs.
 */
export function openColumns(plan: PlanNode): {
  readonly values: readonly Expression[]
  readonly input: PlanNode
} {
  if (plan.kind === 'project') return { values: plan.expressions, input: plan.input }
  return { values: plan.output.map((column) => columnReference(column)), input: plan }
}

/** A projection of `values` over `input`; named like `like`. */
export function closeColumns(
  context: BindContext,
  input: PlanNode,
  values: readonly Expression[],
  like: readonly OutputColumn[],
): PlanNode {
  return {
    kind: 'project',
    input,
    expressions: values,
    output: values.map((value, i) => context.newColumn(like[i]?.name ?? '?column?', value)),
  }
}

/** Applies `coerce` to every column; the plan as it is when nothing changes. */
export function coerceColumns(
  context: BindContext,
  plan: PlanNode,
  coerce: (value: Expression, index: number) => Expression,
): PlanNode {
  if (plan.kind === 'values') return coerceValues(context, plan, coerce)
  const { values, input } = openColumns(plan)
  const coerced = values.map(coerce)
  if (coerced.every((value, i) => value === values[i])) return plan
  return closeColumns(context, input, coerced, plan.output)
}

function coerceValues(
  context: BindContext,
  plan: PlanNode & { readonly kind: 'values' },
  coerce: (value: Expression, index: number) => Expression,
): PlanNode {
  const rows = plan.rows.map((row) => row.map(coerce))
  const [first = []] = rows
  const output = plan.output.map((column, i) => context.newColumn(column.name, first[i] ?? column))
  return { ...plan, rows, output }
}
