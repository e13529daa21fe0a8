/**
 * A plan as the tree that EXPLAIN prints: PostgreSQL's names for what it does and its labels for conditions and keys.
 * Projections are not shown: what they compute appears where it is used.
 */
import type { EstimateContext } from '../estimate.ts'
import { estimateRows } from '../estimate.ts'
import type { Expression } from '../expression.ts'
import type { IndexScanNode, OutputColumn, PlanNode } from '../plan-node.ts'
import { mapInputs, walkPlan } from '../plan-tree.ts'
import { aggregateText, expressionText, sortKeysText, type TextContext } from './expression-text.ts'

export interface ExplainNode {
  /** 'Hash Join', 'Seq Scan on kv k' */
  readonly title: string
  /** The title without the objects it names, for FORMAT JSON. */
  readonly type: string
  readonly details: readonly (readonly [label: string, text: string])[]
  readonly rows: number
  /** The plan node whose rows these are, for EXPLAIN ANALYZE. */
  readonly source: PlanNode
  readonly children: readonly ExplainChild[]
}
export interface ExplainChild {
  /** 'InitPlan 1', 'SubPlan 2', 'CTE x'; absent for ordinary inputs. */
  readonly label?: string
  readonly node: ExplainNode
}

export interface ExplainContext extends TextContext {
  readonly estimates: EstimateContext
  /** Whether columns are shown with their table: when there is more than one. */
  readonly qualified: boolean
  subPlans: number
}

type Details = [label: string, text: string][]

export function explainTree(
  plan: PlanNode,
  text: TextContext,
  estimates: EstimateContext,
): ExplainNode {
  let relations = 0
  walkPlan(plan, (node) => {
    if (
      node.kind === 'scan' ||
      node.kind === 'indexScan' ||
      node.kind === 'systemScan' ||
      node.kind === 'cteScan'
    )
      relations++
  })
  return explainNode(plan, { ...text, estimates, qualified: relations > 1, subPlans: 0 })
}

function explainNode(node: PlanNode, context: ExplainContext): ExplainNode {
  switch (node.kind) {
    case 'project':
      return explainProject(node, context)
    case 'filter':
      return withDetail(
        explainNode(node.input, context),
        'Filter',
        expressionText(node.condition, context),
        node,
        context,
      )
    case 'scan':
    case 'systemScan': {
      nameColumns(node.output, node.alias, context)
      const details = filterDetail(node.filter, context)
      if (node.kind === 'scan' && node.currentOf !== undefined) {
        details.push(['TID Cond', `CURRENT OF ${node.currentOf}`])
        return made(node, 'Tid Scan', `Tid Scan on ${relationName(node)}`, details, [], context)
      }
      const type = node.kind === 'scan' && node.sample !== undefined ? 'Sample Scan' : 'Seq Scan'
      return made(node, type, `${type} on ${relationName(node)}`, details, [], context)
    }
    case 'indexScan':
      return explainIndexScan(node, context)
    case 'join':
      return explainJoin(node, context)
    case 'apply':
      return explainApply(node, context)
    case 'aggregate':
      return explainAggregate(node, context)
    case 'with':
      return explainWith(node, context)
    case 'setOperation':
      return explainSetOperation(node, context)
    default:
      return explainOther(node, context)
  }
}

function explainOther(node: PlanNode, context: ExplainContext): ExplainNode {
  const children: ExplainChild[] = []
  mapInputs(node, (input) => {
    children.push({ node: explainNode(input, context) })
    return input
  })
  const show = (one: Expression): string => expressionText(one, context)
  const simple = (type: string, details: Details = [], suffix = ''): ExplainNode =>
    made(node, type, `${type}${suffix}`, details, children, context)
  switch (node.kind) {
    case 'oneRow':
    case 'waitingCall':
      return simple('Result')
    case 'empty':
      return simple('Result', [['One-Time Filter', 'false']])
    case 'values':
    case 'constantRows':
      return simple('Values Scan', [], ' on "*VALUES*"')
    case 'functionScan': {
      const [first] = node.functions
      const proc =
        first?.call.kind === 'call' ? context.catalog.proc(first.call.procedure) : undefined
      return simple('Function Scan', [], proc === undefined ? '' : ` on ${proc.name}`)
    }
    case 'cteScan':
      nameColumns(node.output, node.name, context)
      return simple('CTE Scan', [], ` on ${node.name}`)
    case 'projectSet':
      for (const [i, { expression }] of node.expressions.entries())
        nameColumn(node.output[i], show(expression), context)
      return simple('ProjectSet')
    case 'window':
      for (const [i, call] of node.functions.entries()) {
        const column = node.output[node.output.length - node.functions.length + i]
        nameColumn(column, `(${aggregateText(call, context)} OVER (?))`, context)
      }
      return simple('WindowAgg')
    case 'distinct':
      return node.on === undefined
        ? simple('HashAggregate', [
            ['Group Key', node.output.map((column) => nameOf(column, context)).join(', ')],
          ])
        : simple('Unique')
    case 'sort':
      return simple('Sort', [['Sort Key', sortKeysText(node.keys, context)]])
    case 'limit':
      return simple('Limit')
    case 'recursiveUnion':
      return simple('Recursive Union')
    case 'lockRows':
      return simple('LockRows')
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return simple('ModifyTable', [], ` on ${node.relation.name}`)
    default:
      return simple(node.kind)
  }
}

