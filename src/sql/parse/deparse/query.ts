/** Queries → SQL text, in the layout of pg_get_viewdef(). */
import { unsupported } from '../../../errors/sql-error.ts'
import type {
  GroupItem,
  LockingClause,
  Query,
  SelectQuery,
  SelectTarget,
  SetOperationQuery,
  ValuesQuery,
  WithClause,
} from '../ast/select.ts'
import { defaultColumnName, UNNAMED_COLUMN } from './column-name.ts'
import { writeExpression } from './expression.ts'
import { writeFromItems } from './from-item.ts'
import { writeSortItems, writeSortKey, writeWindow } from './function-call.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import { DeparseWriter, INDENT } from './writer.ts'

/** A query over several lines, without the final semicolon. */
export function deparseQuery(query: Query): string {
  const writer = new DeparseWriter(true)
  writeQuery(writer, query)
  return writer.toString()
}

/**
 * `namesVisible`: somebody can refer to the columns by name, so that even ?column? is worth
 * saying.
 */
export function writeQuery(writer: DeparseWriter, query: Query, namesVisible = true): void {
  const { level } = writer
  if (query.with) writeWith(writer, query.with)
  writeBody(writer, query, namesVisible)
  writeTail(writer, query)
  writer.level = level
}

function writeBody(writer: DeparseWriter, query: Query, namesVisible: boolean): void {
  if (query.kind === 'setOperation') return writeSetOperation(writer, query, namesVisible)
  if (writer.indents) {
    writer.level += INDENT.QUERY
    writer.write(' ')
  }
  if (query.kind === 'values') writeValues(writer, query)
  else writeSelect(writer, query, namesVisible)
}

function clause(writer: DeparseWriter, text: string, extra = 1): void {
  writer.keyword(text, -INDENT.QUERY, INDENT.QUERY, extra)
}

function writeWith(writer: DeparseWriter, withClause: WithClause): void {
  if (writer.indents) {
    writer.level += INDENT.QUERY
    writer.write(' ')
  }
  writer.write(withClause.recursive ? 'WITH RECURSIVE ' : 'WITH ')
  writer.list(withClause.tables, (table) => {
    const { query } = table
    if (query.kind !== 'select' && query.kind !== 'values' && query.kind !== 'setOperation') {
      throw unsupported('printing a WITH clause that modifies data')
    }
    if (table.search || table.cycle) throw unsupported('printing SEARCH and CYCLE')
    writer.write(quoteIdentifier(table.name))
    writeColumnNames(writer, table.columns)
    writer.write(' AS ')
    if (table.materialized === 'always') writer.write('MATERIALIZED ')
    if (table.materialized === 'never') writer.write('NOT MATERIALIZED ')
    writer.write('(')
    if (writer.indents) writer.keyword('', 0, 0, 0)
    writeQuery(writer, query)
    if (writer.indents) writer.keyword('', 0, 0, 0)
    writer.write(')')
  })
  if (!writer.indents) writer.write(' ')
  else writer.keyword('', -INDENT.QUERY, 0, 0)
}

/** (a, b), or nothing */
export function writeColumnNames(writer: DeparseWriter, names: readonly string[]): void {
  if (names.length > 0) writer.write(`(${names.map(quoteIdentifier).join(', ')})`)
}

function writeValues(writer: DeparseWriter, { rows }: ValuesQuery): void {
  writer.write('VALUES ').list(rows, (row) => {
    writer
      .write('(')
      .list(row, (value) => writeExpression(writer, value), ',')
      .write(')')
  })
}

function writeSelect(writer: DeparseWriter, query: SelectQuery, namesVisible: boolean): void {
  if (query.into) throw unsupported('printing SELECT INTO')
  writer.write('SELECT')
  writeDistinct(writer, query)
  writeTargets(writer, query.targets, namesVisible)
  if (query.from.length > 0) {
    clause(writer, ' FROM ', 2)
    writeFromItems(writer, query.from)
  }
  if (query.where) {
    clause(writer, ' WHERE ')
    writeExpression(writer, query.where)
  }
  if (query.groupBy.length > 0) {
    clause(writer, ' GROUP BY ')
    if (query.groupDistinct) writer.write('DISTINCT ')
    writer.list(query.groupBy, (item) => writeGroupItem(writer, item))
  }
  if (query.having) {
    clause(writer, ' HAVING ', 0)
    writeExpression(writer, query.having)
  }
  if (query.windows.length > 0) {
    clause(writer, ' WINDOW ')
    writer.list(query.windows, (window) => {
      writer.write(`${quoteIdentifier(window.name ?? '')} AS `)
      writeWindow(writer, window)
    })
  }
}

function writeDistinct(writer: DeparseWriter, { distinct }: SelectQuery): void {
  if (!distinct) return
  writer.write(' DISTINCT')
  if (distinct.length === 0) return
  writer
    .write(' ON (')
    .list(distinct, (key) => writeSortKey(writer, key))
    .write(')')
}

