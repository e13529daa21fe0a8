/** INSERT INTO t (columns) VALUES … / SELECT … / DEFAULT VALUES. The input plan puts out one column per tree position. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Column } from '../../catalog/catalog.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type { AssignmentTarget, InsertStatement, MergeAction } from '../../parse/ast/modify.ts'
import type { Query, ValuesQuery } from '../../parse/ast/select.ts'
import type { Expression } from '../../plan/expression.ts'
import type { InsertNode, OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import { Scope, inKind, newQueryState } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { Binder } from '../expression/binder.ts'
import { type BoundSelect, bindSelectQuery } from '../query/bind-query-node.ts'
import { openColumns } from '../query/coerce-columns.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { droppedValue } from './target/dropped-column.ts'
import { assignPart, assignToColumn } from './values/assignment.ts'
import { constantRows } from './values/constant-rows.ts'
import { type LiteralReader, literalReader } from './values/literal-reader.ts'
import { bindOnConflict } from './on-conflict.ts'
import { bindReturning } from './returning.ts'
import { columnDefault, nullValue, rowColumns, rowItem, tableRules } from './table-rules.ts'
import {
  type TargetTable,
  allTargetColumns,
  findTargetColumn,
  noteWrite,
  openTarget,
  rulesThroughView,
  shownItem,
} from './target/target-table.ts'

/** A column the statement gives values for. */
interface InsertColumn {
  readonly column: Column
  /** Written in the column list; absent when the list was left out. */
  readonly target: AssignmentTarget | undefined
}

interface InsertPlan {
  readonly binder: Binder
  readonly table: TargetTable
  readonly columns: readonly InsertColumn[]
  readonly statement: Pick<InsertStatement, 'columns' | 'overriding'>
}

export function bindInsert(binder: Binder, statement: InsertStatement): BoundSelect {
  const { context, scope } = binder
  scope.query ??= newQueryState()
  const table = openTarget(binder, statement.table, 'INSERT')
  const columns = insertColumns(table, statement)
  noteInserts(table, columns, statement)
  const input = bindSource({ binder, table, columns, statement }, statement.source)
  const { relation, tree } = table
  const rules = rulesThroughView(table, tableRules(context, relation))
  const target = shownItem(table, rowItem(relation, rules.row, table.alias))
  const onConflict =
    statement.onConflict === undefined
      ? undefined
      : bindOnConflict(binder, table, statement.onConflict, rules)
  const returning = bindReturning(binder, statement.returning, [target])
  const plan: InsertNode = {
    kind: 'insert',
    relation,
    tree,
    input,
    rules,
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(returning.expressions === undefined ? {} : { returning: returning.expressions }),
    output: returning.output,
  }
  return { plan, origins: returning.origins }
}

function insertColumns(
  table: TargetTable,
  statement: Pick<InsertStatement, 'columns'>,
): readonly InsertColumn[] {
  if (statement.columns.length === 0) {
    return allTargetColumns(table).map((column) => ({ column, target: undefined }))
  }
  const seen = new Map<Column, boolean>()
  return statement.columns.map((target) => {
    const column = findTargetColumn(table, target.column, target.position)
    const partial = target.steps.length > 0
    const before = seen.get(column)
    // Several parts of one column may be set, but not a part and the whole.
    if (before === false || (before === true && !partial)) {
      throw new SqlError('42701', `column "${column.name}" specified more than once`, {
        position: target.position,
      })
    }
    seen.set(column, partial)
    return { column, target }
  })
}

/** Without a column list, only the columns that get a value need the privilege. */
function noteInserts(
  table: TargetTable,
  columns: readonly InsertColumn[],
  { source }: InsertStatement,
): void {
  const [row] = source?.kind === 'values' ? source.rows : []
  const written = columns.slice(0, row?.length ?? columns.length)
  written.forEach(({ column, target }, index) => {
    const name = target?.column ?? table.access.relation.columns[index]?.name ?? column.name
    noteWrite(table, column, name, 'a')
  })
}

function isPlainValues(source: Query): source is ValuesQuery {
  return (
    source.kind === 'values' &&
    source.with === undefined &&
    source.orderBy.length === 0 &&
    source.limit === undefined &&
    source.offset === undefined
  )
}

