/**
 * Simple views are written through: the statement is bound against the base table, with names and conditions seen through
 * the view. A view qualifies if each of its rows is a row of one table (view_query_is_auto_updatable).
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Column, Relation } from '../../../catalog/catalog.ts'
import { viewObstacle } from '../../../catalog/describe/view-updatability.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { SelectQuery } from '../../../parse/ast/select.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { type AccessLetter, type RelationAccess, noteReads } from '../../context/relation-access.ts'
import { type RangeItem, Scope } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import { type Target, expandTargets } from '../../expression/name/expand-star.ts'
import { viewQuery } from '../../query/from/bind-view.ts'
import { VISIBLE } from '../../query/from/from-item.ts'
import { coerceToBoolean } from '../../resolve/coercion/coerce.ts'
import { NO_OID } from '../../resolve/type-oids.ts'

export interface WritableView {
  readonly view: Relation
  /** The table at the bottom, and the view directly above it that this one reads, if any. */
  readonly table: Relation
  /** Of the relations below the view, the table's last. */
  readonly accesses: readonly RelationAccess[]
  /** Shows an item of the table as an item of the view. */
  wrap(item: RangeItem, alias: string): RangeItem
  /** WHERE of this view and those below it, over an item of the table. */
  conditions(item: RangeItem): readonly Expression[]
  /** Notes in the relations below that the column is written. */
  noteWrite(name: string, letter: AccessLetter): void
  /** The table's column behind a column of the view; undefined when it is computed. */
  baseColumn(name: string): Column | undefined
  /** Conditions that written rows must meet: WITH CHECK OPTION. */
  checks(item: RangeItem): readonly { readonly view: string; readonly expression: Expression }[]
}

/** `verbs`: "insert into" / "inserting into" / "INSERT" for the error. */
export function openWritableView(
  context: BindContext,
  view: Relation,
  verbs: { readonly verb: string; readonly gerund: string; readonly event: string },
): WritableView {
  const inner = context.insideView(view)
  const query = viewQuery(view)
  const detail = viewObstacle(inner.catalog, inner.searchPath, query)
  const from = query.kind === 'select' ? query.from[0] : undefined
  if (detail !== undefined || query.kind !== 'select' || from?.kind !== 'table') {
    throw new SqlError('55000', `cannot ${verbs.verb} view "${view.name}"`, {
      detail,
      hint: `To enable ${verbs.gerund} the view, provide an INSTEAD OF ${verbs.event} trigger or an unconditional ON ${verbs.event} DO INSTEAD rule.`,
    })
  }
  const { relation: name, alias } = from
  const below = inner.catalog.findRelation(name.schema, name.name, inner.searchPath)
  if (below === undefined) {
    throw new SqlError('42P01', `relation "${name.name}" does not exist`)
  }
  const access = inner.noteAccess(below)
  const nested = below.kind === 'v' ? openWritableView(inner, below, verbs) : undefined
  return makeWritableView({
    context: inner,
    view,
    query,
    below,
    nested,
    access,
    innerAlias: alias?.name ?? name.name,
  })
}

interface Parts {
  readonly context: BindContext
  readonly view: Relation
  readonly query: SelectQuery
  readonly below: Relation
  readonly nested: WritableView | undefined
  readonly access: RelationAccess
  readonly innerAlias: string
}

function makeWritableView(parts: Parts): WritableView {
  const { context, view, query, below, nested, innerAlias } = parts
  const lower = (item: RangeItem): RangeItem =>
    nested === undefined
      ? { ...item, alias: innerAlias }
      : noteReads(nested.wrap(item, innerAlias), parts.access)
  const scopeOver = (item: RangeItem): Scope => {
    const scope = new Scope()
    scope.items = [{ ...lower(item), ...VISIBLE }]
    return scope
  }
  const targets = (item: RangeItem): readonly Target[] =>
    expandTargets({ context, scope: scopeOver(item) }, query.targets)
  const condition = (item: RangeItem, where: Ast): Expression => {
    const scope = scopeOver(item)
    scope.kind = 'where'
    return coerceToBoolean(context, bindExpression({ context, scope }, where), 'WHERE')
  }
  const ownConditions = (item: RangeItem): readonly Expression[] =>
    query.where === undefined ? [] : [condition(item, query.where)]
  return {
    view,
    table: nested?.table ?? below,
    accesses: [parts.access, ...(nested?.accesses ?? [])],
    wrap: (item, alias) => viewItem(view, item, alias, () => targets(item)),
    conditions: (item) => [...(nested?.conditions(item) ?? []), ...ownConditions(item)],
    noteWrite(name, letter) {
      const lower = lowerName(parts, name)
      parts.access.add(letter, below.columns.find((column) => column.name === lower)?.number)
      if (lower !== undefined) nested?.noteWrite(lower, letter)
    },
    baseColumn: (name) => findBaseColumn(parts, name),
    checks(item) {
      const lowerChecks = nested?.checks(item) ?? []
      if (view.viewCheckOption === undefined) return lowerChecks
      // CASCADED checks the views below as well, whether they ask for it or not.
      const cascaded =
        view.viewCheckOption === 'cascaded' && nested !== undefined ? nested.conditions(item) : []
      const made = [...cascaded, ...ownConditions(item)]
      return [...lowerChecks, ...made.map((expression) => ({ view: view.name, expression }))]
    },
  }
}

/** Follows a view's column down to the table: only plain columns qualify. */
function findBaseColumn(parts: Parts, name: string): Column | undefined {
  const lower = lowerName(parts, name)
  if (lower === undefined) return undefined
  if (parts.nested !== undefined) return parts.nested.baseColumn(lower)
  return parts.below.columns.find((column) => column.name === lower)
}

/** What the relation directly below calls the column. */
function lowerName({ view, query, below }: Parts, name: string): string | undefined {
  const index = view.columns.findIndex((column) => column.name === name)
  const names = query.targets.flatMap(({ expression }): readonly (string | undefined)[] => {
    if (expression.kind !== 'column') return [undefined]
    if (expression.star) return below.columns.map((column) => column.name)
    return [expression.parts.at(-1)]
  })
  return names[index]
}

function viewItem(
  view: Relation,
  item: RangeItem,
  alias: string,
  bindTargets: () => readonly Target[],
): RangeItem {
  let bound: readonly Target[] | undefined
  const names = view.columns.map((column) => column.name)
  const column = (index: number): Expression => {
    bound ??= bindTargets()
    const target = bound[index]
    if (target === undefined) throw new RangeError(`no column ${index} in view ${view.name}`)
    return target.expression
  }
  return {
    ...VISIBLE,
    alias,
    relation: view,
    names,
    column,
    origin: (index) => ({ table: view.oid, attribute: view.columns[index]?.number ?? 0 }),
    wholeRow: () => ({
      kind: 'row',
      fields: names.map((_, i) => column(i)),
      names,
      type: view.rowType,
      typmod: -1,
      collation: NO_OID,
    }),
    lateralAllowed: item.lateralAllowed,
  }
}
