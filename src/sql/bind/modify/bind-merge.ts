/**
 * MERGE INTO t USING s ON … WHEN …: source and target are joined so that rows without a partner stay where a WHEN clause is
 * about them; a first projection says which clause a row meets, a second makes the row that this clause writes.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { MergeClause, MergeStatement } from '../../parse/ast/modify.ts'
import type { Expression } from '../../plan/expression.ts'
import type { MergeNode, OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import { type RangeItem, inKind, newQueryState } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { makeAnd } from '../expression/make-operator.ts'
import { bindFromList } from '../query/from/bind-from.ts'
import { joinPlans } from '../query/from/bind-join.ts'
import type { BoundSelect } from '../query/bind-query-node.ts'
import { type TableItem, makeTableItem } from '../query/from/from-item.ts'
import { coerceToBoolean } from '../resolve/coercion/coerce.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { bindMergeInsert } from './bind-insert.ts'
import { bindAssignments } from './bind-update.ts'
import { caseOf, isNull, isValue, textConstant, whichConstant } from './merge-expressions.ts'
import { bindReturning } from './returning.ts'
import { rowColumns, rowItem, tableRules } from './table-rules.ts'
import { oldRowOf } from './target/target-scan.ts'
import { type TargetTable, openTarget, rulesThroughView, shownItem } from './target/target-table.ts'

interface MergeScope {
  readonly binder: Binder
  readonly target: TargetTable
  readonly item: TableItem
  readonly shown: RangeItem
  readonly source: readonly RangeItem[]
}

/** What a clause puts into the row: values by tree position; the others keep what they have. */
type Values = ReadonlyMap<number, Expression>

interface BoundClause {
  readonly clause: MergeClause
  readonly condition: Expression | undefined
  readonly values: Values
}

export function bindMerge(binder: Binder, statement: MergeStatement): BoundSelect {
  const { context, scope } = binder
  checkReachable(statement.clauses)
  scope.query ??= newQueryState()
  const target = openMergeTarget(binder, statement)
  const { relation, tree } = target
  const item = makeTableItem(context, scope, relation, {
    alias: target.alias,
    schema: target.alias === relation.name ? relation.schema : undefined,
    names: relation.columns.map((column) => column.name),
  })
  const shown = shownItem(target, item)
  const hidden = target.view?.conditions(item) ?? []
  scope.items = []
  const buildSource = bindFromList(binder, [statement.source])
  const merge: MergeScope = { binder, target, item, shown, source: scope.items }
  checkAliases(merge)
  scope.items = [shown, ...merge.source]
  const on = inKind(scope, 'joinOn', () =>
    coerceToBoolean(context, bindExpression(binder, statement.on), 'JOIN/ON'),
  )
  const type = joinType(statement.clauses)
  markNullable(merge, type)
  const clauses = statement.clauses.map((clause) => bindClause(merge, clause))
  const rules = rulesThroughView(target, tableRules(context, relation))
  const actionName = context.newColumn('merge_action', TEXT)
  const returned = [...merge.source, shownItem(target, rowItem(relation, rules.row, target.alias))]
  scope.mergeAction = columnReference(actionName)
  const returning = bindReturning(binder, statement.returning, returned)
  const old = oldRowOf(binder, { item, shown, others: merge.source, build: () => item.build() })
  const joined = joinWithMarker(merge, type, buildSource(), on, hidden)
  const fresh = rowColumns(relation, (column) => context.newColumn(column.name, column))
  const which = context.newColumn('which', { type: TYPE.int4, typmod: -1, collation: NO_OID })
  const chosen = project(joined.plan, joined.plan.output, [
    [which, chooseClause(clauses, old.expressions[0], columnReference(joined.marker))],
  ])
  const known = new Set(old.output.map((column) => column.id))
  const rest = chosen.output.filter((column) => !known.has(column.id))
  const input: PlanNode = {
    kind: 'project',
    input: chosen,
    expressions: [
      ...old.expressions,
      ...fresh.map((_, position) =>
        freshValue(clauses, which, position, old.expressions[position + 1]),
      ),
      nameAction(clauses, which),
      ...rest.map((column) => columnReference(column)),
    ],
    output: [...old.output, ...fresh, actionName, ...rest],
  }
  const plan: MergeNode = {
    kind: 'merge',
    relation,
    tree,
    input,
    rowId: old.rowId,
    oldRow: old.oldRow,
    newRow: fresh.map((column) => column.id),
    which: which.id,
    actions: clauses.map(({ clause }) => clause.action.kind),
    rules,
    ...(returning.expressions === undefined ? {} : { returning: returning.expressions }),
    output: returning.output,
  }
  return { plan, origins: returning.origins }
}

const TEXT = { type: TYPE.text, typmod: -1, collation: NO_OID }

function openMergeTarget(binder: Binder, { table, clauses }: MergeStatement): TargetTable {
  const kinds = new Set(clauses.map((clause) => clause.action.kind))
  const commands = { insert: 'INSERT', update: 'UPDATE', delete: 'DELETE' } as const
  const letters = { insert: 'a', update: 'w', delete: 'd' } as const
  const wanted = (['insert', 'update', 'delete'] as const).filter((kind) => kinds.has(kind))
  const target = openTarget(binder, table, commands[wanted[0] ?? 'update'])
  for (const kind of wanted) {
    target.access.add(letters[kind])
    target.tableAccess.add(letters[kind])
  }
  return target
}

function checkReachable(clauses: readonly MergeClause[]): void {
  const closed = new Set<MergeClause['match']>()
  for (const { match, condition } of clauses) {
    if (closed.has(match)) {
      throw new SqlError(
        '42601',
        'unreachable WHEN clause specified after unconditional WHEN clause',
      )
    }
    if (condition === undefined) closed.add(match)
  }
}

