/** pg_get_constraintdef(), pg_get_indexdef(), pg_get_viewdef(), pg_get_expr() …: catalog rows back into SQL. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { IndexInfo, Oid, Relation } from '../catalog.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { rowAt, row as builtinRow } from '../builtin/builtin-lookup.ts'
import { builtinTable } from '../builtin/builtin-catalogs.ts'
import { parseTextArray } from '../describe/text-array.ts'
import { formatTypeName } from '../describe/format-type.ts'
import { quoteIdentifier, quoteLiteral, quoteQualified } from '../../types/text/quoting.ts'
import type { ConstraintRow } from '../rows/relation-rows.ts'
import { arrayNumbers, oidOf, vectorNumbers } from '../store/catalog-tables.ts'
import { deparsePretty } from '../../parse/deparse/expression.ts'
import { parseExpression } from '../../parse/parse.ts'
import type { CallContext, FunctionRegistry } from '../../functions/registry.ts'
import { relationDisplayName, snapshotOf, splitQualifiedName } from './call-catalog.ts'

export function registerDefinitions(registry: FunctionRegistry): void {
  registry.scalar('pg_get_constraintdef', (context: CallContext, oid: number) =>
    constraintDefinition(context, oidOf(oid), false),
  )
  registry.scalar(
    'pg_get_constraintdef_ext',
    (context: CallContext, oid: number, pretty: boolean) =>
      constraintDefinition(context, oidOf(oid), pretty),
  )
  registry.scalar('pg_get_indexdef', (context: CallContext, oid: number) =>
    indexDefinition(context, oidOf(oid), 0, false),
  )
  registry.scalar(
    'pg_get_indexdef_ext',
    (context: CallContext, oid: number, column: number, pretty: boolean) =>
      indexDefinition(context, oidOf(oid), column, pretty),
  )
  registry.scalar('pg_get_expr', (context: CallContext, text: string) =>
    displayExpression(context, text),
  )
  registry.scalar(
    'pg_get_expr_ext',
    (context: CallContext, text: string, _relation: number, pretty: boolean) =>
      pretty ? prettyExpression(context, text) : displayExpression(context, text),
  )
  for (const symbol of ['pg_get_viewdef', 'pg_get_viewdef_ext', 'pg_get_viewdef_wrap']) {
    registry.scalar(symbol, (context: CallContext, oid: number) =>
      viewDefinition(context, oidOf(oid)),
    )
  }
  for (const symbol of ['pg_get_viewdef_name', 'pg_get_viewdef_name_ext']) {
    registry.scalar(symbol, (context: CallContext, name: string) =>
      viewDefinition(context, namedRelation(context, name).oid),
    )
  }
  registry.scalar('pg_get_serial_sequence', (context: CallContext, table: string, column: string) =>
    serialSequence(context, table, column),
  )
  registry.scalar('pg_get_partkeydef', () => null)
  // There are no triggers.
  registry.scalar('pg_get_triggerdef', () => null)
  registry.scalar('pg_get_triggerdef_ext', () => null)
  // There are no extended statistics.
  for (const symbol of ['', '_columns', '_expressions']) {
    registry.scalar(`pg_get_statisticsobjdef${symbol}`, () => null)
  }
  registry.scalar('pg_get_ruledef', ruleDefinition)
  registry.scalar('pg_get_ruledef_ext', ruleDefinition)
}

/** Stored expressions name sequences by OID; people read names. */
export function displayExpression(context: CallContext, text: string): string {
  const catalog = snapshotOf(context)
  // Several index expressions are kept as a JSON array of texts.
  const joined = text.startsWith('[') ? (JSON.parse(text) as string[]).join(', ') : text
  const named = joined.replace(/'(\d{5,})'::regclass/g, (whole, digits: string) => {
    const oid = oidOf(Number(digits))
    if (catalog.classRow(oid) === undefined) return whole
    const name = relationDisplayName(catalog, oid, context.session.searchPath)
    return `${quoteLiteral(name)}::regclass`
  })
  return withoutVisibleSchemas(named, catalog, context.session.searchPath)
}

