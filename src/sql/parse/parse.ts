/**
 * The first step of a statement's life: SQL text → Lakelet's own tree. PostgreSQL's grammar does
 * the parsing (see libpg-query/); its raw tree is converted at once, and nothing outside this
 * folder ever sees it.
 *
 * Pure: the same text always gives the same tree, so results may be cached by text.
 */
import type * as raw from '@pgsql/types'
import { AssertionError, SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { TypeName } from './ast/common.ts'
import type { Expression } from './ast/expression.ts'
import type { ParsedStatement, Statement } from './ast/statement.ts'
import { required } from './convert/raw-node.ts'
import { acrossGap, SourceText } from './convert/source-text.ts'
import { convertStatement } from './convert/statement.ts'
import { isStackOverflow, parseRaw, stackDepthExceeded } from './libpg-query/pg-query.ts'
import { type LiteralRows, scanLiteralRows } from './literal-rows.ts'

/** Parses a text of any number of statements; positions count from the start of the whole text. */
export function parse(sql: string): readonly ParsedStatement[] {
  const literalRows = scanLiteralRows(sql)
  const parsed = literalRows && parseAround(sql, literalRows)
  return parsed ?? parseShifted(sql, 0)
}

/** Parses what is left of the text without its literal rows, and puts those back into the INSERT. */
function parseAround(
  sql: string,
  { reducedText, gap, rows }: LiteralRows,
): readonly ParsedStatement[] | undefined {
  const raw = parseRawMoved(reducedText, (position) => acrossGap(position - 1, gap) + 1)
  // Outside of the rows a location must be an index into the text.
  if (!raw.isAscii) return undefined
  const [first, ...others] = convertAll(raw.json, new SourceText(sql, true, 0, gap))
  const insert = first?.statement
  if (insert?.kind !== 'insert' || insert.source?.kind !== 'values') return undefined
  const [firstRow, ...rest] = insert.source.rows
  if (firstRow === undefined) return undefined
  const source = { ...insert.source, rows: [firstRow, ...rows, ...rest] }
  return [{ ...first, statement: { ...insert, source } }, ...others]
}

/**
 * An expression alone, as in a stored DEFAULT or CHECK. Positions count from the start of `text`.
 */
export function parseExpression(text: string): Expression {
  const target = onlyTarget(parseWrapped(text, 'SELECT '))
  if (!target) throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'syntax error')
  return target
}

/** A type alone: `numeric(10,2)[]`, `"My Schema".t`. */
export function parseTypeName(text: string): TypeName {
  const cast = onlyTarget(parseWrapped(text, 'SELECT NULL::'))
  if (cast?.kind !== 'cast' || cast.operand.kind !== 'null') {
    throw new SqlError(SQLSTATE.SYNTAX_ERROR, `invalid type name "${text}"`)
  }
  return cast.type
}

/**
 * The expression of a SELECT that is nothing but one: the text must not have smuggled in a clause.
 */
function onlyTarget(statement: Statement): Expression | undefined {
  if (statement.kind !== 'select') return undefined
  const { targets, from, groupBy, windows, orderBy, locking } = statement
  const { distinct, into, where, having, limit, offset } = statement
  const lists = [from, groupBy, windows, orderBy, locking]
  const clauses = [distinct, into, where, having, limit, offset]
  const isBare = lists.every((list) => list.length === 0) && clauses.every((item) => !item)
  const [target] = targets
  return isBare && targets.length === 1 && !target?.alias ? target?.expression : undefined
}

function parseWrapped(text: string, prefix: string): Statement {
  const statements = parseShifted(prefix + text, prefix.length)
  const [only] = statements
  if (!only || statements.length !== 1) throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'syntax error')
  return only.statement
}

/**
 * Parses a text whose first `shift` characters are ours; positions count from what follows them.
 */
function parseShifted(sql: string, shift: number): readonly ParsedStatement[] {
  const { json, isAscii } = parseRawMoved(sql, (position) => Math.max(1, position - shift))
  return convertAll(json, new SourceText(sql, isAscii, shift))
}

function convertAll(json: string, source: SourceText): readonly ParsedStatement[] {
  try {
    const result: raw.ParseResult = JSON.parse(json)
    return (result.stmts ?? []).map((statement) => parsedStatement(statement, source))
  } catch (error) {
    // The tree may be deeper than the stack of JavaScript, which the conversion walks it with.
    if (isStackOverflow(error)) throw stackDepthExceeded()
    throw error
  }
}

/** Positions in errors are moved to where the caller counts from. */
function parseRawMoved(sql: string, move: (position: number) => number) {
  try {
    return parseRaw(sql)
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined) throw error
    const position = move(error.fields.position)
    throw new SqlError(error.code, error.message, { ...error.fields, position })
  }
}

function parsedStatement(node: raw.RawStmt, source: SourceText): ParsedStatement {
  const from = node.stmt_location ?? 0
  const to = node.stmt_len ? from + node.stmt_len : source.byteLength
  const whole = source.slice(from, to)
  const text = whole.trim()
  const start = required(source.position(from), 'a location')
  const leading = source.characterCount(whole.slice(0, whole.length - whole.trimStart().length))
  if (node.stmt === undefined) throw new AssertionError('a statement without a node')
  return {
    statement: convertStatement(node.stmt, source),
    text,
    position: start + leading,
    end: start + leading + source.characterCount(text),
  }
}
