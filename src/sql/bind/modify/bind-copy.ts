/**
 * COPY t (columns) FROM …: how a row of the data becomes a row of the table, and the INSERT that takes it.
 *
 *   rows     project(scan of the data)     one column per tree position, then the WHERE condition if there is one
 *   insert   insert(scan of those rows)
 *
 * Both read shared rows that COPY's own statement puts in place, since it has to know which line each row comes from.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column, Relation } from '../../catalog/catalog.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type { RelationName } from '../../parse/ast/common.ts'
import type { TableReference } from '../../parse/ast/select.ts'
import type { Expression } from '../../plan/expression.ts'
import { walkExpression } from '../../plan/expression-tree.ts'
import type { OutputColumn, PlanNode, TableRules } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { Scope } from '../context/scope.ts'
import type { RangeItem } from '../context/scope.ts'
import { bindOverItem } from '../expression/bind-stored-expression.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import { openRelation } from '../query/from/bind-from.ts'
import { coerceToBoolean } from '../resolve/coercion/coerce.ts'
import { coerceToDomain } from '../resolve/coercion/domain.ts'
import { TYPE, NO_OID } from '../resolve/type-oids.ts'
import { expandStored } from '../sql-function/expand-functions.ts'
import { columnDefault, nullValue, rowColumns, rowItem, tableRules } from './table-rules.ts'
import { droppedValue } from './target/dropped-column.ts'
import { noteWrite, openTarget } from './target/target-table.ts'
import { baseTypeAndTypmod } from '../../catalog/base-type.ts'

export interface CopyTarget {
  readonly relation: RelationName
  /** Empty: all that are not generated. */
  readonly columns: readonly string[]
  readonly where: Ast | undefined
  /** A marker may stand for a column's default. */
  readonly hasDefaultMarker: boolean
}

export interface BoundCopy {
  readonly relation: Relation
  /** What a row of the data has, in its order. */
  readonly columns: readonly CopyColumn[]
  readonly rows: PlanNode
  readonly rowsInput: number
  readonly hasWhere: boolean
  readonly insert: PlanNode
  readonly insertInput: number
}

export interface CopyColumn {
  readonly column: Column
  /** The data are read as this type: of a domain its base type. */
  readonly type: ReturnType<typeof baseTypeAndTypmod>
  readonly hasDefault: boolean
  /** Checks the values of a domain: a projection over shared rows of one column. */
  readonly domainCheck: { readonly plan: PlanNode; readonly input: number } | undefined
}

export function bindCopyFrom(context: BindContext, target: CopyTarget): BoundCopy {
  const reference: TableReference = { kind: 'table', relation: target.relation, only: true }
  const binder = { context, scope: new Scope() }
  refuseKind(openRelation(binder, reference))
  const table = openTarget(binder, reference, 'INSERT')
  const { relation, tree } = table
  const columns = copiedColumns(relation, target.columns)
  for (const column of columns) noteWrite(table, column, column.name, 'a')
  const bound = columns.map((column) => copyColumn(context, relation, column))
  const rowsInput = context.shared.nextCte++
  const insertInput = context.shared.nextCte++
  const rules = tableRules(context, relation)
  const rows = rowsPlan(context, { relation, rules, columns: bound, target, input: rowsInput })
  const insert: PlanNode = {
    kind: 'insert',
    relation,
    tree,
    input: sharedRows(
      insertInput,
      rules.row.map((column) => context.newColumn('', column)),
    ),
    rules,
    streams: true,
    output: [],
  }
  const hasWhere = target.where !== undefined
  return { relation, columns: bound, rows, rowsInput, hasWhere, insert, insertInput }
}

/** The columns that COPY names, or all that can be copied. Both directions. */
export function copiedColumns(relation: Relation, names: readonly string[]): readonly Column[] {
  if (names.length === 0) {
    return relation.columns.filter((column) => column.generated === undefined)
  }
  const seen = new Set<string>()
  return names.map((name) => {
    const column = relation.columns.find((one) => one.name === name)
    if (column === undefined) {
      const message = `column "${name}" of relation "${relation.name}" does not exist`
      throw new SqlError('42703', message)
    }
    if (column.generated !== undefined) {
      throw new SqlError('42P10', `column "${name}" is a generated column`, {
        detail: 'Generated columns cannot be used in COPY.',
      })
    }
    if (seen.has(name)) throw new SqlError('42701', `column "${name}" specified more than once`)
    seen.add(name)
    return column
  })
}

function refuseKind({ kind, name }: Relation): void {
  if (kind === 'r' || kind === 'p') return
  const kinds: Partial<Record<Relation['kind'], string>> = {
    v: 'view',
    m: 'materialized view',
    S: 'sequence',
  }
  refuseUnopened(kind, name)
  const hint = 'To enable copying to a view, provide an INSTEAD OF INSERT trigger.'
  throw new SqlError('42809', `cannot copy to ${kinds[kind] ?? 'non-table relation'} "${name}"`, {
    hint: kind === 'v' ? hint : undefined,
  })
}

