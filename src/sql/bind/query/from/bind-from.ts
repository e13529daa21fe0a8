/** The FROM clause: each kind of item, cross joins of the list, LATERAL. Joins are in their own file. */
import { SqlError, unreachable, unsupported } from '../../../../errors/sql-error.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type {
  FromItem,
  SampleReference,
  SubselectReference,
  TableReference,
} from '../../../parse/ast/select.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import { type CommonTableEntry, type RangeItem, Scope, inKind } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { coerceToSpecificType } from '../../resolve/coercion/coerce.ts'
import { TYPE } from '../../resolve/type-oids.ts'
import { bindFunctionReference } from './bind-from-function.ts'
import { bindJoin, joinPlans } from './bind-join.ts'
import { bindSelectQuery } from '../bind-query-node.ts'
import {
  type BoundFrom,
  type TableItem,
  aliasedNames,
  makeDerivedItem,
  makeTableItem,
} from './from-item.ts'
import { lockedSubquery, noteLockedTable, refuseLocking } from '../clause/locking.ts'
import { bindView } from './bind-view.ts'

/** The comma list. The scope's items are set when it returns. */
export function bindFromList(binder: Binder, list: readonly FromItem[]): () => PlanNode {
  const { scope } = binder
  const bound: BoundFrom[] = []
  for (const item of list) {
    const one = bindFromItem(binder, item)
    checkNames(scope.items, one.items)
    for (const added of one.items) {
      added.lateralOnly = true
      added.lateralAllowed = true
    }
    scope.items = [...scope.items, ...one.items]
    bound.push(one)
  }
  for (const item of scope.items) item.lateralOnly = false
  return () => buildList(bound)
}

function buildList(bound: readonly BoundFrom[]): PlanNode {
  let plan: PlanNode | undefined
  for (const one of bound) {
    const next = one.build()
    plan = plan === undefined ? next : joinPlans('inner', plan, next, undefined)
  }
  return plan ?? { kind: 'oneRow', output: [] }
}

export function checkNames(before: readonly RangeItem[], added: readonly RangeItem[]): void {
  for (const one of added) {
    if (!one.relationVisible || one.alias === '') continue
    const clash = before.find(
      (other) =>
        other.relationVisible &&
        other.alias === one.alias &&
        // s1.t and s2.t without aliases may stand side by side.
        (other.schema === undefined || one.schema === undefined || other.schema === one.schema),
    )
    if (clash === undefined) continue
    throw new SqlError('42712', `table name "${one.alias}" specified more than once`)
  }
}

export function bindFromItem(binder: Binder, item: FromItem): BoundFrom {
  switch (item.kind) {
    case 'table':
      return bindTable(binder, item)
    case 'subselect':
      return bindSubselect(binder, item)
    case 'function':
      return bindFunctionReference(binder, item)
    case 'join':
      return bindJoin(binder, item)
    case 'sample':
      return bindSample(binder, item)
    case 'jsonTable':
      throw unsupported('JSON_TABLE', item.position)
    default:
      return unreachable(item)
  }
}

export function missingRelation(
  binder: Binder,
  name: { readonly schema?: string | undefined; readonly name: string },
  position: number | undefined,
): SqlError {
  const written = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
  const known = binder.context.shared.withNames.has(name.name) && name.schema === undefined
  if (known) {
    return new SqlError('42P01', `relation "${written}" does not exist`, {
      detail: `There is a WITH item named "${name.name}", but it cannot be referenced from this part of the query.`,
      hint: 'Use WITH RECURSIVE, or re-order the WITH items to remove forward references.',
      position,
    })
  }
  return new SqlError('42P01', `relation "${written}" does not exist`, { position })
}

function bindTable(binder: Binder, ast: TableReference): BoundFrom {
  const { context, scope } = binder
  const { schema, name } = ast.relation
  const position = ast.relation.position ?? ast.position
  if (schema === undefined) {
    const common = scope.findCommonTable(name)
    if (common !== undefined) return bindCommonTable(binder, common, ast)
  }
  const relation = context.catalog.findRelation(schema, name, context.searchPath)
  if (relation === undefined) throw missingRelation(binder, ast.relation, position)
  checkReadable(relation, position)
  const access = context.noteAccess(relation, schema).add('r')
  const columnNames = relation.columns.map((column) => column.name)
  const names = aliasedNames(columnNames, ast.alias, position)
  const alias = ast.alias?.name ?? relation.name
  const itemSchema = ast.alias === undefined ? relation.schema : undefined
  if (relation.kind === 'v' && relation.viewText !== undefined) {
    const plan = bindView(context, relation, (query) => lockedSubquery(scope, alias, query))
    return makeDerivedItem(context, scope, plan, {
      alias,
      schema: itemSchema,
      names,
      relation,
      access,
      rowType: relation.rowType,
      origins: relation.columns.map((column) => ({
        table: relation.oid,
        attribute: column.number,
      })),
    })
  }
  const item = makeTableItem(context, scope, relation, { alias, schema: itemSchema, names, access })
  if (noteLockedTable(scope, item)) access.add('w')
  return { items: [item], build: () => item.build() }
}

