/**
 * Names that begin with a database: `shop.public.orders`. PostgreSQL takes the current database's name there and no other. Looked
 * for once for each text, in the whole tree, as any kind of name may begin so.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { ParsedStatement } from '../../parse/ast/statement.ts'

/** A name of three parts: only texts with one are worth the walk. */
const THREE_PARTS = /\.\s*(?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\w$]*)\s*\./u

/** Raises 0A000. */
export function refuseOtherDatabases(
  text: string,
  parsed: readonly ParsedStatement[],
  database: string,
): void {
  if (!THREE_PARTS.test(text)) return
  for (const { statement } of parsed) walk(statement, database, undefined)
}

/** What the nodes have that may name a database. */
interface Named {
  readonly position?: number
  readonly schema?: string
  readonly name?: string
  /** Of a relation. */
  readonly catalog?: string
  /** Of a function, a type … */
  readonly database?: string
  readonly kind?: string
  readonly parts?: readonly string[]
}

function walk(node: unknown, database: string, outer: number | undefined): void {
  if (typeof node !== 'object' || node === null) return
  const named = node as Named // trees are plain data
  if (named.kind === 'string' || named.kind === 'integer' || named.kind === 'number') return
  const position = named.position ?? outer
  const written = [named.catalog ?? named.database, named.schema, named.name]
  if (named.catalog !== undefined && named.catalog !== database) {
    throw otherDatabase(`"${written.join('.')}"`, position)
  }
  // A statement about a database has no schema.
  if (named.schema !== undefined && named.database !== undefined && named.database !== database) {
    throw otherDatabase(written.join('.'), position)
  }
  const { parts } = named
  if (named.kind === 'column' && parts?.length === 4 && parts[0] !== database) {
    throw otherDatabase(parts.join('.'), position)
  }
  for (const child of Object.values(node)) walk(child, database, position)
}

function otherDatabase(name: string, position: number | undefined): SqlError {
  const message = `cross-database references are not implemented: ${name}`
  return new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, message, { position })
}