/** Relations that no statement reads or writes as tables. */
export function refuseUnopened(kind: Relation['kind'], name: string): void {
  const what = kind === 'i' ? 'indexes' : kind === 'c' ? 'composite types' : undefined
  if (what === undefined) return
  throw new SqlError('42809', `cannot open relation "${name}"`, {
    detail: `This operation is not supported for ${what}.`,
  })
}

function copyColumn(context: BindContext, relation: Relation, column: Column): CopyColumn {
  const type = baseTypeAndTypmod(context.catalog, column.type, column.typmod)
  const isDomain = context.catalog.type(column.type).typeType === 'd'
  return {
    column,
    type,
    hasDefault: columnDefault(context, relation, column) !== undefined,
    domainCheck: isDomain ? domainCheck(context, column, type) : undefined,
  }
}

function domainCheck(
  context: BindContext,
  column: Column,
  type: CopyColumn['type'],
): CopyColumn['domainCheck'] {
  const input = context.shared.nextCte++
  const value = context.newColumn(column.name, { ...type, collation: column.collation })
  const checked = coerceToDomain(context, columnReference(value), column.type)
  const output = [context.newColumn(column.name, column)]
  const source = sharedRows(input, [value])
  return { input, plan: { kind: 'project', input: source, expressions: [checked], output } }
}

function sharedRows(cte: number, output: readonly OutputColumn[]): PlanNode {
  return { kind: 'cteScan', cte, name: 'copy', columns: output.map(({ id }) => id), output }
}

interface RowsRequest {
  readonly relation: Relation
  readonly rules: TableRules
  readonly columns: readonly CopyColumn[]
  readonly target: CopyTarget
  readonly input: number
}

const BOOLEAN = { type: TYPE.bool, typmod: -1, collation: NO_OID }

function rowsPlan(context: BindContext, request: RowsRequest): PlanNode {
  const { relation, columns, target, input } = request
  const values = columns.map(({ column }) => context.newColumn(column.name, column))
  const markers = target.hasDefaultMarker
    ? columns.map(({ column }) => context.newColumn(column.name, BOOLEAN))
    : []
  const given = new Map<Column, Expression>()
  columns.forEach(({ column }, i) => {
    given.set(column, valueOf(context, relation, column, values[i]!, markers[i]))
  })
  const live = new Map(relation.columns.map((column) => [column.position, column]))
  const expressions = Array.from({ length: relation.treeWidth }, (_, position) => {
    const column = live.get(position)
    if (column === undefined) return droppedValue(relation, position)
    return (
      given.get(column) ?? columnDefault(context, relation, column) ?? nullValue(context, column)
    )
  })
  const output = rowColumns(relation, (column) => context.newColumn(column.name, column))
  const rows: PlanNode = {
    kind: 'project',
    input: sharedRows(input, [...values, ...markers]),
    expressions: expressions.map((one) => expanded(context, one)),
    output,
  }
  return target.where === undefined ? rows : withCondition(context, relation, rows, target.where)
}

function valueOf(
  context: BindContext,
  relation: Relation,
  column: Column,
  value: OutputColumn,
  marker: OutputColumn | undefined,
): Expression {
  const given = columnReference(value)
  const otherwise = marker && columnDefault(context, relation, column)
  if (marker === undefined || otherwise === undefined) return given
  const { type, typmod, collation } = column
  const branches = [{ when: columnReference(marker), then: otherwise }]
  return { kind: 'case', branches, otherwise: given, type, typmod, collation }
}

/** The same rows with one column more: whether the row is wanted. */
function withCondition(
  context: BindContext,
  relation: Relation,
  input: PlanNode,
  where: Ast,
): PlanNode {
  const item = withoutGenerated(relation, rowItem(relation, input.output, relation.name))
  const bound = bindOverItem(context, where, 'copyWhere', item)
  walkExpression(bound, (one) => {
    if (one.kind !== 'subquery') return
    throw new SqlError('0A000', 'cannot use subquery in COPY FROM WHERE condition', {
      position: one.position,
    })
  })
  const condition = expanded(context, coerceToBoolean(context, bound, 'WHERE'))
  const expressions = [...input.output.map(columnReference), condition]
  const output = [
    ...input.output.map((column) => context.newColumn(column.name, column)),
    context.newColumn('wanted', BOOLEAN),
  ]
  return { kind: 'project', input, expressions, output }
}

/** They are computed only when the row is stored. */
function withoutGenerated(relation: Relation, item: RangeItem): RangeItem {
  const refuse = (index: number): void => {
    const column = relation.columns[index]
    if (column?.generated === undefined) return
    throw new SqlError(
      '42P10',
      'generated columns are not supported in COPY FROM WHERE conditions',
      { detail: `Column "${column.name}" is a generated column.` },
    )
  }
  return {
    ...item,
    column(index) {
      refuse(index)
      return item.column(index)
    },
    wholeRow() {
      relation.columns.forEach((_, index) => refuse(index))
      return item.wholeRow()
    },
  }
}

function expanded(context: BindContext, expression: Expression): Expression {
  return context.shared.callsSqlFunctions ? expandStored(context, expression) : expression
}
