/** FROM items → SQL text. */
import { unsupported } from '../../../errors/sql-error.ts'
import type {
  Alias,
  ColumnTyping,
  FromItem,
  FunctionReference,
  JoinReference,
} from '../ast/select.ts'
import { writeExpression, writeExpressions } from './expression.ts'
import { writeColumnNames, writeQuery } from './query.ts'
import { quoteQualifiedName } from './quote.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import { deparseTypeName } from './type-name.ts'
import { INDENT, type DeparseWriter } from './writer.ts'

export function writeFromItems(writer: DeparseWriter, items: readonly FromItem[]): void {
  items.forEach((item, index) => {
    if (index > 0) {
      writer.write(', ')
      if (writer.indents) writer.keyword('', -INDENT.QUERY, INDENT.QUERY, INDENT.LIST)
    }
    writeFromItem(writer, item)
  })
}

function writeFromItem(writer: DeparseWriter, item: FromItem): void {
  switch (item.kind) {
    case 'table':
      writer.write((item.only ? 'ONLY ' : '') + quoteQualifiedName(item.relation))
      return writeAlias(writer, item.alias)
    case 'subselect':
      writer.write(item.lateral ? 'LATERAL (' : '(')
      writeQuery(writer, item.query)
      writer.write(')')
      return writeAlias(writer, item.alias)
    case 'function':
      return writeFunction(writer, item)
    case 'join':
      return writeJoin(writer, item)
    case 'sample':
      writeFromItem(writer, item.item)
      writer.write(` TABLESAMPLE ${quoteQualifiedName(item.method)} (`)
      writeExpressions(writer, item.args)
      writer.write(')')
      if (item.repeatable) {
        writer.write(' REPEATABLE (')
        writeExpression(writer, item.repeatable)
        writer.write(')')
      }
      return
    default:
      throw unsupported('printing JSON_TABLE')
  }
}

function writeAlias(writer: DeparseWriter, alias: Alias | undefined): void {
  if (!alias) return
  writer.write(` ${quoteIdentifier(alias.name)}`)
  writeColumnNames(writer, alias.columns)
}

function writeFunction(writer: DeparseWriter, item: FunctionReference): void {
  if (item.lateral) writer.write('LATERAL ')
  if (item.rowsFrom) writer.write('ROWS FROM(')
  writer.list(item.functions, ({ call, columnDefinitions }) => {
    writeExpression(writer, call)
    if (columnDefinitions.length > 0) writer.write(' AS ')
    writeColumnTypings(writer, columnDefinitions)
  })
  if (item.rowsFrom) writer.write(')')
  if (item.withOrdinality) writer.write(' WITH ORDINALITY')
  if (item.columnDefinitions.length === 0) return writeAlias(writer, item.alias)
  writer.write(` ${item.alias ? quoteIdentifier(item.alias.name) : 'AS '}`)
  writeColumnTypings(writer, item.columnDefinitions)
}

function writeColumnTypings(writer: DeparseWriter, columns: readonly ColumnTyping[]): void {
  if (columns.length === 0) return
  const texts = columns.map(({ name, type, collation }) => {
    const suffix = collation ? ` COLLATE ${quoteQualifiedName(collation)}` : ''
    return `${quoteIdentifier(name)} ${deparseTypeName(type)}${suffix}`
  })
  writer.write(`(${texts.join(', ')})`)
}

const JOIN_WORDS = { inner: 'JOIN', left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN' }

function writeJoin(writer: DeparseWriter, join: JoinReference): void {
  const isCross = join.type === 'inner' && !join.natural && !join.using && !join.on
  const words = `${join.natural ? 'NATURAL ' : ''}${isCross ? 'CROSS JOIN' : JOIN_WORDS[join.type]}`
  writer.write('(')
  writeFromItem(writer, join.left)
  writer.keyword(` ${words} `, -INDENT.QUERY, INDENT.QUERY, INDENT.JOIN)
  writeFromItem(writer, join.right)
  if (join.using) {
    writer.write(' USING ')
    writeColumnNames(writer, join.using)
    if (join.usingAlias) writer.write(` AS ${quoteIdentifier(join.usingAlias.name)}`)
  } else if (join.on) {
    writer.write(' ON (')
    writeExpression(writer, join.on)
    writer.write(')')
  }
  writer.write(')')
  writeAlias(writer, join.alias)
}