function writeTargets(
  writer: DeparseWriter,
  targets: readonly SelectTarget[],
  namesVisible: boolean,
): void {
  targets.forEach((target, index) => {
    const item = new DeparseWriter(writer.indents)
    item.level = writer.level
    writeExpression(item, target.expression)
    const text = item.toString()
    writer.write(index === 0 ? ' ' : ', ')
    // A target that starts its own line (CASE) is not moved to another one.
    if (index > 0 && writer.indents && !text.startsWith('\n')) {
      writer.keyword('', -INDENT.QUERY, INDENT.QUERY, INDENT.LIST)
    }
    if (text.startsWith('\n')) writer.keyword('', 0, 0, 0).write(text.trimStart())
    else writer.write(text)
    writeTargetName(writer, target, namesVisible)
  })
}

/** A column that keeps its own name needs no AS; everything else gets one. */
function writeTargetName(
  writer: DeparseWriter,
  { expression, alias }: SelectTarget,
  namesVisible: boolean,
): void {
  if (expression.kind === 'column' && expression.star) return
  const isStarred = expression.kind === 'indirection' && expression.steps.at(-1)?.kind === 'star'
  if (isStarred) return
  const hidden = namesVisible ? undefined : UNNAMED_COLUMN
  const own = expression.kind === 'column' ? expression.parts.at(-1) : hidden
  const name = alias ?? defaultColumnName(expression)
  if (name !== own) writer.write(` AS ${quoteIdentifier(name)}`)
}

const GROUP_KEYWORDS = { rollup: 'ROLLUP', cube: 'CUBE', sets: 'GROUPING SETS' } as const

function writeGroupItem(writer: DeparseWriter, item: GroupItem): void {
  if (item.kind === 'expression') return writeSortKey(writer, item.expression)
  if (item.kind === 'empty') {
    writer.write('()')
    return
  }
  const isSets = item.kind === 'sets'
  writer.write(`${GROUP_KEYWORDS[item.kind]}${isSets ? ' ' : ''}(`)
  writer.list(item.items, (inner) => writeGroupItem(writer, inner)).write(')')
}

function writeSetOperation(
  writer: DeparseWriter,
  query: SetOperationQuery,
  namesVisible: boolean,
): void {
  const { left, right } = query
  const isSame =
    left.kind === 'setOperation' && left.operation === query.operation && left.all === query.all
  const nestsLeft = left.kind === 'setOperation' && !isSame && !isClosed(left)
  if (nestsLeft) writer.write('(').keyword('', INDENT.QUERY, 0, 0)
  writeOperand(writer, left, namesVisible)
  if (nestsLeft) writer.keyword(') ', -INDENT.QUERY, 0, 0)
  else if (writer.indents) writer.keyword('', 0, 0, 0)
  else writer.write(' ')

  writer.write(`${query.operation.toUpperCase()} ${query.all ? 'ALL ' : ''}`)
  const nestsRight = right.kind === 'setOperation' && !isClosed(right)
  const indent = nestsRight ? INDENT.QUERY : 0
  if (nestsRight) writer.write('(')
  writer.keyword('', indent, 0, 0)
  writeOperand(writer, right, false)
  writer.level -= indent
  if (nestsRight) writer.keyword(')', 0, 0, 0)
}

/**
 * A query with clauses of its own at its end is a unit: PostgreSQL keeps it as a sub-query in
 * parentheses.
 */
function isClosed(query: Query): boolean {
  const hasTail = query.orderBy.length > 0 || query.limit || query.offset
  return Boolean(query.with || hasTail || query.locking.length > 0)
}

function writeOperand(writer: DeparseWriter, query: Query, namesVisible: boolean): void {
  if (isClosed(query)) writer.write('(')
  writeQuery(writer, query, namesVisible)
  if (isClosed(query)) writer.write(')')
}

function writeTail(writer: DeparseWriter, query: Query): void {
  if (query.orderBy.length > 0) {
    clause(writer, ' ORDER BY ')
    writeSortItems(writer, query.orderBy)
  }
  if (query.offset) {
    clause(writer, ' OFFSET ', 0)
    writeExpression(writer, query.offset)
  }
  if (query.limit) {
    clause(writer, query.withTies ? ' FETCH FIRST ' : ' LIMIT ', 0)
    if (query.withTies) writer.write('(')
    if (query.limit.kind === 'null') writer.write('ALL')
    else writeExpression(writer, query.limit)
    if (query.withTies) writer.write(') ROWS WITH TIES')
  }
  for (const locking of query.locking) writeLocking(writer, locking)
}

const LOCK_WORDS = {
  update: ' FOR UPDATE',
  noKeyUpdate: ' FOR NO KEY UPDATE',
  share: ' FOR SHARE',
  keyShare: ' FOR KEY SHARE',
} as const
const WAIT_WORDS = { block: '', nowait: ' NOWAIT', skipLocked: ' SKIP LOCKED' } as const

function writeLocking(writer: DeparseWriter, { strength, wait, relations }: LockingClause): void {
  clause(writer, LOCK_WORDS[strength], 0)
  if (relations.length > 0) {
    writer.write(` OF ${relations.map(({ name }) => quoteIdentifier(name)).join(', ')}`)
  }
  writer.write(WAIT_WORDS[wait])
}