/** Stored expressions name types and functions with their schemas; people read those that the path finds without. */
function withoutVisibleSchemas(
  text: string,
  catalog: CatalogSnapshot,
  searchPath: readonly string[],
): string {
  if (!text.includes('.')) return text
  const name = '"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*'
  const pattern = new RegExp(`'(?:[^']|'')*'|(?<![\\w."])(${name})\\.(${name})`, 'g')
  return text.replace(pattern, (whole, schema?: string, object?: string) => {
    if (schema === undefined || object === undefined) return whole
    const [from, plain] = [schema, object].map(unquote)
    if (from === undefined || plain === undefined || !searchPath.includes(from)) return whole
    const type = catalog.findType(undefined, plain, searchPath)?.schema
    const routine = catalog.functionsNamed(undefined, plain, searchPath)
    const isRoutine = routine.length > 0 && routine.every((proc) => proc.schema === from)
    return type === from || isRoutine ? object : whole
  })
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function columnNames(catalog: CatalogSnapshot, relation: Oid, numbers: readonly number[]): string {
  const attributes = catalog.attributes(relation)
  return numbers
    .map((number) =>
      quoteIdentifier(attributes.find((one) => one.attnum === number)?.attname ?? ''),
    )
    .join(', ')
}

/** Several index expressions together stay as they are. */
function prettyExpression(context: CallContext, text: string, isDomainCheck = false): string {
  const shown = displayExpression(context, text)
  return text.startsWith('[') ? shown : deparsePretty(parseExpression(shown), isDomainCheck)
}

function constraintDefinition(context: CallContext, oid: Oid, pretty: boolean): string | null {
  const catalog = snapshotOf(context)
  const row =
    catalog.data.rows('pg_constraint').find('oid', oid) ?? builtinRow('pg_constraint', 'oid', oid)
  if (row === undefined) return null
  const parts = [constraintBody(context, catalog, row, pretty)]
  if (row.condeferrable) parts.push('DEFERRABLE')
  if (row.condeferred) parts.push('INITIALLY DEFERRED')
  if (!row.convalidated) parts.push('NOT VALID')
  return parts.join(' ')
}

function constraintBody(
  context: CallContext,
  catalog: CatalogSnapshot,
  row: ConstraintRow,
  pretty: boolean,
): string {
  switch (row.contype) {
    case 'c': {
      const show = pretty ? prettyExpression : displayExpression
      const check = `CHECK (${show(context, row.conbin ?? '', row.contypid !== 0)})`
      return row.connoinherit ? `${check} NO INHERIT` : check
    }
    case 'f':
      return foreignKeyBody(context, catalog, row)
    case 'n':
      return 'NOT NULL'
    default:
      return keyBody(catalog, row)
  }
}

function keyBody(catalog: CatalogSnapshot, row: ConstraintRow): string {
  const index =
    catalog.data.rows('pg_index').find('indexrelid', row.conindid) ??
    builtinRow('pg_index', 'indexrelid', row.conindid)
  const numbers = vectorNumbers(index?.indkey ?? '')
  const keys = index?.indnkeyatts ?? numbers.length
  const nulls = index?.indnullsnotdistinct === true ? ' NULLS NOT DISTINCT' : ''
  const word = row.contype === 'p' ? 'PRIMARY KEY' : `UNIQUE${nulls}`
  const included = numbers.slice(keys)
  const include =
    included.length === 0 ? '' : ` INCLUDE (${columnNames(catalog, row.conrelid, included)})`
  return `${word} (${columnNames(catalog, row.conrelid, arrayNumbers(row.conkey))})${include}`
}

const ACTIONS: Readonly<Record<string, string>> = {
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

function foreignKeyBody(
  context: CallContext,
  catalog: CatalogSnapshot,
  row: ConstraintRow,
): string {
  const own = columnNames(catalog, row.conrelid, arrayNumbers(row.conkey))
  const other = columnNames(catalog, row.confrelid, arrayNumbers(row.confkey))
  const table = relationDisplayName(catalog, row.confrelid, context.session.searchPath)
  const parts = [`FOREIGN KEY (${own}) REFERENCES ${table}(${other})`]
  if (row.confmatchtype === 'f') parts.push('MATCH FULL')
  const [update, remove] = [ACTIONS[row.confupdtype], ACTIONS[row.confdeltype]]
  if (update !== undefined) parts.push(`ON UPDATE ${update}`)
  if (remove !== undefined) {
    const columns = arrayNumbers(row.confdelsetcols)
    const list = columns.length === 0 ? '' : ` (${columnNames(catalog, row.conrelid, columns)})`
    parts.push(`ON DELETE ${remove}${list}`)
  }
  return parts.join(' ')
}

function indexDefinition(
  context: CallContext,
  oid: Oid,
  column: number,
  pretty: boolean,
): string | null {
  const catalog = snapshotOf(context)
  const row = catalog.data.rows('pg_index').find('indexrelid', oid)
  const table = row === undefined ? undefined : catalog.relation(row.indrelid)
  const index = table?.indexes.find((candidate) => candidate.oid === oid)
  if (row === undefined || table === undefined || index === undefined) return null
  const keys = index.keys.map((_, i) => keyText(context, table, index, i, pretty))
  if (column > 0)
    return (
      keys[column - 1]?.bare ??
      columnNames(
        catalog,
        table.oid,
        index.included.slice(column - 1 - keys.length, column - keys.length),
      )
    )
  const classes = vectorNumbers(row.indclass)
  const elements = keys.map(
    (key, i) => key.full + opclassText(classes[i] ?? 0) + orderText(index, i),
  )
  const tableName = pretty
    ? relationDisplayName(catalog, table.oid, context.session.searchPath)
    : quoteQualified(table.schema, table.name)
  const parts = [`CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)}`]
  parts.push(`ON ${tableName} USING ${index.method} (${elements.join(', ')})`)
  if (index.included.length > 0)
    parts.push(`INCLUDE (${columnNames(catalog, table.oid, index.included)})`)
  if (index.nullsNotDistinct) parts.push('NULLS NOT DISTINCT')
  const options = parseTextArray(catalog.classRow(oid)?.reloptions ?? null)
  if (options.length > 0) parts.push(`WITH (${options.map(optionText).join(', ')})`)
  if (index.predicate !== undefined) {
    const show = pretty ? prettyExpression : displayExpression
    parts.push(`WHERE ${show(context, index.predicate)}`)
  }
  return parts.join(' ')
}

function optionText(option: string): string {
  const [name = '', value = ''] = option.split('=')
  return `${name}='${value}'`
}

/** A function call stands as it is; any other expression in parentheses. */
const FUNCTION_CALL = /^("[^"]+"|[a-z_][\w.$]*)\(/i

function keyText(
  context: CallContext,
  table: Relation,
  index: IndexInfo,
  i: number,
  pretty: boolean,
): { readonly bare: string; readonly full: string } {
  const key = index.keys[i]
  const column = table.columns.find((candidate) => candidate.number === key?.column)
  const collate = collationText(
    context,
    key?.collation ?? oidOf(0),
    column?.collation ?? oidOf(100),
  )
  if (column !== undefined) {
    const name = quoteIdentifier(column.name)
    return { bare: name, full: name + collate }
  }
  const text = (pretty ? prettyExpression : displayExpression)(context, key?.expression ?? '')
  const bare = FUNCTION_CALL.test(text) && text.endsWith(')') ? text : `(${text})`
  return { bare, full: bare + collate }
}

function collationText(context: CallContext, collation: Oid, otherwise: Oid): string {
  if (collation === 0 || collation === otherwise) return ''
  const row =
    builtinRow('pg_collation', 'oid', collation) ??
    snapshotOf(context).data.rows('pg_collation').find('oid', collation)
  return row === undefined ? '' : ` COLLATE ${quoteIdentifier(row.collname)}`
}

function opclassText(opclass: number): string {
  const position = builtinTable('pg_opclass').find('oid', opclass)
  if (position === undefined) return ''
  const row = rowAt('pg_opclass', position)
  return row.opcdefault ? '' : ` ${quoteIdentifier(row.opcname)}`
}

function orderText(index: IndexInfo, i: number): string {
  const key = index.keys[i]
  if (key === undefined || index.method !== 'btree') return ''
  if (key.descending) return key.nullsFirst ? ' DESC' : ' DESC NULLS LAST'
  return key.nullsFirst ? ' NULLS FIRST' : ''
}

function viewDefinition(context: CallContext, oid: Oid): string | null {
  const catalog = snapshotOf(context)
  const text = catalog.rewriteRule(oid)?.ev_action
  if (text === undefined) return null
  // pg_get_viewdef() begins with a space and ends with a semicolon; the built-in texts have both.
  const body = text.trim().replace(/;$/, '')
  return ` ${body};`
}

function ruleDefinition(context: CallContext, oid: number): string | null {
  const rule = snapshotOf(context).data.rows('pg_rewrite').find('oid', oidOf(oid))
  if (rule === undefined) return null
  const view = relationDisplayName(snapshotOf(context), rule.ev_class, [])
  return `CREATE RULE ${quoteIdentifier(rule.rulename)} AS\n    ON SELECT TO ${view} DO INSTEAD  ${rule.ev_action};`
}

function namedRelation(context: CallContext, name: string): Relation {
  const parts = splitQualifiedName(name)
  const relation =
    parts === undefined
      ? undefined
      : snapshotOf(context).findRelation(
          parts.at(-2),
          parts.at(-1) ?? '',
          context.session.searchPath,
        )
  if (relation !== undefined) return relation
  throw new SqlError('42P01', `relation "${parts?.join('.') ?? name}" does not exist`)
}

function serialSequence(context: CallContext, table: string, columnName: string): string | null {
  const catalog = snapshotOf(context)
  const relation = namedRelation(context, table)
  const column = relation.columns.find((candidate) => candidate.name === columnName)
  if (column === undefined) {
    throw new SqlError(
      '42703',
      `column "${columnName}" of relation "${relation.name}" does not exist`,
    )
  }
  for (const row of catalog.data.rows('pg_depend').where('refobjid', relation.oid)) {
    if (row.refobjsubid !== column.number || (row.deptype !== 'a' && row.deptype !== 'i')) continue
    const sequence = catalog.sequence(row.objid)
    if (sequence !== undefined) return quoteQualified(sequence.schema, sequence.name)
  }
  return null
}

/** format_type(oid, typmod): a null modifier is another thing than -1. */
export function registerFormatType(registry: FunctionRegistry): void {
  registry.scalar(
    'format_type',
    (context: CallContext, oid: number | null, typmod: number | null) => {
      if (oid === null) return null
      return formatTypeName(
        snapshotOf(context),
        oidOf(oid),
        typmod ?? undefined,
        context.session.searchPath,
      )
    },
  )
}