function bindSource(insert: InsertPlan, source: Query | undefined): PlanNode {
  const { relation } = insert.table
  const { context } = insert.binder
  const output = rowColumns(relation, (column) => context.newColumn(column.name, column))
  const completer = rowCompleter(insert)
  if (source === undefined) return { kind: 'values', rows: [completer.complete(new Map())], output }
  if (isPlainValues(source)) {
    return inKind(insert.binder.scope, 'values', () =>
      valuesPlan(insert, source, completer, output),
    )
  }
  const inner = new Scope(insert.binder.scope)
  const { plan } = bindSelectQuery(context, source, inner, { keepUnknown: true })
  const { values, input } = openColumns(plan)
  checkCount(insert, values.length, (i) => values[i]?.position)
  const assigned = new Map<Column, Expression>()
  insert.columns.slice(0, values.length).forEach((one, i) => {
    const value = values[i]
    if (value !== undefined) assignOne(insert, assigned, one, value)
  })
  return { kind: 'project', input, expressions: completer.complete(assigned), output }
}

/** WHEN NOT MATCHED THEN INSERT: the whole row, by tree position. */
export function bindMergeInsert(
  binder: Binder,
  target: TargetTable,
  action: Extract<MergeAction, { readonly kind: 'insert' }>,
): readonly Expression[] {
  const table: TargetTable = { ...target, command: 'INSERT' }
  const columns = insertColumns(table, action)
  const { values } = action
  const written = values.length === 0 ? [] : columns.slice(0, values.length)
  for (const { column, target: named } of written) {
    noteWrite(table, column, named?.column ?? column.name, 'a')
  }
  const insert: InsertPlan = { binder, table, columns, statement: action }
  const assigned = new Map<Column, Expression>()
  if (values.length > 0) checkCount(insert, values.length, (i) => values[i]?.position)
  inKind(binder.scope, 'values', () => {
    values.forEach((value, i) => {
      const one = columns[i]
      if (one !== undefined) assignAst(insert, assigned, one, value)
    })
  })
  return rowCompleter(insert).complete(assigned)
}

interface RowCompleter {
  defaultOf(column: Column): Expression
  complete(assigned: ReadonlyMap<Column, Expression>): readonly Expression[]
}

/** One row expression per tree position from the columns that got a value. */
function rowCompleter(insert: InsertPlan): RowCompleter {
  const { context } = insert.binder
  const { relation } = insert.table
  const defaults = new Map<Column, Expression>()
  const defaultOf = (column: Column): Expression => {
    const known = defaults.get(column)
    if (known !== undefined) return known
    const made = columnDefault(context, relation, column) ?? nullValue(context, column)
    defaults.set(column, made)
    return made
  }
  const byPosition: (Column | undefined)[] = Array.from({ length: relation.treeWidth })
  for (const column of relation.columns) byPosition[column.position] = column
  return {
    defaultOf,
    complete: (assigned) =>
      byPosition.map((column, position) =>
        column === undefined
          ? droppedValue(relation, position)
          : (assigned.get(column) ?? defaultOf(column)),
      ),
  }
}

/** Holds the place of a value that each row has of its own. */
const PLACEHOLDER: Expression = {
  kind: 'constant',
  value: null,
  type: TYPE.text,
  typmod: -1,
  collation: NO_OID,
}

function valuesPlan(
  insert: InsertPlan,
  source: ValuesQuery,
  completer: RowCompleter,
  output: readonly OutputColumn[],
): PlanNode {
  const { context } = insert.binder
  const width = source.rows[0]?.length ?? 0
  const targets = insert.columns.slice(0, width)
  const readers = targets.map((one) => readerFor(insert, one))
  if (source.rows.length > 1 && isCountRight(insert, width)) {
    const given = targets.map(({ column }, i) => ({ column, read: readers[i] ?? UNREADABLE }))
    const constants = constantRows(context, source.rows, given)
    if (constants !== undefined) return completeRows(insert, targets, constants, completer, output)
  }
  // What every row has in common: the defaults of the columns without a value.
  const common = completer.complete(new Map(targets.map(({ column }) => [column, PLACEHOLDER])))
  const rows = source.rows.map((row) => {
    if (row.length !== width) {
      throw new SqlError('42601', 'VALUES lists must all be the same length', {
        position: row[0]?.position,
      })
    }
    checkCount(insert, row.length, (i) => row[i]?.position)
    const assigned = new Map<Column, Expression>()
    const values = [...common]
    for (let i = 0; i < row.length; i++) {
      const one = insert.columns[i]
      const ast = row[i]
      if (one === undefined || ast === undefined) continue
      const { column } = one
      const literal = readers[i]?.(ast)
      if (literal === undefined) assignAst(insert, assigned, one, ast)
      values[column.position] =
        literal === undefined
          ? (assigned.get(column) ?? completer.defaultOf(column))
          : literalOf(column, literal, ast.position)
    }
    return values
  })
  return { kind: 'values', rows, output }
}

