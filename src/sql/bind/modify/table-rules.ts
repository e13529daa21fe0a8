/**
 * A table's rules as modify nodes want them: defaults, generated columns, checks and index keys, bound from the catalog's SQL
 * text. Bound once per catalog version over template column ids, and given the statement's own ids at each use.
 */
import type { Catalog, Column, IndexInfo, Oid, Relation } from '../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../../plan/expression.ts'
import { columnReference, mapRules, rewriteDeep } from '../../plan/plan-tree.ts'
import type { OutputColumn, TableRules } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { RangeItem } from '../context/scope.ts'
import { bindStoredExpression } from '../expression/bind-stored-expression.ts'
import { VISIBLE } from '../query/from/from-item.ts'
import { coerceToBoolean, coerceToTarget, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { droppedColumn } from './target/dropped-column.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { domainDefault } from '../../catalog/base-type.ts'

interface Template {
  readonly rules: TableRules
  /** Bound defaults by column number; null = no default. */
  readonly defaults: Map<number, Expression | null>
}

const templates = new WeakMap<Catalog, Map<Oid, Template>>()

/** Columns of the row by tree position; dropped ones are there, but nothing refers to them. */
export function rowColumns(
  relation: Relation,
  newColumn: (column: Pick<Column, 'name' | 'type' | 'typmod' | 'collation'>) => OutputColumn,
): readonly OutputColumn[] {
  const live = new Map(relation.columns.map((column) => [column.position, column]))
  return Array.from({ length: relation.treeWidth }, (_, position) =>
    newColumn(live.get(position) ?? droppedColumn(relation, position)),
  )
}

/** The table under `alias`, with `row` as its columns: for RETURNING, checks, ON CONFLICT. */
export function rowItem(
  relation: Relation,
  row: readonly OutputColumn[],
  alias: string,
): RangeItem {
  const column = (index: number): Expression => {
    const position = relation.columns[index]?.position ?? -1
    const output = row[position]
    if (output === undefined) throw new RangeError(`no column ${index} in ${relation.name}`)
    return columnReference(output)
  }
  const names = relation.columns.map((one) => one.name)
  return {
    ...VISIBLE,
    alias,
    schema: alias === relation.name ? relation.schema : undefined,
    relation,
    names,
    column,
    origin: (index) => ({ table: relation.oid, attribute: relation.columns[index]?.number ?? 0 }),
    wholeRow: () => ({
      kind: 'row',
      fields: names.map((_, i) => column(i)),
      names,
      type: relation.rowType,
      typmod: -1,
      collation: NO_OID,
    }),
  }
}

function templateOf(context: BindContext, relation: Relation): Template {
  let byTable = templates.get(context.catalog)
  if (byTable === undefined) templates.set(context.catalog, (byTable = new Map()))
  const known = byTable.get(relation.oid)
  if (known !== undefined && known.rules.foreignKeys === relation.foreignKeys) return known
  const made = { rules: bindRules(context, relation), defaults: new Map() }
  byTable.set(relation.oid, made)
  return made
}

function bindRules(context: BindContext, relation: Relation): TableRules {
  let id = 0
  // Template ids are negative: no statement's ids are.
  const row = rowColumns(relation, ({ name, type, typmod, collation }) => ({
    id: --id as ColumnId, // why: template ids come from this counter only
    name,
    type,
    typmod,
    collation,
  }))
  const item = rowItem(relation, row, relation.name)
  return {
    row,
    generated: relation.columns
      .filter((column) => column.generated === 's' && column.defaultText !== undefined)
      .map((column) => ({
        position: column.position,
        expression: bindForColumn(context, column, column.defaultText ?? '', 'generated', item),
      })),
    notNull: relation.columns
      .filter((column) => column.notNull)
      .map(({ position, name }) => ({ position, name })),
    checks: relation.checks.map((check) => ({
      name: check.name,
      expression: coerceToBoolean(
        context,
        bindStoredExpression(context, check.expression, 'check', item),
        'CHECK',
      ),
    })),
    indexes: relation.indexes.map((index) => bindIndex(context, relation, index, item)),
    foreignKeys: relation.foreignKeys,
    referencedBy: relation.referencedBy,
  }
}

function bindIndex(
  context: BindContext,
  relation: Relation,
  index: IndexInfo,
  item: RangeItem,
): TableRules['indexes'][number] {
  const keys = index.keys.map((key) => {
    if (key.expression !== undefined) {
      const bound = bindStoredExpression(context, key.expression, 'indexExpression', item)
      return resolveUnknown(context, bound)
    }
    return item.column(relation.columns.findIndex((column) => column.number === key.column))
  })
  if (index.predicate === undefined) return { index, keys }
  const bound = bindStoredExpression(context, index.predicate, 'indexPredicate', item)
  return { index, keys, predicate: coerceToBoolean(context, bound, 'WHERE') }
}

function bindForColumn(
  context: BindContext,
  column: Column,
  text: string,
  kind: 'default' | 'generated',
  item?: RangeItem,
): Expression {
  const bound = bindStoredExpression(context, text, kind, item)
  return coerceToTarget(context, bound, column, 'assignment') ?? bound
}

/** The rules with this statement's column ids. */
export function tableRules(context: BindContext, relation: Relation): TableRules {
  const { rules } = templateOf(context, relation)
  const row = rowColumns(relation, (column) => context.newColumn(column.name, column))
  // For what RETURNING describes to the client.
  for (const { position, number } of relation.columns) {
    const id = row[position]?.id
    if (id !== undefined) context.shared.origins.set(id, { table: relation.oid, attribute: number })
  }
  const replacement = new Map(rules.row.map((column, i) => [column.id, row[i]?.id ?? column.id]))
  const rename = (expression: Expression): Expression =>
    rewriteDeep(expression, (one) =>
      one.kind === 'column' ? { ...one, column: replacement.get(one.column) ?? one.column } : one,
    )
  return { ...mapRules(rules, rename), row }
}

/** DEFAULT of a column: its own, its identity sequence's, or its domain's. undefined: null. */
export function columnDefault(
  context: BindContext,
  relation: Relation,
  column: Column,
): Expression | undefined {
  if (column.generated !== undefined) return undefined
  const { defaults } = templateOf(context, relation)
  const known = defaults.get(column.number)
  if (known !== undefined) return known ?? undefined
  const text = column.defaultText ?? domainDefault(context.catalog, column.type)
  const bound = text === undefined ? null : bindForColumn(context, column, text, 'default')
  defaults.set(column.number, bound)
  return bound ?? undefined
}

/** What a column without value and default gets: null, checked if the type is a domain. */
export function nullValue(context: BindContext, column: Column): Expression {
  const literal: Expression = {
    kind: 'constant',
    value: null,
    type: TYPE.unknown,
    typmod: -1,
    collation: NO_OID,
  }
  return coerceToTarget(context, literal, column, 'implicit') ?? literal
}
