/** One parsed statement. Queries are statements of their own; `kind` tells all apart. */
import type { DefinitionStatement } from './definitions.ts'
import type { DeleteStatement, InsertStatement, MergeStatement, UpdateStatement } from './modify.ts'
import type { ObjectStatement } from './object.ts'
import type { RoleStatement } from './role.ts'
import type { RoutineStatement } from './routine.ts'
import type { Query } from './select.ts'
import type { AlterTableStatement, CreateTableAsStatement, CreateTableStatement } from './table.ts'
import type { UtilityStatement } from './utility.ts'

export type Statement =
  | Query
  | InsertStatement
  | UpdateStatement
  | DeleteStatement
  | MergeStatement
  | CreateTableStatement
  | CreateTableAsStatement
  | AlterTableStatement
  | DefinitionStatement
  | RoutineStatement
  | ObjectStatement
  | RoleStatement
  | UtilityStatement

/** What parse() returns for each statement of the text. */
export interface ParsedStatement {
  readonly statement: Statement
  /** The statement alone, without surrounding space and its semicolon. */
  readonly text: string
  /**
   * 1-based character position of `text` in the whole text; positions in `statement` count from
   * the whole text too.
   */
  readonly position: number
  /** Position just after the statement's last character. */
  readonly end: number
}