function made(
  node: PlanNode,
  type: string,
  title: string,
  details: Details,
  children: readonly ExplainChild[],
  { estimates }: ExplainContext,
): ExplainNode {
  const isModify =
    node.kind === 'insert' ||
    node.kind === 'update' ||
    node.kind === 'delete' ||
    node.kind === 'merge'
  const verb = isModify ? node.kind.charAt(0).toUpperCase() + node.kind.slice(1) : ''
  const rows = isModify && node.output.length === 0 ? 0 : Math.round(estimateRows(node, estimates))
  return {
    title: isModify ? title.replace('ModifyTable', verb) : title,
    type,
    details,
    rows,
    source: node,
    children,
  }
}

function withDetail(
  below: ExplainNode,
  label: string,
  text: string,
  node: PlanNode,
  { estimates }: ExplainContext,
): ExplainNode {
  const rows = Math.round(estimateRows(node, estimates))
  return { ...below, details: [...below.details, [label, text]], rows, source: node }
}

function filterDetail(filter: Expression | undefined, context: ExplainContext): Details {
  return filter === undefined ? [] : [['Filter', expressionText(filter, context)]]
}

function nameColumns(
  output: readonly OutputColumn[],
  alias: string,
  context: ExplainContext,
): void {
  for (const column of output)
    nameColumn(column, context.qualified ? `${alias}.${column.name}` : column.name, context)
}

function nameColumn(
  column: OutputColumn | undefined,
  text: string,
  { names }: ExplainContext,
): void {
  if (column !== undefined) names.set(column.id, text)
}

function nameOf(column: OutputColumn, { names }: ExplainContext): string {
  return names.get(column.id) ?? column.name
}

function relationName(node: {
  readonly relation: { readonly name: string }
  readonly alias: string
}): string {
  return node.relation.name === node.alias ? node.alias : `${node.relation.name} ${node.alias}`
}

function explainProject(
  node: Extract<PlanNode, { kind: 'project' }>,
  context: ExplainContext,
): ExplainNode {
  const input = explainNode(node.input, context)
  for (const [i, expression] of node.expressions.entries()) {
    nameColumn(node.output[i], expressionText(expression, context), context)
  }
  return input
}

function explainIndexScan(node: IndexScanNode, context: ExplainContext): ExplainNode {
  nameColumns(node.output, node.alias, context)
  const { equal, lower, upper, anyOf } = node.range
  const keyName = (position: number): string => {
    const key = node.index.keys[position]
    const name = node.relation.columns.find(({ number }) => number === key?.column)?.name ?? '?'
    return context.qualified ? `${node.alias}.${name}` : name
  }
  const show = (one: Expression): string => expressionText(one, context)
  const parts = equal.map((one, i) => `(${keyName(i)} = ${show(one)})`)
  const next = keyName(equal.length)
  if (lower) parts.push(`(${next} ${lower.inclusive ? '>=' : '>'} ${show(lower.value)})`)
  if (upper) parts.push(`(${next} ${upper.inclusive ? '<=' : '<'} ${show(upper.value)})`)
  if (anyOf) parts.push(`(${next} = ANY (${show(anyOf)}))`)
  if (node.range.notNull === true) parts.push(`(${next} IS NOT NULL)`)
  const condition = parts.length > 1 ? `(${parts.join(' AND ')})` : parts[0]
  const details: Details = condition === undefined ? [] : [['Index Cond', condition]]
  details.push(...filterDetail(node.filter, context))
  const title = `Index Scan${node.reverse ? ' Backward' : ''} using ${node.index.name} on ${relationName(node)}`
  return made(node, 'Index Scan', title, details, [], context)
}

const JOIN_WORDS = {
  inner: '',
  left: ' Left',
  right: ' Right',
  full: ' Full',
  semi: ' Semi',
  anti: ' Anti',
} as const