function checkReadable(relation: Relation, position: number | undefined): void {
  const detail = {
    i: 'This operation is not supported for indexes.',
    c: 'This operation is not supported for composite types.',
  }[relation.kind as 'i' | 'c']
  if (detail === undefined) return
  throw new SqlError('42809', `cannot open relation "${relation.name}"`, { detail, position })
}

function bindCommonTable(binder: Binder, common: CommonTableEntry, ast: TableReference): BoundFrom {
  const { context, scope } = binder
  if (common.isModifying && common.columns.length === 0) {
    throw new SqlError('0A000', `WITH query "${common.name}" does not have a RETURNING clause`, {
      position: ast.relation.position,
    })
  }
  common.references += 1
  const names = aliasedNames(
    common.columns.map((column) => column.name),
    ast.alias,
    ast.relation.position,
  )
  const plan: PlanNode = {
    kind: 'cteScan',
    cte: common.id,
    name: common.name,
    columns: common.columns.map((column) => column.id),
    output: common.columns.map((column) => context.newColumn(column.name, column)),
  }
  const alias = ast.alias?.name ?? common.name
  refuseLocking(scope, alias, 'a WITH query')
  return makeDerivedItem(context, scope, plan, { alias, names })
}

function bindSubselect(binder: Binder, ast: SubselectReference): BoundFrom {
  const { context, scope } = binder
  const inner = new Scope(scope)
  const before = scope.lateralActive
  scope.lateralActive = ast.lateral
  try {
    const locked = lockedSubquery(scope, ast.alias?.name ?? '', ast.query)
    const query = bindSelectQuery(context, locked, inner)
    const names = aliasedNames(
      query.plan.output.map((column) => column.name),
      ast.alias,
      ast.position,
    )
    const alias = ast.alias?.name ?? ''
    return makeDerivedItem(context, scope, query.plan, { alias, names, origins: query.origins })
  } finally {
    scope.lateralActive = before
  }
}

function bindSample(binder: Binder, ast: SampleReference): BoundFrom {
  const bound = bindFromItem(binder, ast.item)
  const [item] = bound.items
  const relation = item?.relation
  if (item === undefined || relation === undefined || !isTableItem(item)) {
    throw new SqlError(
      '0A000',
      'TABLESAMPLE clause can only be applied to tables and materialized views',
      { position: 'position' in ast.item ? ast.item.position : ast.position },
    )
  }
  const method = ast.method.name
  if (method !== 'bernoulli' && method !== 'system') {
    throw new SqlError('42704', `tablesample method ${method} does not exist`, {
      position: ast.position,
    })
  }
  const [argument] = ast.args
  if (argument === undefined || ast.args.length !== 1) {
    throw new SqlError(
      '2202H',
      `tablesample method ${method} requires 1 argument, not ${ast.args.length}`,
      { position: ast.position },
    )
  }
  const { context, scope } = binder
  const bind = (expression: typeof argument, type: typeof TYPE.float4 | typeof TYPE.float8) =>
    inKind(scope, 'sample', () =>
      coerceToSpecificType(context, bindExpression(binder, expression), type, 'TABLESAMPLE'),
    )
  const percent = bind(argument, TYPE.float4)
  item.sample =
    ast.repeatable === undefined
      ? { method, percent }
      : { method, percent, seed: bind(ast.repeatable, TYPE.float8) }
  return bound
}

function isTableItem(item: RangeItem): item is TableItem {
  return 'sample' in item
}

/** Used by statements that write: the target table as a FROM item. */
export function openRelation(binder: Binder, ast: TableReference): Relation {
  const { context } = binder
  const position = ast.relation.position ?? ast.position
  const { schema, name } = ast.relation
  if (schema === undefined && binder.scope.findCommonTable(name) !== undefined) {
    throw new SqlError(
      '42809',
      `relation "${name}" cannot be the target of a modifying statement`,
      {
        position,
      },
    )
  }
  const relation = context.catalog.findRelation(schema, name, context.searchPath)
  if (relation === undefined) throw missingRelation(binder, ast.relation, position)
  return relation
}
