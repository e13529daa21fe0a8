/**
 * FROM items as the scope sees them, and the plans they become. Plans are built only after the whole query level is
 * bound, so that a scan puts out just the columns that something refers to.
 */
import { columnReference } from '../../../plan/plan-tree.ts'
import { SqlError, unsupported } from '../../../../errors/sql-error.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type { ColumnReference, Expression } from '../../../plan/expression.ts'
import type { OutputColumn, PlanNode, ScanNode, ScanSource } from '../../../plan/plan-node.ts'
import type { BindContext } from '../../context/bind-context.ts'
import type { RelationAccess } from '../../context/relation-access.ts'
import type { RangeItem, Scope } from '../../context/scope.ts'
import { NO_OID, TYPE } from '../../resolve/type-oids.ts'

/** One FROM entry bound: what it adds to the scope, and its plan. */
export interface BoundFrom {
  readonly items: readonly RangeItem[]
  /** Called once, when nothing more will be bound over the items. */
  build(): PlanNode
}

export interface TableItem extends RangeItem {
  readonly relation: Relation
  sample: ScanNode['sample']
  /** Reads the row's id, as UPDATE and DELETE do. */
  rowId(): ColumnReference
  build(): PlanNode
}

/** Flags of an item that is plainly there. */
export const VISIBLE = {
  relationVisible: true,
  columnsVisible: true,
  lateralOnly: false,
  lateralAllowed: true,
  nullable: false,
}

export interface TableItemOptions {
  readonly alias: string
  /** Schema for s.t.c references; none when an alias hides the name. */
  readonly schema: string | undefined
  readonly names: readonly string[]
  /** Notes the columns that are read. */
  readonly access?: RelationAccess
}

/** A stored or system table. */
export function makeTableItem(
  context: BindContext,
  scope: Scope,
  relation: Relation,
  options: TableItemOptions,
): TableItem {
  const output: OutputColumn[] = []
  const sources: ScanSource[] = []
  const made: (ColumnReference | undefined)[] = []
  const system = new Map<string, ColumnReference>()
  const add = (column: OutputColumn, source: ScanSource, attribute: number): ColumnReference => {
    output.push(column)
    sources.push(source)
    scope.ownColumns.set(column.id, {
      alias: options.alias,
      name: column.name,
      relation,
      attribute,
      item,
    })
    return columnReference(column)
  }
  const columnAt = (index: number): ColumnReference => {
    const known = made[index]
    if (known !== undefined) return known
    const column = relation.columns[index]
    if (column === undefined) throw new RangeError(`no column ${index} in ${relation.name}`)
    const out = context.newColumn(options.names[index] ?? column.name, column)
    context.shared.origins.set(out.id, { table: relation.oid, attribute: column.number })
    const source: ScanSource = { kind: 'attribute', position: column.position }
    const result = add(out, source, column.number)
    made[index] = result
    return result
  }
  const systemAt = (name: 'ctid' | 'tableoid'): ColumnReference => {
    const known = system.get(name)
    if (known !== undefined) return known
    const type = name === 'ctid' ? TYPE.tid : TYPE.oid
    const out = context.newColumn(name, { type, typmod: -1, collation: NO_OID })
    const kind = name === 'ctid' ? 'rowId' : 'tableOid'
    const result = add(out, { kind }, 0)
    system.set(name, result)
    return result
  }
  const item: TableItem = {
    ...VISIBLE,
    alias: options.alias,
    schema: options.schema,
    relation,
    names: options.names,
    sample: undefined,
    column(index) {
      options.access?.add('r', relation.columns[index]?.number)
      return columnAt(index)
    },
    origin: (index) => ({
      table: relation.oid,
      attribute: relation.columns[index]?.number ?? 0,
    }),
    systemColumn: (name) => systemColumn(name, systemAt),
    wholeRow: () => wholeRowOf(item, () => systemAt('ctid')),
    rowId: () => systemAt('ctid'),
    build: () => buildScan(relation, options.alias, output, sources, item.sample),
  }
  return item
}

/** The item as one value; under an outer join the row as such is null where there was none. */
function wholeRowOf(item: TableItem, rowId: () => ColumnReference): Expression {
  const { relation } = item
  const fields = relation.columns.map((_, i) => item.column(i))
  const names = relation.columns.map((column) => column.name)
  const row = makeRow(relation.rowType, fields, names)
  if (!item.nullable) return row
  return nullableRow(row, relation.tree === undefined ? fields[0] : rowId())
}

function systemColumn(
  name: string,
  systemAt: (name: 'ctid' | 'tableoid') => ColumnReference,
): ColumnReference | undefined {
  if (name === 'ctid' || name === 'tableoid') return systemAt(name)
  if (name === 'xmin' || name === 'xmax' || name === 'cmin' || name === 'cmax') {
    throw unsupported(`system column "${name}"`)
  }
  return undefined
}

