/**
 * Joins few rows with a large table by looking each up in an index instead of hashing the whole table.
 *
 *   Join[keys o.id = l.order_id](o, Scan l)   →   Apply(o, IndexScan(l using l_order_id_idx, order_id = o.id))
 */
import type { Oid } from '../../../catalog/catalog.ts'
import { estimateRows } from '../../estimate.ts'
import type { Expression } from '../../expression.ts'
import { conjunction, conjuncts } from '../../expression-tree.ts'
import type { ApplyNode, JoinNode, PlanNode, ScanNode } from '../../plan-node.ts'
import { freeColumns, outputIds, projectTo, rewritePlan } from '../../plan-tree.ts'
import { withoutRelabel } from '../../comparison.ts'
import { areComparableKeys } from '../../../types/compare/comparable-keys.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** An index look-up costs about as much as hashing this many rows. */
const LOOKUP_COST = 60

export const joinByIndex: Rule = {
  name: 'join-by-index',
  apply: (plan, context) =>
    rewritePlan(plan, (node) => (node.kind === 'join' ? lookUp(node, context) : node)),
}

function lookUp(node: JoinNode, context: RuleContext): PlanNode {
  if (node.keys === undefined || node.mark !== undefined || node.nullAware === true) return node
  if (node.type !== 'inner' && node.type !== 'left' && node.type !== 'semi' && node.type !== 'anti')
    return node
  const direct = withLookup(node, context)
  if (direct !== undefined || node.type !== 'inner') return direct ?? node
  const mirrored = withLookup(mirror(node), context)
  return mirrored === undefined ? node : projectTo(node.output, mirrored)
}

function mirror(node: JoinNode): JoinNode {
  return {
    ...node,
    left: node.right,
    right: node.left,
    keys: node.keys!.map((key) => ({ ...key, left: key.right, right: key.left })),
    output: [...node.right.output, ...node.left.output],
  }
}

function withLookup(node: JoinNode, context: RuleContext): ApplyNode | undefined {
  const scan = node.right
  if (scan.kind !== 'scan' || scan.sample !== undefined) return undefined
  const rows = context.statistics(scan.tree)?.rowCount ?? 0
  if (estimateRows(node.left, context) * LOOKUP_COST > rows) return undefined
  const lookup = findIndex(node, scan)
  if (lookup === undefined) return undefined
  const { kind: _, ...rest } = scan
  const right: PlanNode = {
    ...rest,
    kind: 'indexScan',
    index: lookup.index,
    range: { equal: lookup.equal },
    reverse: false,
  }
  const condition = conjunction([...lookup.rest, ...conjuncts(node.condition)])
  const leftIds = outputIds(node.left)
  return {
    kind: 'apply',
    form: node.type as ApplyNode['form'] & JoinNode['type'], // narrowed by the caller to the four shared forms
    left: node.left,
    right,
    correlation: [...freeColumns(right)].filter((id) => leftIds.has(id)),
    ...(condition === undefined ? {} : { condition }),
    output: node.output,
  }
}

/** The index whose leading columns are join keys on the scan's side; keys it does not cover become conditions. */
function findIndex(node: JoinNode, scan: ScanNode) {
  for (const index of scan.relation.indexes) {
    if (index.predicate !== undefined || (index.method !== 'btree' && index.method !== 'hash'))
      continue
    const equal: Expression[] = []
    const used = new Set<object>()
    for (const part of index.keys) {
      const key = node.keys!.find((candidate) => isKeyOn(candidate, scan, part.column))
      if (key === undefined) break
      equal.push(key.left)
      used.add(key)
    }
    if (equal.length === 0 || (index.method === 'hash' && equal.length < index.keys.length))
      continue
    const rest = node.keys!.filter((key) => !used.has(key)).map(asCondition)
    return { index, equal, rest }
  }
  return undefined
}

type JoinKey = NonNullable<JoinNode['keys']>[number]

function isKeyOn(key: JoinKey, scan: ScanNode, columnNumber: number | undefined): boolean {
  const right = withoutRelabel(key.right)
  if (
    key.nullEqual === true ||
    right.kind !== 'column' ||
    !areComparableKeys(right.type, key.left.type)
  )
    return false
  const source = scan.sources[scan.output.findIndex((column) => column.id === right.column)]
  if (source?.kind !== 'attribute') return false
  return scan.relation.columns.some(
    (column) => column.number === columnNumber && column.position === source.position,
  )
}

const BOOLEAN = 16 as Oid // pg_type.oid of bool

function asCondition(key: JoinKey): Expression {
  return {
    kind: 'call',
    procedure: key.procedure,
    args: [key.left, key.right],
    inputCollation: key.left.collation,
    type: BOOLEAN,
    typmod: -1,
    collation: 0 as Oid,
  }
}
