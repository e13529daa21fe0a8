/** PASSWORD of CREATE and ALTER ROLE: what is stored is never the password, but a SCRAM-SHA-256 secret. */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Option } from '../../parse/ast/common.ts'
import type { CommandContext } from '../command-context.ts'

/** As pg_dumpall writes it: a secret made elsewhere is kept as it is. */
const SCRAM_SECRET = /^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/
const MD5_HASH = /^md5[0-9a-f]{32}$/

/** The column's new value; nothing when the statement does not speak of a password. */
export function* passwordColumn(
  context: CommandContext,
  options: readonly Option[],
): Task<{ rolpassword?: string | null }> {
  const option = options.find(({ name }) => name === 'password')
  if (option === undefined) return {}
  // PASSWORD NULL comes without a value.
  const password = option.value?.kind === 'string' ? option.value.value : undefined
  if (password === '') {
    context.notice('empty string is not a valid password, clearing password')
  }
  if (password === undefined || password === '') return { rolpassword: null }
  if (SCRAM_SECRET.test(password)) return { rolpassword: password }
  if (MD5_HASH.test(password)) throw unsupported('an MD5-encrypted password', option.position)
  return { rolpassword: yield* context.services.passwordSecret(password) }
}
