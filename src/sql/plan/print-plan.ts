/**
 * Plans as indented text, for EXPLAIN, tests and debugging: one line a node with what it computes, its inputs below.
 * Sub-queries that are still inside expressions are printed under their node.
 */
import { unreachable } from '../../errors/sql-error.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Expression } from './expression.ts'
import { mapChildren } from './expression-tree.ts'
import type { FrameBound, IndexRange, LockTarget, OutputColumn, PlanNode } from './plan-node.ts'
import { mapExpressions, mapInputs } from './plan-tree.ts'
import { printAggregate, printExpression, printSortKeys } from './print-expression.ts'

export function printPlan(plan: PlanNode, catalog: Catalog): string {
  const lines: string[] = []
  printNode(plan, catalog, 0, lines)
  return `${lines.join('\n')}\n`
}

function printNode(node: PlanNode, catalog: Catalog, depth: number, lines: string[]): void {
  const indent = '  '.repeat(depth)
  const rows = node.estimatedRows === undefined ? '' : ` ~${Math.round(node.estimatedRows)} rows`
  lines.push(`${indent}${describe(node, catalog)}${rows}`)
  if (node.kind === 'with') {
    for (const cte of node.ctes) {
      lines.push(`${indent}  cte ${cte.id} ${cte.name}${cte.isModifying ? ' modifying' : ''}:`)
      printNode(cte.plan, catalog, depth + 2, lines)
    }
    printNode(node.input, catalog, depth + 1, lines)
    return
  }
  mapExpressions(node, (expression) => {
    printSubqueries(expression, catalog, depth + 1, lines)
    return expression
  })
  mapInputs(node, (input) => {
    printNode(input, catalog, depth + 1, lines)
    return input
  })
}

function printSubqueries(
  expression: Expression,
  catalog: Catalog,
  depth: number,
  lines: string[],
): void {
  if (expression.kind === 'subquery') {
    lines.push(`${'  '.repeat(depth)}${expression.form}:`)
    printNode(expression.plan, catalog, depth + 1, lines)
    return
  }
  mapChildren(expression, (child) => {
    printSubqueries(child, catalog, depth, lines)
    return child
  })
}

function columns(output: readonly OutputColumn[]): string {
  return output.map((column) => `${column.name}#${column.id}`).join(', ')
}

/** The node without its inputs. */
function describe(node: PlanNode, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const where = (condition: Expression | undefined): string =>
    condition === undefined ? '' : ` where ${show(condition)}`
  switch (node.kind) {
    case 'oneRow':
    case 'empty':
      return node.kind
    case 'waitingCall':
      return `waitingCall ${show(node.call)}`
    case 'scan':
    case 'systemScan':
      return `${node.kind} ${named(node)} [${columns(node.output)}]${where(node.filter)}`
    case 'indexScan': {
      const direction = node.reverse ? ' backwards' : ''
      const range = printRange(node.range, catalog)
      return `indexScan ${named(node)} by ${node.index.name}${direction} (${range}) [${columns(node.output)}]${where(node.filter)}`
    }
    case 'values':
      return printValues(node, catalog)
    case 'constantRows':
      return `constantRows ${node.rows.length} rows [${columns(node.output)}]`
    case 'functionScan': {
      const calls = node.functions.map((one) => show(one.call)).join(', ')
      return `functionScan ${calls}${node.withOrdinality ? ' with ordinality' : ''} [${columns(node.output)}]`
    }
    case 'project':
      return `project ${assignments(node.output, node.expressions.map(show))}`
    case 'projectSet': {
      const values = node.expressions.map(
        (one) => `${one.returnsSet ? 'each row of ' : ''}${show(one.expression)}`,
      )
      return `projectSet ${assignments(node.output, values)}`
    }
    case 'filter':
      return `filter ${show(node.condition)}`
    case 'setOperation':
      return `${node.operation}${node.all ? ' all' : ''} [${columns(node.output)}]`
    case 'with':
      return 'with'
    case 'cteScan':
      return `cteScan ${node.name} (${node.cte}) [${columns(node.output)}]`
    case 'recursiveUnion':
      return `recursiveUnion ${node.cte}${node.all ? ' all' : ''} [${columns(node.output)}]`
    case 'lockRows':
      return `lockRows ${node.targets.map(printTarget).join(', ')}`
    default:
      return describeLarger(node, catalog)
  }
}

function printTarget({ relation, strength, wait }: LockTarget): string {
  return `${relation.name} ${strength} ${wait}`
}

type Larger = Extract<
  PlanNode,
  {
    kind:
      | 'join'
      | 'apply'
      | 'aggregate'
      | 'window'
      | 'distinct'
      | 'sort'
      | 'limit'
      | 'insert'
      | 'update'
      | 'delete'
      | 'merge'
  }
>

