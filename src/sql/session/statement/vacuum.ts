/**
 * VACUUM and ANALYZE have nothing to do: copy-on-write pages leave nothing behind, and statistics are read from the trees themselves.
 * What they name has to be there all the same.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Relation } from '../../catalog/catalog.ts'
import { missingRelation } from '../../commands/support/lookup.ts'
import type { VacuumStatement } from '../../parse/ast/utility.ts'
import type { ResultSink } from '../result/statement-result.ts'
import type { QueryEnvironment } from './plan/planned-query.ts'

export function vacuum(
  { command, options, relations }: VacuumStatement,
  { catalog, session }: QueryEnvironment,
  sink: ResultSink,
): string {
  const analyzes = command === 'analyze' || options.some(({ name }) => name === 'analyze')
  for (const { relation: name, columns } of relations) {
    if (columns.length > 0 && !analyzes) throw needsAnalyze()
    const relation = catalog.findRelation(name.schema, name.name, session.searchPath)
    if (relation === undefined) throw missingRelation(name)
    if (relation.kind === 'r' || relation.kind === 'm') requireColumns(relation, columns)
    else sink.notice(skipped(relation, command))
  }
  return command.toUpperCase()
}

function requireColumns(relation: Relation, names: readonly string[]): void {
  for (const [i, name] of names.entries()) {
    if (!relation.columns.some((column) => column.name === name)) {
      const message = `column "${name}" of relation "${relation.name}" does not exist`
      throw new SqlError(SQLSTATE.UNDEFINED_COLUMN, message)
    }
    if (names.indexOf(name) < i) {
      const message = `column "${name}" of relation "${relation.name}" appears more than once`
      throw new SqlError(SQLSTATE.DUPLICATE_COLUMN, message)
    }
  }
}

function skipped({ name }: Relation, command: VacuumStatement['command']) {
  const message = `skipping "${name}" --- cannot ${command} non-tables or special system tables`
  return { severity: 'WARNING', code: SQLSTATE.WARNING, message } as const
}

function needsAnalyze(): SqlError {
  return new SqlError(
    SQLSTATE.FEATURE_NOT_SUPPORTED,
    'ANALYZE option must be specified when a column list is provided',
  )
}
