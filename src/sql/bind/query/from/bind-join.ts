/** JOIN: ON, USING, NATURAL, CROSS; merged columns; which side becomes nullable; LATERAL right arms. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { JoinReference } from '../../../parse/ast/select.ts'
import type { Expression } from '../../../plan/expression.ts'
import { freeColumns } from '../../../plan/plan-tree.ts'
import type { JoinType, PlanNode } from '../../../plan/plan-node.ts'
import { type RangeItem, inKind } from '../../context/scope.ts'
import { makeCoalesce } from '../../expression/bind-conditional.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { makeAnd, makeOperator } from '../../expression/make-operator.ts'
import { coerceToBoolean, coerceToCommonType } from '../../resolve/coercion/coerce.ts'
import { selectCommonType } from '../../resolve/coercion/common-type.ts'
import { NO_OID, TYPE } from '../../resolve/type-oids.ts'
import { bindFromItem, checkNames } from './bind-from.ts'
import { type BoundFrom, VISIBLE, aliasedNames } from './from-item.ts'

type OuterType = 'inner' | 'left' | 'right' | 'full'

export function bindJoin(binder: Binder, ast: JoinReference): BoundFrom {
  const { scope } = binder
  const left = bindFromItem(binder, ast.left)
  const outside = scope.items
  // The right arm may refer to the left one if it is LATERAL.
  for (const item of left.items) {
    item.lateralOnly = true
    item.lateralAllowed = ast.type === 'inner' || ast.type === 'left'
  }
  scope.items = [...outside, ...left.items]
  const right = bindFromItem(binder, ast.right)
  scope.items = outside
  for (const item of left.items) item.lateralOnly = false
  checkNames(left.items, right.items)
  const columns = mergedColumns(ast, left.items, right.items)
  const merge = bindUsing(binder, ast, left.items, right.items, columns)
  const condition = merge?.condition ?? bindCondition(binder, ast, [...left.items, ...right.items])
  markNullable(ast.type, left.items, right.items)
  const items = joinItems(ast, left.items, right.items, merge?.merged)
  return {
    items,
    build: () => joinPlans(ast.type, left.build(), right.build(), condition),
  }
}

function markNullable(
  type: OuterType,
  left: readonly RangeItem[],
  right: readonly RangeItem[],
): void {
  if (type === 'left' || type === 'full') for (const item of right) item.nullable = true
  if (type === 'right' || type === 'full') for (const item of left) item.nullable = true
}

/** ON sees the two arms, and outer levels. */
function bindCondition(
  binder: Binder,
  ast: JoinReference,
  items: readonly RangeItem[],
): Expression | undefined {
  const { on } = ast
  if (on === undefined) return undefined
  const { scope, context } = binder
  const outside = scope.items
  scope.items = items
  try {
    return inKind(scope, 'joinOn', () =>
      coerceToBoolean(context, bindExpression(binder, on), 'JOIN/ON'),
    )
  } finally {
    scope.items = outside
  }
}

interface Source {
  readonly item: RangeItem
  readonly index: number
  readonly name: string
}

/** Columns an arm shows, in order. */
function visibleColumns(items: readonly RangeItem[]): readonly Source[] {
  return items.flatMap((item) =>
    item.columnsVisible ? item.names.map((name, index) => ({ item, index, name })) : [],
  )
}

/** Names to join by: USING's, or all common ones of NATURAL. undefined: neither. */
function mergedColumns(
  ast: JoinReference,
  left: readonly RangeItem[],
  right: readonly RangeItem[],
): readonly string[] | undefined {
  if (!ast.natural) return ast.using
  const rightNames = new Set(visibleColumns(right).map((one) => one.name))
  return visibleColumns(left)
    .map((one) => one.name)
    .filter((name) => rightNames.has(name))
}

interface Merged {
  readonly name: string
  readonly left: Source
  readonly right: Source
  readonly value: Expression
}

function bindUsing(
  binder: Binder,
  ast: JoinReference,
  left: readonly RangeItem[],
  right: readonly RangeItem[],
  names: readonly string[] | undefined,
): { readonly merged: readonly Merged[]; readonly condition: Expression | undefined } | undefined {
  if (names === undefined) return undefined
  const { context } = binder
  const comparisons: Expression[] = []
  const merged: Merged[] = []
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) !== i) {
      throw new SqlError('42701', `column name "${name}" appears more than once in USING clause`)
    }
    const l = findUsing(left, name, 'left')
    const r = findUsing(right, name, 'right')
    const a = l.item.column(l.index)
    const b = r.item.column(r.index)
    comparisons.push(makeOperator(context, a, b, { name: { name: '=' }, position: ast.position }))
    merged.push({ name, left: l, right: r, value: mergeValue(binder, ast.type, a, b) })
  }
  const condition = comparisons.length === 0 ? undefined : makeAnd(comparisons, ast.position)
  return { merged, condition }
}

