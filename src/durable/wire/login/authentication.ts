/**
 * From the startup message to a known role: asks for a password, in the clear or by SCRAM, and checks it against the role's
 * stored secret. A role that does not exist is asked all the same, and fails as a wrong password does.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { passwordFailure } from '../../auth/password-check.ts'
import type { Attempt } from '../../auth/attempt-limiter.ts'
import { roleLogin } from '../../auth/role-login.ts'
import type { Branch } from '../../branch.ts'
import {
  authenticationCleartext,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
} from '../codec/backend-messages.ts'
import { ByteReader, decodeText } from '../codec/byte-reader.ts'
import type { ConnectionHost, PasswordMethod } from '../connection-host.ts'
import type { MessageWriter } from '../codec/message-writer.ts'
import { SCRAM_SHA_256, ScramExchange } from './scram-exchange.ts'

const encoder = new TextEncoder()

type AuthenticationHost = Pick<ConnectionHost, 'passwords' | 'attempts'>

export class Authentication {
  readonly #attempt: Attempt
  readonly #branch: Branch
  readonly #host: AuthenticationHost
  readonly #method: PasswordMethod
  #exchange: ScramExchange | undefined

  constructor(branch: Branch, host: AuthenticationHost, attempt: Attempt, method: PasswordMethod) {
    this.#branch = branch
    this.#host = host
    this.#attempt = attempt
    this.#method = method
  }

  get role(): string {
    return this.#attempt.role
  }

  /** Raises 28000 when there have been too many wrong answers. */
  ask(out: MessageWriter): void {
    this.#host.attempts.admit(this.#attempt, Date.now())
    if (this.#method === 'cleartext') authenticationCleartext(out)
    else authenticationSasl(out, [SCRAM_SHA_256])
  }

  /** One answer of the client: true when the role is known, false when more has to be said. Raises 28P01, 28000. */
  async answer(body: Uint8Array, out: MessageWriter): Promise<boolean> {
    const { attempts } = this.#host
    try {
      const isKnown = await this.#check(body, out)
      if (isKnown) attempts.succeeded(this.#attempt)
      return isKnown
    } catch (error) {
      attempts.failed(this.#attempt, Date.now())
      throw error
    }
  }

  async #check(body: Uint8Array, out: MessageWriter): Promise<boolean> {
    const { passwords } = this.#host
    const login = roleLogin(this.#branch.shared.newest, this.role)
    const now = this.#branch.nowMicros()
    if (this.#method === 'cleartext') {
      const password = new ByteReader(body).string()
      await passwords.verify(this.role, login, password, now)
      return true
    }
    if (this.#exchange === undefined) {
      const secret = await passwords.scramSecret(login, now)
      this.#exchange = new ScramExchange(secret, readInitialResponse(body))
      authenticationSaslContinue(out, encoder.encode(this.#exchange.challenge))
      return false
    }
    const final = await this.#exchange.verify(decodeText(body))
    if (final === undefined) throw passwordFailure(this.role)
    passwords.requireLogin(this.role, login)
    authenticationSaslFinal(out, encoder.encode(final))
    return true
  }
}

/** SASLInitialResponse: the mechanism, then the client's first message with its length. */
function readInitialResponse(body: Uint8Array): string {
  const reader = new ByteReader(body)
  const mechanism = reader.string()
  if (mechanism !== SCRAM_SHA_256) {
    throw new SqlError(
      SQLSTATE.PROTOCOL_VIOLATION,
      'client selected an invalid SASL authentication mechanism',
    )
  }
  return reader.text(reader.int32())
}