/** The constant rows, put where the tree has their columns, with the defaults of the others. */
function completeRows(
  { table: { relation } }: InsertPlan,
  targets: readonly InsertColumn[],
  constants: PlanNode,
  completer: RowCompleter,
  output: readonly OutputColumn[],
): PlanNode {
  const inPlace = targets.every(({ column }, i) => column.position === i)
  if (inPlace && targets.length === relation.treeWidth) return { ...constants, output }
  const assigned = new Map(
    targets.map(({ column }, i): [Column, Expression] => [
      column,
      columnReference(constants.output[i]!), // one column per target
    ]),
  )
  return { kind: 'project', input: constants, expressions: completer.complete(assigned), output }
}

const UNREADABLE: LiteralReader = () => undefined

/** Only where the column simply takes the value. */
function readerFor(insert: InsertPlan, one: InsertColumn): LiteralReader {
  if (one.target !== undefined && one.target.steps.length > 0) return UNREADABLE
  if (!isFree(insert, one.column)) return UNREADABLE
  return literalReader(insert.binder.context, one.column)
}

function literalOf(column: Column, value: Datum | null, position: number | undefined): Expression {
  const { type, typmod, collation } = column
  return { kind: 'constant', value, type, typmod, collation, position }
}

/** Without a column list the columns left over get their defaults. */
function isCountRight({ columns, statement }: InsertPlan, count: number): boolean {
  return statement.columns.length > 0 ? count === columns.length : count <= columns.length
}

function checkCount(
  insert: InsertPlan,
  count: number,
  positionOf: (index: number) => number | undefined,
): void {
  const wanted = insert.columns.length
  if (count > wanted) {
    throw new SqlError('42601', 'INSERT has more expressions than target columns', {
      position: positionOf(wanted),
    })
  }
  // Without a column list the columns left over get their defaults.
  if (insert.statement.columns.length > 0 && count < wanted) {
    throw new SqlError('42601', 'INSERT has more target columns than expressions', {
      position: insert.columns[count]?.target?.position,
    })
  }
}

function assignAst(
  insert: InsertPlan,
  assigned: Map<Column, Expression>,
  one: InsertColumn,
  ast: Ast,
): void {
  if (ast.kind === 'default') {
    if ((one.target?.steps.length ?? 0) > 0) {
      throw new SqlError('0A000', 'cannot set an array element to DEFAULT', {
        position: one.target?.position,
      })
    }
    return
  }
  assignOne(insert, assigned, one, bindExpression(insert.binder, ast))
}

function isFree(insert: InsertPlan, column: Column): boolean {
  if (column.generated !== undefined) return false
  return (
    column.identity === undefined ||
    (insert.statement.overriding === 'none' && column.identity === 'd')
  )
}

function assignOne(
  insert: InsertPlan,
  assigned: Map<Column, Expression>,
  { column, target }: InsertColumn,
  value: Expression,
): void {
  const { binder } = insert
  if (target !== undefined && target.steps.length > 0) {
    const current = assigned.get(column) ?? nullValue(binder.context, column)
    assigned.set(column, assignPart(binder, { column, target, current, value }))
    return
  }
  const coerced = assignToColumn(binder, column, value)
  if (keepsValue(insert, column)) assigned.set(column, coerced)
  else checkGivenValue(column)
}

/** OVERRIDING USER VALUE throws the given value of an identity column away. */
function keepsValue(insert: InsertPlan, column: Column): boolean {
  if (column.generated !== undefined) return false
  if (column.identity === undefined) return true
  const { overriding } = insert.statement
  if (overriding === 'user') return false
  if (column.identity === 'd' || overriding === 'system') return true
  throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
    detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
    hint: 'Use OVERRIDING SYSTEM VALUE to override.',
  })
}

function checkGivenValue(column: Column): void {
  if (column.generated === undefined) return
  throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
    detail: `Column "${column.name}" is a generated column.`,
  })
}