function findUsing(items: readonly RangeItem[], name: string, side: 'left' | 'right'): Source {
  const found = visibleColumns(items).filter((one) => one.name === name)
  const [only] = found
  if (found.length > 1) {
    throw new SqlError(
      '42702',
      `common column name "${name}" appears more than once in ${side} table`,
    )
  }
  if (only !== undefined) return only
  throw new SqlError(
    '42703',
    `column "${name}" specified in USING clause does not exist in ${side} table`,
  )
}

function mergeValue(
  binder: Binder,
  type: OuterType,
  left: Expression,
  right: Expression,
): Expression {
  const { context } = binder
  const common = selectCommonType(context, [left, right], 'JOIN/USING')
  if (type === 'full') return makeCoalesce(binder, [left, right], common, undefined)
  // An inner join may take either side: the one that needs no cast.
  if (type === 'inner' && left.type !== common && right.type === common) return right
  const side = type === 'right' ? right : left
  return coerceToCommonType(context, side, common, 'JOIN/USING')
}

/** USING and NATURAL put the merged columns first; an alias hides the arms altogether. */
function joinItems(
  ast: JoinReference,
  left: readonly RangeItem[],
  right: readonly RangeItem[],
  merged: readonly Merged[] | undefined,
): readonly RangeItem[] {
  const arms = [...left, ...right]
  if (merged === undefined && ast.alias === undefined) return arms
  const rest = [...visibleColumns(left), ...visibleColumns(right)].filter(
    (one) => !(merged ?? []).some((m) => isSame(m.left, one) || isSame(m.right, one)),
  )
  const columns = [
    ...(merged ?? []).map((one) => ({ name: one.name, value: () => one.value, source: one.left })),
    ...rest.map((one) => ({
      name: one.name,
      value: () => one.item.column(one.index),
      source: one,
    })),
  ]
  const names = aliasedNames(
    columns.map((one) => one.name),
    ast.alias,
    ast.position,
  )
  const join = makeJoinItem(ast.alias?.name ?? '', names, columns)
  const usingAlias = ast.usingAlias?.name
  for (const item of arms) {
    item.columnsVisible = false
    if (ast.alias !== undefined) item.relationVisible = false
  }
  if (usingAlias === undefined || merged === undefined) return [...arms, join]
  const alias = makeJoinItem(usingAlias, names.slice(0, merged.length), columns)
  alias.columnsVisible = false
  return [...arms, join, alias]
}

function isSame(a: Source, b: Source): boolean {
  return a.item === b.item && a.index === b.index
}

function makeJoinItem(
  alias: string,
  names: readonly string[],
  columns: readonly { readonly value: () => Expression; readonly source: Source }[],
): RangeItem {
  return {
    ...VISIBLE,
    alias,
    names,
    relationVisible: alias !== '',
    column(index) {
      const column = columns[index]
      if (column === undefined) throw new RangeError(`no column ${index} in join`)
      return column.value()
    },
    origin(index) {
      const source = columns[index]?.source
      return source === undefined ? { table: 0, attribute: 0 } : source.item.origin(source.index)
    },
    wholeRow: () => ({
      kind: 'row',
      fields: names.map((_, i) => columns[i]?.value()).filter((one) => one !== undefined),
      names,
      type: TYPE.record,
      typmod: -1,
      collation: NO_OID,
    }),
  }
}

/** A join, or an apply when the right plan refers to the left one's columns. */
export function joinPlans(
  type: OuterType,
  left: PlanNode,
  right: PlanNode,
  condition: Expression | undefined,
): PlanNode {
  const output = [...left.output, ...right.output]
  const correlation = correlationOf(left, right)
  const on = condition === undefined ? {} : { condition }
  if (correlation.length > 0 && (type === 'inner' || type === 'left')) {
    return { kind: 'apply', form: type, left, right, correlation, ...on, output }
  }
  const joinType: JoinType = type
  return { kind: 'join', type: joinType, left, right, ...on, output }
}

/** Columns of `left` that `right` refers to. */
export function correlationOf(left: PlanNode, right: PlanNode): PlanNode['output'][number]['id'][] {
  if (right.kind === 'scan' || right.kind === 'systemScan') return []
  const used = freeColumns(right)
  return left.output.map((column) => column.id).filter((column) => used.has(column))
}