function describeLarger(node: Larger, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  switch (node.kind) {
    case 'join':
      return printJoin(node, catalog)
    case 'apply': {
      const on = node.condition === undefined ? '' : ` on ${show(node.condition)}`
      return `apply ${node.form} (${node.correlation.map((id) => `#${id}`).join(', ')})${on}`
    }
    case 'aggregate':
      return printGrouping(node, catalog)
    case 'window':
      return printWindow(node, catalog)
    case 'distinct':
      return node.on === undefined ? 'distinct' : `distinct on (${node.on.map(show).join(', ')})`
    case 'sort': {
      const limit = node.limit === undefined ? '' : ` limit ${show(node.limit)}`
      return `sort ${printSortKeys(node.keys, catalog)}${limit}`
    }
    case 'limit': {
      const limit = node.limit === undefined ? '' : ` ${show(node.limit)}`
      const offset = node.offset === undefined ? '' : ` offset ${show(node.offset)}`
      return `limit${limit}${offset}${node.tiesBy === undefined ? '' : ' with ties'}`
    }
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return printModify(node, catalog)
    default:
      return unreachable(node)
  }
}

function named(node: {
  readonly relation: { readonly name: string }
  readonly alias: string
}): string {
  const { name } = node.relation
  return name === node.alias ? name : `${name} as ${node.alias}`
}

function assignments(output: readonly OutputColumn[], values: readonly string[]): string {
  return output.map((column, i) => `${column.name}#${column.id}=${values[i] ?? ''}`).join(', ')
}

function printValues(node: PlanNode & { kind: 'values' }, catalog: Catalog): string {
  const shown = node.rows
    .slice(0, 3)
    .map((row) => `(${row.map((one) => printExpression(one, catalog)).join(', ')})`)
  const more = node.rows.length > 3 ? `, … ${node.rows.length} rows` : ''
  return `values ${shown.join(', ')}${more} [${columns(node.output)}]`
}

function printRange(range: IndexRange, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const parts = range.equal.map((one) => `= ${show(one)}`)
  if (range.lower) parts.push(`${range.lower.inclusive ? '>=' : '>'} ${show(range.lower.value)}`)
  if (range.upper) parts.push(`${range.upper.inclusive ? '<=' : '<'} ${show(range.upper.value)}`)
  if (range.anyOf) parts.push(`= any ${show(range.anyOf)}`)
  return parts.join(', ')
}

function printJoin(node: PlanNode & { kind: 'join' }, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const keys = (node.keys ?? []).map((key) => `${show(key.left)} = ${show(key.right)}`)
  const by = keys.length === 0 ? '' : ` by ${keys.join(', ')}`
  const on = node.condition === undefined ? '' : ` on ${show(node.condition)}`
  const mark = node.mark === undefined ? '' : ` mark ${node.mark.name}#${node.mark.id}`
  return `join ${node.type}${node.nullAware === true ? ' null-aware' : ''}${mark}${by}${on}`
}

function printGrouping(node: PlanNode & { kind: 'aggregate' }, catalog: Catalog): string {
  const groups = node.groups.map((group) => printExpression(group, catalog))
  const calls = node.aggregates.map((call) => printAggregate(call, catalog))
  const groupings = node.groupings.map((call) => `grouping(${call.groups.join(', ')})`)
  const sets =
    node.groupingSets === undefined
      ? ''
      : ` sets ${node.groupingSets.map((set) => `(${set.join(',')})`).join(' ')}`
  return `aggregate ${assignments(node.output, [...groups, ...calls, ...groupings])}${sets}`
}

function printBound(bound: FrameBound, catalog: Catalog): string {
  return 'offset' in bound ? `${printExpression(bound.offset, catalog)} ${bound.kind}` : bound.kind
}

function printWindow(node: PlanNode & { kind: 'window' }, catalog: Catalog): string {
  const calls = node.functions.map((call) => printAggregate(call, catalog))
  const made = node.output.slice(node.output.length - calls.length)
  const partition = node.partitionBy.map((one) => printExpression(one, catalog)).join(', ')
  const { mode, start, end, exclude } = node.frame
  const frame = `${mode} ${printBound(start, catalog)} to ${printBound(end, catalog)}`
  const excluded = exclude === 'none' ? '' : ` exclude ${exclude}`
  return `window ${assignments(made, calls)} partition (${partition}) order (${printSortKeys(node.orderBy, catalog)}) ${frame}${excluded}`
}

function printModify(
  node: PlanNode & { kind: 'insert' | 'update' | 'delete' | 'merge' },
  catalog: Catalog,
): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const parts = [`${node.kind} ${node.relation.name}`]
  if (node.kind === 'update') {
    parts.push(`set ${node.assignments.map((one) => `${one.position}=#${one.column}`).join(', ')}`)
  }
  if (node.kind === 'insert' && node.onConflict !== undefined) {
    const { action, arbiters, assignments: set, condition } = node.onConflict
    const values = set.map((one) => `${one.position}=${show(one.value)}`).join(', ')
    const where = condition === undefined ? '' : ` where ${show(condition)}`
    parts.push(`on conflict (${arbiters.length}) ${action} ${values}${where}`)
  }
  if (node.returning !== undefined) {
    parts.push(`returning ${assignments(node.output, node.returning.map(show))}`)
  }
  return parts.join(' ')
}
