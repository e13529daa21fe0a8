/**
 * Who may come in: checks a role's cleartext password against its stored SCRAM secret.
 *
 * Deriving keys costs about a millisecond, so a password that was right is remembered as a digest under a key of this
 * object's own, for as long as the role's secret stays the same.
 */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { RoleLogin } from './role-login.ts'
import type { ScramSecret } from './scram-secret.ts'
import {
  createScramSecret,
  equalInConstantTime,
  parseScramSecret,
  verifyPassword,
} from './scram-secret.ts'

interface AcceptedPassword {
  readonly secret: string
  readonly digest: Uint8Array
}

/** Roles whose passwords are remembered; beyond that all are forgotten. */
const ACCEPTED_ROLES_MAX = 1024
const DIGEST_KEY = { name: 'HMAC', hash: 'SHA-256' } as const

export class PasswordCheck {
  readonly #accepted = new Map<string, AcceptedPassword>()
  #digestKey: Promise<CryptoKey> | undefined
  #decoySecret: Promise<string> | undefined

  /**
   * Raises 28P01 unless the password is the role's, 28000 when the role may not log in. It takes as long for a role that
   * does not exist.
   */
  async verify(
    role: string,
    login: RoleLogin | undefined,
    password: string,
    nowMicros: number,
  ): Promise<void> {
    const isValid = login !== undefined && nowMicros < login.validUntilMicros
    const isRight = await this.#isRight(role, isValid ? login.secret : undefined, password)
    if (!isRight) throw passwordFailure(role)
    this.requireLogin(role, login)
  }

  /** What a SCRAM exchange is held against: for a role without a valid password a secret that nobody knows. */
  async scramSecret(login: RoleLogin | undefined, nowMicros: number): Promise<ScramSecret> {
    const isValid = login !== undefined && nowMicros < login.validUntilMicros
    const secret =
      isValid && login.secret !== undefined ? parseScramSecret(login.secret) : undefined
    return secret ?? (await unknowableSecret())
  }

  /** Raises 28000 when the role may not log in. Asked only after the password was right. */
  requireLogin(role: string, login: RoleLogin | undefined): void {
    if (login?.canLogin === true) return
    throw new SqlError(
      SQLSTATE.INVALID_AUTHORIZATION_SPECIFICATION,
      `role "${role}" is not permitted to log in`,
    )
  }

  async #isRight(role: string, secret: string | undefined, password: string): Promise<boolean> {
    const digest = await this.#digest(password)
    const accepted = this.#accepted.get(role)
    if (accepted !== undefined && accepted.secret === secret) {
      if (equalInConstantTime(accepted.digest, digest)) return true
    }
    const parsed = parseScramSecret(secret ?? (await this.#decoy()))
    if (parsed === undefined || !(await verifyPassword(parsed, password))) return false
    if (secret === undefined) return false
    if (this.#accepted.size >= ACCEPTED_ROLES_MAX) this.#accepted.clear()
    this.#accepted.set(role, { secret, digest })
    return true
  }

  async #digest(password: string): Promise<Uint8Array> {
    this.#digestKey ??= newDigestKey()
    const bytes = new TextEncoder().encode(password)
    return new Uint8Array(await crypto.subtle.sign('HMAC', await this.#digestKey, bytes))
  }

  /** Checked against when there is no secret, so that the time taken does not tell. */
  #decoy(): Promise<string> {
    this.#decoySecret ??= createScramSecret('')
    return this.#decoySecret
  }
}

export function passwordFailure(role: string): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_PASSWORD,
    `password authentication failed for user '${role}'`,
  )
}

async function unknowableSecret(): Promise<ScramSecret> {
  const password = crypto.randomUUID() + crypto.randomUUID()
  const secret = parseScramSecret(await createScramSecret(password))
  assert(secret !== undefined, 'a new secret can be read')
  return secret
}

function newDigestKey(): Promise<CryptoKey> {
  const raw = crypto.getRandomValues(new Uint8Array(32))
  return crypto.subtle.importKey('raw', raw, DIGEST_KEY, false, ['sign'])
}