function explainJoin(
  node: Extract<PlanNode, { kind: 'join' }>,
  context: ExplainContext,
): ExplainNode {
  const left = explainNode(node.left, context)
  const right = explainNode(node.right, context)
  const details: Details = []
  const keys = (node.keys ?? []).map(
    (key) => `(${expressionText(key.left, context)} = ${expressionText(key.right, context)})`,
  )
  if (keys.length > 0)
    details.push(['Hash Cond', keys.length > 1 ? `(${keys.join(' AND ')})` : keys[0]!])
  if (node.condition !== undefined)
    details.push(['Join Filter', expressionText(node.condition, context)])
  nameColumn(node.mark, `(hashed ${node.mark?.name ?? ''})`, context)
  const word = JOIN_WORDS[node.type]
  if (keys.length === 0) {
    const type = `Nested Loop${word === '' ? '' : `${word} Join`}`
    return made(node, type, type, details, [{ node: left }, { node: right }], context)
  }
  const hash: ExplainNode = {
    ...right,
    title: 'Hash',
    type: 'Hash',
    details: [],
    children: [{ node: right }],
  }
  return made(
    node,
    'Hash Join',
    `Hash${word} Join`,
    details,
    [{ node: left }, { node: hash }],
    context,
  )
}

function explainApply(
  node: Extract<PlanNode, { kind: 'apply' }>,
  context: ExplainContext,
): ExplainNode {
  const left = explainNode(node.left, context)
  const { form } = node
  if (form === 'inner' || form === 'left' || form === 'semi' || form === 'anti') {
    const right = explainNode(node.right, context)
    const type = form === 'inner' ? 'Nested Loop' : `Nested Loop${JOIN_WORDS[form]} Join`
    const details: Details =
      node.condition === undefined ? [] : [['Join Filter', expressionText(node.condition, context)]]
    return made(node, type, type, details, [{ node: left }, { node: right }], context)
  }
  const label = `${node.correlation.length === 0 ? 'InitPlan' : 'SubPlan'} ${++context.subPlans}`
  const right = explainNode(node.right, context)
  nameColumn(
    node.output.at(-1),
    node.correlation.length === 0 ? `(${label}).col1` : `(${label})`,
    context,
  )
  return { ...left, children: [...left.children, { label, node: right }] }
}

function explainAggregate(
  node: Extract<PlanNode, { kind: 'aggregate' }>,
  context: ExplainContext,
): ExplainNode {
  const input = explainNode(node.input, context)
  const groups = node.groups.map((group) => expressionText(group, context))
  for (const [i, group] of groups.entries()) nameColumn(node.output[i], group, context)
  for (const [i, call] of node.aggregates.entries()) {
    nameColumn(node.output[groups.length + i], `(${aggregateText(call, context)})`, context)
  }
  const sets = node.groupingSets ?? [groups.map((_, i) => i)]
  const type = groups.length === 0 ? 'Aggregate' : 'HashAggregate'
  const label = node.groupingSets === undefined ? 'Group Key' : 'Hash Key'
  const details: Details = sets
    .filter((set) => set.length > 0)
    .map((set) => [label, set.map((i) => groups[i]).join(', ')])
  if (sets.length > 1 && sets.some((set) => set.length === 0)) details.push(['Group Key', '()'])
  return made(node, type, type, details, [{ node: input }], context)
}

function explainWith(
  node: Extract<PlanNode, { kind: 'with' }>,
  context: ExplainContext,
): ExplainNode {
  const ctes = node.ctes.map((cte): ExplainChild => ({
    label: `CTE ${cte.name}`,
    node: explainNode(cte.plan, context),
  }))
  const input = explainNode(node.input, context)
  return { ...input, children: [...ctes, ...input.children] }
}

function explainSetOperation(
  node: Extract<PlanNode, { kind: 'setOperation' }>,
  context: ExplainContext,
): ExplainNode {
  const left = explainNode(node.left, context)
  const right = explainNode(node.right, context)
  for (const [i, column] of node.output.entries()) {
    const source = node.left.output[i]
    nameColumn(column, source === undefined ? column.name : nameOf(source, context), context)
  }
  const inputs = [left, right].flatMap((child): readonly ExplainChild[] =>
    child.type === 'Append' && node.operation === 'union' ? child.children : [{ node: child }],
  )
  const isAppend = node.operation === 'union'
  const append = made(node, 'Append', 'Append', [], inputs, context)
  if (isAppend && node.all) return append
  const key: Details = [
    ['Group Key', node.output.map((column) => nameOf(column, context)).join(', ')],
  ]
  if (isAppend)
    return made(node, 'HashAggregate', 'HashAggregate', key, [{ node: append }], context)
  const command = node.operation === 'intersect' ? 'Intersect' : 'Except'
  return made(node, 'SetOp', `HashSetOp ${command}${node.all ? ' All' : ''}`, [], inputs, context)
}
