/** Raw statement nodes → statements: one table over all families. */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Statement } from '../ast/statement.ts'
import { mergeStatement } from './query/merge.ts'
import { deleteStatement, insertStatement, updateStatement } from './query/modify.ts'
import { convertQuery } from './query/select.ts'
import { asKind, kindOf, required } from './raw-node.ts'
import type { Node, Raw, RawKind } from './raw-node.ts'
import type { SourceText } from './source-text.ts'
import { alterTable } from './utility/alter-table.ts'
import { DEFINITION_CONVERTERS } from './utility/definition.ts'
import { MAINTENANCE_CONVERTERS } from './utility/maintenance.ts'
import { OBJECT_CONVERTERS } from './utility/object.ts'
import { ROLE_CONVERTERS } from './utility/role.ts'
import { ROUTINE_CONVERTERS } from './utility/routine.ts'
import { SESSION_CONVERTERS } from './utility/session.ts'
import { createTable, createTableAs } from './utility/table.ts'
import { UNSUPPORTED_STATEMENTS } from './unsupported-statements.ts'

export type StatementConverters = {
  readonly [K in RawKind]?: (node: Raw<K>, source: SourceText) => Statement
}
type AnyConverter = (node: unknown, source: SourceText) => Statement

/**
 * Made on first use: the families' modules import this one, so their tables may not exist yet
 * while it loads.
 */
let converters: StatementConverters | undefined

function allConverters(): StatementConverters {
  return {
    SelectStmt: convertQuery,
    InsertStmt: insertStatement,
    UpdateStmt: updateStatement,
    DeleteStmt: deleteStatement,
    MergeStmt: mergeStatement,
    CreateStmt: createTable,
    CreateTableAsStmt: createTableAs,
    AlterTableStmt: alterTable,
    ...DEFINITION_CONVERTERS,
    ...ROUTINE_CONVERTERS,
    ...OBJECT_CONVERTERS,
    ...ROLE_CONVERTERS,
    ...SESSION_CONVERTERS,
    ...MAINTENANCE_CONVERTERS,
  }
}

export function convertStatement(node: Node, source: SourceText): Statement {
  const kind = kindOf(node)
  converters ??= allConverters()
  // The table's type ties each converter to its kind; the lookup by a variable kind loses that tie.
  const convert = converters[kind] as AnyConverter | undefined
  if (convert === undefined) throw unsupported(UNSUPPORTED_STATEMENTS[kind] ?? kind)
  return convert(asKind(node, kind), source)
}

export function convertStatementNode(node: Node | undefined, source: SourceText): Statement {
  return convertStatement(required(node, 'a statement'), source)
}
