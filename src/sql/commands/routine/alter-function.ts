/** ALTER FUNCTION … IMMUTABLE, STRICT, COST … */
import { assert, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { AlterFunctionStatement } from '../../parse/ast/routine.ts'
import type { CommandContext } from '../command-context.ts'
import { FIRST_USER_OID } from '../../catalog/store/catalog-writer.ts'
import { resolveRoutine } from '../support/resolve-object.ts'
import { optionColumns } from './routine-options.ts'

export function* alterFunction(
  context: CommandContext,
  statement: AlterFunctionStatement,
): Task<string> {
  const { objectType } = statement
  const oid = resolveRoutine(context, statement.function, objectType)
  if (oid < FIRST_USER_OID) throw unsupported('altering a built-in function')
  const [row] = context.writer.rows('pg_proc').where('oid', oid)
  assert(row !== undefined, 'a resolved function has a row')
  yield* context.writer.update('pg_proc', row, optionColumns(statement.options))
  return `ALTER ${objectType.toUpperCase()}`
}