function buildScan(
  relation: Relation,
  alias: string,
  output: readonly OutputColumn[],
  sources: readonly ScanSource[],
  sample: ScanNode['sample'],
): PlanNode {
  const common = { relation, alias, sources, output }
  if (relation.tree === undefined) return { kind: 'systemScan', ...common }
  const scan: ScanNode = { kind: 'scan', tree: relation.tree, ...common }
  return sample === undefined ? scan : { ...scan, sample }
}

function makeRow(
  type: Expression['type'],
  fields: readonly Expression[],
  names: readonly string[],
): Expression {
  return { kind: 'row', fields, names, type, typmod: -1, collation: NO_OID }
}

/** CASE WHEN marker IS NOT NULL THEN row END; `marker` is never null in a row that exists. */
function nullableRow(row: Expression, marker: Expression | undefined): Expression {
  if (marker === undefined) return row
  const { type } = row
  const when: Expression = {
    kind: 'nullTest',
    input: marker,
    negated: true,
    type: TYPE.bool,
    typmod: -1,
    collation: NO_OID,
  }
  const otherwise: Expression = {
    kind: 'constant',
    value: null,
    type,
    typmod: -1,
    collation: NO_OID,
  }
  const branches = [{ when, then: row }]
  return { kind: 'case', branches, otherwise, type, typmod: -1, collation: NO_OID }
}

export interface DerivedOptions {
  readonly alias: string
  readonly names: readonly string[]
  readonly origins?: readonly { readonly table: number; readonly attribute: number }[]
  /** Views and functions returning a composite type have a row type; else record. */
  readonly rowType?: Expression['type']
  /** A function with a scalar result: its name alone is the value itself. */
  readonly isScalar?: boolean
  readonly relation?: Relation
  readonly schema?: string | undefined
  /** Of a view: notes the columns that are read. */
  readonly access?: RelationAccess
}

/** A sub-select, function, VALUES list, CTE or view: all columns are there already. */
export function makeDerivedItem(
  context: BindContext,
  scope: Scope,
  plan: PlanNode,
  options: DerivedOptions,
): RangeItem & BoundFrom {
  const references = plan.output.map((column) => columnReference(column))
  let marker: OutputColumn | undefined
  const origin = (index: number): { table: number; attribute: number } =>
    options.origins?.[index] ?? { table: 0, attribute: 0 }
  const item: RangeItem & { items: readonly RangeItem[]; build(): PlanNode } = {
    ...VISIBLE,
    items: [],
    alias: options.alias,
    schema: options.schema,
    relation: options.relation,
    names: options.names,
    column(index) {
      const column = references[index]
      if (column === undefined) throw new RangeError(`no column ${index} in ${options.alias}`)
      options.access?.add('r', options.relation?.columns[index]?.number)
      return column
    },
    origin,
    wholeRow() {
      for (const column of options.relation?.columns ?? []) options.access?.add('r', column.number)
      const [only] = references
      if (options.isScalar === true && only !== undefined) return only
      const visible = references.slice(0, options.names.length)
      const row = makeRow(options.rowType ?? TYPE.record, visible, options.names)
      if (!item.nullable) return row
      marker ??= ownColumn(context, scope, item, 'marker')
      return nullableRow(row, columnReference(marker))
    },
    build: () => (marker === undefined ? plan : addMarker(plan, marker)),
  }
  item.items = [item]
  plan.output.forEach((column, i) => {
    const { table, attribute } = origin(i)
    if (table !== 0) context.shared.origins.set(column.id, { table, attribute })
    const name = options.names[i] ?? column.name
    scope.ownColumns.set(column.id, { alias: options.alias, name, attribute: 0, item })
  })
  return item
}

function ownColumn(
  context: BindContext,
  scope: Scope,
  item: RangeItem,
  name: string,
): OutputColumn {
  const column = context.newColumn(name, { type: TYPE.bool, typmod: -1, collation: NO_OID })
  scope.ownColumns.set(column.id, { alias: item.alias, name, attribute: 0, item })
  return column
}

/** A column that is true in every row of the plan. */
function addMarker(plan: PlanNode, marker: OutputColumn): PlanNode {
  const truth: Expression = {
    kind: 'constant',
    value: true,
    type: TYPE.bool,
    typmod: -1,
    collation: NO_OID,
  }
  // The other columns keep their ids: references to them are out already.
  return {
    kind: 'project',
    input: plan,
    expressions: [...plan.output.map((column) => columnReference(column)), truth],
    output: [...plan.output, marker],
  }
}

/** Column aliases of the item: t(a, b). */
export function aliasedNames(
  names: readonly string[],
  alias: { readonly name: string; readonly columns: readonly string[] } | undefined,
  position: number | undefined,
): readonly string[] {
  if (alias === undefined || alias.columns.length === 0) return names
  if (alias.columns.length > names.length) {
    throw new SqlError(
      '42P10',
      `table "${alias.name}" has ${names.length} columns available but ${alias.columns.length} columns specified`,
      { position },
    )
  }
  return names.map((name, i) => alias.columns[i] ?? name)
}
