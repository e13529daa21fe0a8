/** Calls, in the standard's own syntax where they were written so, and windows. */
import type { Expression, FunctionCall } from '../ast/expression.ts'
import type { FrameBound, SortItem, WindowDefinition, WindowFrame } from '../ast/select.ts'
import { operatorText, writeExpression } from './expression.ts'
import { quoteQualifiedName } from './quote.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import type { DeparseWriter } from './writer.ts'

export function writeFunctionCall(writer: DeparseWriter, call: FunctionCall): void {
  const special = call.sqlSyntax ? SQL_SYNTAX[call.name.name] : undefined
  if (special && special(writer, call.args) !== false) return
  writer.write(`${quoteQualifiedName(call.name)}(`)
  if (call.distinct) writer.write('DISTINCT ')
  if (call.star) writer.write('*')
  call.args.forEach((arg, index) => {
    if (index > 0) writer.write(', ')
    if (call.variadic && index === call.args.length - 1) writer.write('VARIADIC ')
    writeExpression(writer, arg)
  })
  if (call.withinGroup) writer.write(') WITHIN GROUP (')
  if (call.orderBy.length > 0) {
    writer.write(call.withinGroup ? 'ORDER BY ' : ' ORDER BY ')
    writeSortItems(writer, call.orderBy)
  }
  writer.write(')')
  writeFilterAndWindow(writer, call)
}

function writeFilterAndWindow(writer: DeparseWriter, call: FunctionCall): void {
  if (call.filter) {
    writer.write(' FILTER (WHERE ')
    writeExpression(writer, call.filter)
    writer.write(')')
  }
  if (!call.over) return
  writer.write(' OVER ')
  if (call.over.name !== undefined) writer.write(quoteIdentifier(call.over.name))
  else writeWindow(writer, call.over)
}

/** Pieces of the standard's syntax: strings as they are, numbers for arguments. */
type Template = readonly (string | number)[]

function template(pieces: Template) {
  return (writer: DeparseWriter, args: readonly Expression[]): boolean => {
    const isComplete = pieces.every((piece) => typeof piece === 'string' || args[piece])
    if (!isComplete) return false
    for (const piece of pieces) {
      const arg = typeof piece === 'number' ? args[piece] : undefined
      if (typeof piece === 'string') writer.write(piece)
      else if (arg) writeExpression(writer, arg)
    }
    return true
  }
}

/** EXTRACT's field is a string in the tree and a word in the text. */
function extract(writer: DeparseWriter, args: readonly Expression[]): boolean {
  const [field, value] = args
  if (field?.kind !== 'string' || !value) return false
  writer.write(`EXTRACT(${quoteIdentifier(field.value)} FROM `)
  writeExpression(writer, value)
  writer.write(')')
  return true
}

function trim(side: string) {
  return (writer: DeparseWriter, args: readonly Expression[]): boolean => {
    const [value, characters] = args
    if (!value) return false
    writer.write(`TRIM(${side}`)
    if (characters) {
      writer.write(' ')
      writeExpression(writer, characters)
    }
    writer.write(' FROM ')
    writeExpression(writer, value)
    writer.write(')')
    return true
  }
}

type SyntaxWriter = (writer: DeparseWriter, args: readonly Expression[]) => boolean
const substring = template(['SUBSTRING(', 0, ' FROM ', 1, ' FOR ', 2, ')'])
const overlay = template(['OVERLAY(', 0, ' PLACING ', 1, ' FROM ', 2, ' FOR ', 3, ')'])
const SQL_SYNTAX: { readonly [name: string]: SyntaxWriter } = {
  extract,
  timezone: (writer, args) =>
    args.length === 1
      ? template(['(', 0, ' AT LOCAL)'])(writer, args)
      : template(['(', 1, ' AT TIME ZONE ', 0, ')'])(writer, args),
  substring: (writer, args) =>
    args.length > 2
      ? substring(writer, args)
      : template(['SUBSTRING(', 0, ' FROM ', 1, ')'])(writer, args),
  overlay: (writer, args) =>
    args.length > 3
      ? overlay(writer, args)
      : template(['OVERLAY(', 0, ' PLACING ', 1, ' FROM ', 2, ')'])(writer, args),
  position: template(['POSITION((', 1, ') IN (', 0, '))']),
  overlaps: template(['((', 0, ', ', 1, ') OVERLAPS (', 2, ', ', 3, '))']),
  btrim: trim('BOTH'),
  ltrim: trim('LEADING'),
  rtrim: trim('TRAILING'),
  pg_collation_for: template(['COLLATION FOR (', 0, ')']),
}

export function writeSortItems(writer: DeparseWriter, items: readonly SortItem[]): void {
  writer.list(items, (item) => {
    writeSortKey(writer, item.expression)
    if (item.direction === 'using' && item.operator) {
      writer.write(` USING ${operatorText(item.operator)}`)
    }
    const descends = item.direction === 'desc'
    if (descends) writer.write(' DESC')
    // The default place of nulls is not printed.
    if (item.nulls === 'first' && !descends) writer.write(' NULLS FIRST')
    if (item.nulls === 'last' && descends) writer.write(' NULLS LAST')
  })
}

/**
 * PostgreSQL puts parentheses around a call here, lest it read as the name of a window or a
 * grouping.
 */
export function writeSortKey(writer: DeparseWriter, key: Expression): void {
  if (key.kind !== 'call') return writeExpression(writer, key)
  writer.write('(')
  writeExpression(writer, key)
  writer.write(')')
}

/** (reference PARTITION BY … ORDER BY … frame) */
export function writeWindow(writer: DeparseWriter, window: WindowDefinition): void {
  let gap = ''
  const clause = (write: () => void): void => {
    writer.write(gap)
    write()
    gap = ' '
  }
  writer.write('(')
  const { reference, frame } = window
  if (reference !== undefined) clause(() => writer.write(quoteIdentifier(reference)))
  if (window.partitionBy.length > 0) {
    clause(() => writer.write('PARTITION BY '))
    writer.list(window.partitionBy, (key) => writeSortKey(writer, key))
  }
  if (window.orderBy.length > 0) {
    clause(() => writer.write('ORDER BY '))
    writeSortItems(writer, window.orderBy)
  }
  if (frame) clause(() => writeFrame(writer, frame))
  writer.write(')')
}

const EXCLUSIONS = {
  none: '',
  currentRow: ' EXCLUDE CURRENT ROW',
  group: ' EXCLUDE GROUP',
  ties: ' EXCLUDE TIES',
} as const

function writeFrame(writer: DeparseWriter, frame: WindowFrame): void {
  writer.write(`${frame.mode.toUpperCase()} `)
  if (frame.between) writer.write('BETWEEN ')
  writeBound(writer, frame.start)
  if (frame.between) {
    writer.write(' AND ')
    writeBound(writer, frame.end)
  }
  writer.write(EXCLUSIONS[frame.exclude])
}

function writeBound(writer: DeparseWriter, bound: FrameBound): void {
  switch (bound.kind) {
    case 'unboundedPreceding':
      writer.write('UNBOUNDED PRECEDING')
      return
    case 'unboundedFollowing':
      writer.write('UNBOUNDED FOLLOWING')
      return
    case 'currentRow':
      writer.write('CURRENT ROW')
      return
    default:
      writeExpression(writer, bound.offset)
      writer.write(` ${bound.kind.toUpperCase()}`)
  }
}