function checkAliases({ shown, source }: MergeScope): void {
  if (!source.some((one) => one.relationVisible && one.alias === shown.alias)) return
  throw new SqlError('42712', `name "${shown.alias}" specified more than once`, {
    detail: 'The name is used both as MERGE target table and data source.',
  })
}

type MergeJoin = 'inner' | 'left' | 'right' | 'full'

/** The target is on the left: which rows without a partner does a clause ask for? */
function joinType(clauses: readonly MergeClause[]): MergeJoin {
  const has = (match: MergeClause['match']): boolean => clauses.some((one) => one.match === match)
  if (has('notMatchedByTarget')) return has('notMatchedBySource') ? 'full' : 'right'
  return has('notMatchedBySource') ? 'left' : 'inner'
}

function markNullable({ item, shown, source }: MergeScope, type: MergeJoin): void {
  if (type === 'right' || type === 'full') {
    item.nullable = true
    shown.nullable = true
  }
  if (type === 'left' || type === 'full') for (const one of source) one.nullable = true
}

/** Besides the joined columns, one that is null where there is no source row. */
function joinWithMarker(
  { binder, item }: MergeScope,
  type: MergeJoin,
  source: PlanNode,
  on: Expression,
  hidden: readonly Expression[],
): { readonly plan: PlanNode; readonly marker: OutputColumn } {
  const marker = binder.context.newColumn('source', {
    type: TYPE.int4,
    typmod: -1,
    collation: NO_OID,
  })
  const own = item.build()
  const target: PlanNode =
    hidden.length === 0
      ? own
      : { kind: 'filter', input: own, condition: makeAnd(hidden, undefined), output: own.output }
  const marked = project(source, source.output, [[marker, whichConstant(1)]])
  return { plan: joinPlans(type, target, marked, on), marker }
}

function project(
  input: PlanNode,
  kept: readonly OutputColumn[],
  added: readonly (readonly [OutputColumn, Expression])[],
): PlanNode {
  return {
    kind: 'project',
    input,
    expressions: [
      ...kept.map((column) => columnReference(column)),
      ...added.map(([, expression]) => expression),
    ],
    output: [...kept, ...added.map(([column]) => column)],
  }
}

function bindClause(merge: MergeScope, clause: MergeClause): BoundClause {
  const { binder, shown, source } = merge
  const { scope, context } = binder
  scope.items = visibleItems(clause, shown, source)
  const { condition: ast } = clause
  const condition =
    ast === undefined
      ? undefined
      : inKind(scope, 'mergeWhen', () =>
          coerceToBoolean(context, bindExpression(binder, ast), 'WHEN'),
        )
  return { clause, condition, values: bindAction(merge, clause) }
}

/** The side that is missing can be named, to be told so. */
function visibleItems(
  { match }: MergeClause,
  shown: RangeItem,
  source: readonly RangeItem[],
): readonly RangeItem[] {
  if (match === 'matched') return [shown, ...source]
  return match === 'notMatchedBySource' ? [shown] : source
}

function bindAction({ binder, target, item }: MergeScope, { action }: MergeClause): Values {
  switch (action.kind) {
    case 'nothing':
    case 'delete':
      return new Map()
    case 'update': {
      const made = bindAssignments(binder, target, action.assignments, (index) =>
        item.column(index),
      )
      return new Map(made.map(({ column, value }) => [column.position, value]))
    }
    case 'insert':
      return new Map(bindMergeInsert(binder, target, action).map((value, i) => [i, value]))
  }
}

/** The number of the first clause that the row meets, from 1; null when it meets none. */
function chooseClause(
  clauses: readonly BoundClause[],
  rowId: Expression | undefined,
  marker: Expression,
): Expression {
  if (rowId === undefined) throw new RangeError('the row id is always read')
  const tests = {
    matched: [isValue(rowId), isValue(marker)],
    notMatchedByTarget: [isNull(rowId)],
    notMatchedBySource: [isNull(marker)],
  }
  const branches = clauses.map(({ clause, condition }, i) => {
    const test = [...tests[clause.match], ...(condition === undefined ? [] : [condition])]
    return { when: makeAnd(test, undefined), then: whichConstant(i + 1) }
  })
  return caseOf(branches, whichConstant(null))
}

function freshValue(
  clauses: readonly BoundClause[],
  which: OutputColumn,
  position: number,
  old: Expression | undefined,
): Expression {
  if (old === undefined) throw new RangeError(`no column at ${position}`)
  const branches = clauses.flatMap(({ values }, i) => {
    const then = values.get(position)
    return then === undefined ? [] : [{ when: isClause(which, i), then }]
  })
  return branches.length === 0 ? old : caseOf(branches, old)
}

function nameAction(clauses: readonly BoundClause[], which: OutputColumn): Expression {
  const branches = clauses.map(({ clause }, i) => ({
    when: isClause(which, i),
    then: textConstant(clause.action.kind.toUpperCase()),
  }))
  return caseOf(branches, textConstant(null))
}

function isClause(which: OutputColumn, index: number): Expression {
  return {
    kind: 'call',
    procedure: INT4_EQUAL,
    operator: INT4_EQUAL_OPERATOR,
    args: [columnReference(which), whichConstant(index + 1)],
    inputCollation: NO_OID,
    type: TYPE.bool,
    typmod: -1,
    collation: NO_OID,
  }
}

// pg_proc's int4eq and pg_operator's int4 = int4.
const INT4_EQUAL = 65 as Expression['type']
const INT4_EQUAL_OPERATOR = 96 as Expression['type']
