/**
 * COPY. Data come from the client or go to it; there is no server whose files or programs could be meant. Options are read
 * first, as PostgreSQL does, then the direction's own file goes on.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import { inheritedRoles } from '../../catalog/describe/acl.ts'
import type { CopyChannel } from '../../copy/copy-channel.ts'
import { readCopyOptions } from '../../copy/options.ts'
import type { CopyStatement } from '../../parse/ast/utility.ts'
import type { Lockable } from '../statement/plan/locked-plan.ts'
import type { QueryEnvironment } from '../statement/plan/planned-query.ts'
import { copyFrom } from './copy-from.ts'
import { copyTo } from './copy-to.ts'

export interface Locked<T> {
  readonly planned: T
  /** In which it was planned. */
  readonly environment: QueryEnvironment
}

export interface CopyRun {
  readonly statement: CopyStatement
  readonly environment: QueryEnvironment
  /** Plans, locks the tables of the plan, and plans again if that took a wait. */
  locked<T extends Lockable>(plan: (environment: QueryEnvironment) => T): Task<Locked<T>>
  /** undefined where the client's protocol has no place for copied data. */
  readonly channel: CopyChannel | undefined
  readonly isReadOnly: boolean
  readonly notice: (message: string, where?: string) => void
}

/** Returns the command tag. */
export function* runCopy(run: CopyRun): Task<string> {
  const { statement, environment } = run
  if (statement.filename !== undefined) refuseServerSide(statement, environment)
  const options = readCopyOptions(statement.options, statement.direction)
  const count =
    statement.direction === 'from' ? yield* copyFrom(run, options) : yield* copyTo(run, options)
  return `COPY ${count}`
}

export function requireChannel({ channel }: CopyRun): CopyChannel {
  if (channel !== undefined) return channel
  throw new SqlError(
    SQLSTATE.FEATURE_NOT_SUPPORTED,
    'COPY FROM STDIN and COPY TO STDOUT are not supported over HTTP',
    { hint: 'Use a WebSocket connection or the TCP bridge.' },
  )
}

function refuseServerSide(statement: CopyStatement, environment: QueryEnvironment): never {
  const { direction, isProgram } = statement
  const preposition = direction === 'from' ? 'from' : 'to'
  const { role, action } = isProgram
    ? { role: 'pg_execute_server_program', action: 'COPY to or from an external program' }
    : direction === 'from'
      ? { role: 'pg_read_server_files', action: 'COPY from a file' }
      : { role: 'pg_write_server_files', action: 'COPY to a file' }
  if (!isMember(environment, role)) {
    throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, `permission denied to ${action}`, {
      detail: `Only roles with privileges of the "${role}" role may ${action}.`,
      hint: "Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.",
    })
  }
  throw unsupported(`COPY ${preposition} a ${isProgram ? 'program' : 'file'} of the server`)
}

function isMember({ catalog, session }: QueryEnvironment, role: string): boolean {
  const user = catalog.findRole(session.currentUser)
  if (user === undefined) return false
  return user.isSuperuser || inheritedRoles(catalog, user.oid).has(role)
}
