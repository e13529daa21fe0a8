/**
 * A connection's beginning: requests for encryption, a cancel request, or the startup message and then the password, until the
 * client is known.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { checkRoom } from '../../auth/connection-limits.ts'
import type { Branch } from '../../branch.ts'
import { Authentication } from './authentication.ts'
import { negotiateProtocolVersion } from '../codec/backend-messages.ts'
import { protocolViolation } from '../codec/byte-reader.ts'
import { decodeFrontend } from '../codec/frontend-messages.ts'
import type { FramedMessage, MessageFramer } from '../codec/message-framer.ts'
import type { MessageWriter } from '../codec/message-writer.ts'
import { decodeStartup } from '../codec/startup-message.ts'
import type { ConnectionHost, ConnectionSocket, PasswordMethod } from '../connection-host.ts'

export interface KnownClient {
  readonly branch: Branch
  readonly role: string
  readonly parameters: ReadonlyMap<string, string>
}

/** What a message has come to: the client has more to say, is known, or wants nothing more. */
export type LoginStep = 'more' | 'over' | KnownClient

interface LoginOptions {
  readonly host: ConnectionHost
  readonly socket: ConnectionSocket
  readonly method: PasswordMethod
  readonly framer: MessageFramer
  readonly out: MessageWriter
}

const NO_ENCRYPTION = 'N'.charCodeAt(0)

export class Login {
  readonly #options: LoginOptions
  #client: KnownClient | undefined
  #authentication: Authentication | undefined

  constructor(options: LoginOptions) {
    this.#options = options
  }

  /** What is to be answered is written; the caller sends it. */
  async handle(message: FramedMessage): Promise<LoginStep> {
    if (this.#authentication === undefined || this.#client === undefined) {
      return await this.#startup(message)
    }
    const decoded = decodeFrontend(message)
    if (decoded.kind === 'terminate') return 'over'
    if (decoded.kind !== 'password') {
      throw protocolViolation(`expected password response, got message type ${message.tag}`)
    }
    const isKnown = await this.#authentication.answer(decoded.body, this.#options.out)
    return isKnown ? this.#client : 'more'
  }

  async #startup({ body }: FramedMessage): Promise<LoginStep> {
    const { host, socket, method, framer, out } = this.#options
    const request = decodeStartup(body)
    if (request.kind === 'encryption') {
      socket.send(Uint8Array.of(NO_ENCRYPTION))
      return 'more'
    }
    if (request.kind === 'cancel') {
      host.connections.cancel(request)
      return 'over'
    }
    framer.leaveStartup()
    const { minorVersion, unknownOptions, parameters } = request
    if (minorVersion > 0 || unknownOptions.length > 0) negotiateProtocolVersion(out, unknownOptions)
    const role = roleOf(parameters)
    checkRoom(host.occupancy)
    const branch = await host.openBranch()
    this.#client = { branch, role, parameters }
    // Neon's drivers send the password, and the first query, with the startup message.
    const asked = framer.pendingBytes > 0 ? 'cleartext' : method
    const attempt = { role, address: socket.address }
    this.#authentication = new Authentication(branch, host, attempt, asked)
    this.#authentication.ask(out)
    return 'more'
  }
}

/** Raises 28000 when there is none. */
function roleOf(parameters: ReadonlyMap<string, string>): string {
  const role = parameters.get('user') ?? ''
  if (role !== '') return role
  throw new SqlError(
    SQLSTATE.INVALID_AUTHORIZATION_SPECIFICATION,
    'no PostgreSQL user name specified in startup packet',
  )
}
