/**
 * Answers min and max of indexed columns from the ends of the indexes:
 *
 *   Aggregate[max(id)] over Scan(t)   →   Apply[scalar](one row, Limit 1 over IndexScan(t using t_pkey, backwards, id not null))
 */
import type { IndexInfo, Oid } from '../../../catalog/catalog.ts'
import { withoutRelabel } from '../../comparison.ts'
import type { AggregateCall, Expression } from '../../expression.ts'
import type {
  AggregateNode,
  IndexScanNode,
  OutputColumn,
  PlanNode,
  ScanNode,
} from '../../plan-node.ts'
import { columnReference, rewritePlan } from '../../plan-tree.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** Smaller tables are scanned as fast. */
const MIN_ROWS = 100
const INT8 = 20 as Oid // pg_type.oid of int8

export const extremesByIndex: Rule = {
  name: 'extremes-by-index',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'aggregate' ? readEnds(node, context) : node)),
}

interface End {
  readonly index: IndexInfo
  readonly column: OutputColumn
  readonly reverse: boolean
}

function readEnds(node: AggregateNode, context: RuleContext): PlanNode {
  const scan = node.input
  if (scan.kind !== 'scan' || scan.filter !== undefined || scan.sample !== undefined) return node
  if (node.groups.length > 0 || node.groupingSets !== undefined || node.groupings.length > 0)
    return node
  if ((context.statistics(scan.tree)?.rowCount ?? 0) < MIN_ROWS || node.aggregates.length === 0)
    return node
  const ends = node.aggregates.map((call) => endOf(call, scan, context))
  let input: PlanNode = { kind: 'oneRow', output: [] }
  for (const [position, end] of ends.entries()) {
    if (end === undefined) return node
    input = {
      kind: 'apply',
      form: 'scalar',
      left: input,
      right: firstKey(scan, end, context),
      correlation: [],
      output: [...input.output, node.output[position]!], // an output column per aggregate
    }
  }
  return input
}

function endOf(call: AggregateCall, scan: ScanNode, context: RuleContext): End | undefined {
  const name = /^(min|max)\(/.exec(call.signature)?.[1]
  const [arg] = call.args
  if (name === undefined || arg === undefined || call.args.length > 1) return undefined
  if (call.filter !== undefined || call.orderBy.length > 0) return undefined
  const expression = withoutRelabel(arg)
  if (expression.kind !== 'column' || expression.type !== call.type) return undefined
  const place = scan.output.findIndex(({ id }) => id === expression.column)
  const source = scan.sources[place]
  const column = scan.output[place]
  if (source?.kind !== 'attribute' || column === undefined) return undefined
  const number = scan.relation.columns.find(({ position }) => position === source.position)?.number
  const locale = localeOf(call.inputCollation, context)
  const index = scan.relation.indexes.find(
    ({ keys, method, predicate }) =>
      method === 'btree' &&
      predicate === undefined &&
      keys[0]?.column === number &&
      localeOf(keys[0]!.collation, context) === locale,
  )
  return index && { index, column, reverse: (name === 'max') !== index.keys[0]!.descending }
}

function localeOf(collation: Oid, { catalog }: RuleContext): string | undefined {
  return collation === 0 ? undefined : catalog.collationLocale(collation)
}

function firstKey(scan: ScanNode, { index, column, reverse }: End, context: RuleContext): PlanNode {
  const id = context.newColumnId()
  const position = scan.output.indexOf(column)
  const output: readonly OutputColumn[] = [{ ...column, id }]
  const entries: IndexScanNode = {
    kind: 'indexScan',
    relation: scan.relation,
    tree: scan.tree,
    alias: scan.alias,
    index,
    range: { equal: [], notNull: true },
    reverse,
    sources: [scan.sources[position]!],
    output,
  }
  const one: Expression = {
    kind: 'constant',
    value: 1,
    type: INT8,
    typmod: -1,
    collation: 0 as Oid,
  }
  const shown: PlanNode = {
    kind: 'project',
    input: { kind: 'limit', input: entries, limit: one, output },
    expressions: [columnReference(output[0]!)],
    output: [{ ...column, id: context.newColumnId() }],
  }
  return shown
}
