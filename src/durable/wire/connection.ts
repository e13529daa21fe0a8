/**
 * One client's connection in the PostgreSQL protocol, version 3: bytes in, bytes out. It knows nothing of sockets; a
 * WebSocket of the branch's object carries it in production.
 *
 *   login ──▶ ready ──▶ closed
 *               ▲
 *   resuming ───┘
 *
 * Messages are answered one after the other, whatever pieces they come in. What is to be sent is collected and leaves when
 * everything that has come is answered, when a frame is full, or when the client asks for it (Flush).
 */
import { assert, unreachable } from '../../errors/sql-error.ts'
import type { SessionFacts } from '../../sql/execute/session-facts.ts'
import type { SavedSession } from '../../sql/session/saved-session.ts'
import type { Session } from '../../sql/session/session.ts'
import { authenticationTimeoutMs, checkConnectionLimits } from '../auth/connection-limits.ts'
import { roleLogin } from '../auth/role-login.ts'
import type { BranchDatabase } from '../branch-database.ts'
import type { Branch } from '../branch.ts'
import { enterDatabase } from '../databases/enter-database.ts'
import type { Mailbox } from '../notification/notification-hub.ts'
import { asSqlError } from '../http-sql/error-body.ts'
import { BackPressure } from './flow/back-pressure.ts'
import {
  authenticationOk,
  backendKeyData,
  errorResponse,
  notification,
  parameterStatus,
} from './codec/backend-messages.ts'
import type {
  ConnectionHost,
  ConnectionSocket,
  PasswordMethod,
  SavedConnection,
} from './connection-host.ts'
import { lostTrack, terminatedByAdmin, terminatedError } from './connection-end.ts'
import type { BackendKey } from './connection-registry.ts'
import { Conversation } from './conversation.ts'
import { decodeFrontend } from './codec/frontend-messages.ts'
import type { FrontendMessage } from './codec/frontend-messages.ts'
import type { FramedMessage } from './codec/message-framer.ts'
import { MessageWriter } from './codec/message-writer.ts'
import { IncomingMessages } from './flow/incoming-messages.ts'
import { databaseOf, settingsOf } from './login/startup-parameters.ts'
import { Login } from './login/login.ts'
import type { KnownClient } from './login/login.ts'
import { SessionTimeouts, idleSessionMs, idleSessionTimeout } from './time/session-timeouts.ts'

type Phase =
  | { readonly kind: 'login'; readonly login: Login }
  | { readonly kind: 'ready'; readonly conversation: Conversation }
  /** Slept: the session is made anew before the next message is answered. */
  | { readonly kind: 'resuming'; readonly saved: SavedConnection; readonly session: SavedSession }
  | { readonly kind: 'closed' }

export class Connection {
  readonly #host: ConnectionHost
  readonly #socket: ConnectionSocket
  readonly #out = new MessageWriter()
  #phase: Phase
  readonly #incoming: IncomingMessages
  readonly #pressure: BackPressure
  #branch: Branch | undefined
  #database: BranchDatabase | undefined
  #session: Session | undefined
  #identity: Pick<SavedConnection, 'role' | 'parameters'> = { role: '', parameters: new Map() }
  #key: BackendKey | undefined
  #mailbox: Mailbox | undefined
  readonly #timeouts: SessionTimeouts
  /** What `saved` was made of when the socket was last told of a change. */
  #toldMark: readonly unknown[] = []
  /** When the last exchange ended; only kept for sessions that may not be idle for ever. */
  #idleSinceMs = 0
  /** The client's messages make no sense any more. */
  #hasLostTrack = false
  #running: Promise<void> | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(host: ConnectionHost, socket: ConnectionSocket, method: PasswordMethod) {
    this.#host = host
    this.#socket = socket
    this.#incoming = new IncomingMessages(host.input.open())
    const [{ framer }, out] = [this.#incoming, this.#out]
    this.#phase = { kind: 'login', login: new Login({ host, socket, method, framer, out }) }
    this.#timeouts = new SessionTimeouts(host.timers, (error) => this.end(error))
    this.#pressure = new BackPressure(socket, host.timers, {
      isOpen: () => this.#phase.kind !== 'closed',
      giveUp: () => this.close(),
    })
  }

  /** A new client: it has to say who it is before long. */
  begin(): void {
    this.#timeouts.authenticating(this.#host.authenticationTimeoutMs ?? authenticationTimeoutMs())
  }

  /** A connection whose object slept. One that was in a transaction cannot go on: 57P01. */
  resume(saved: SavedConnection): void {
    this.#incoming.framer.leaveStartup()
    this.#incoming.known()
    const { session } = saved
    if (session === undefined) this.end(terminatedError())
    else this.#phase = { kind: 'resuming', saved, session }
  }

  /** Settles when everything that has come so far is answered. Never rejects. */
  receive(chunk: Uint8Array): Promise<void> {
    if (this.#phase.kind === 'closed') return Promise.resolve()
    try {
      this.#incoming.add(chunk)
    } catch (error) {
      this.end(error)
    }
    this.#incoming.arrived()
    this.#running ??= this.#run().finally(() => this.#ran())
    return this.#running
  }

  /** Says why, then closes. */
  end(error: unknown): void {
    if (this.#phase.kind === 'closed') return
    const { code, message, fields } = asSqlError(error)
    errorResponse(this.#out, { ...fields, severity: 'FATAL', code, message })
    this.#send()
    this.close()
  }

  /** The socket is gone, or shall be: what is open is rolled back. */
  close(): void {
    if (this.#phase.kind === 'closed') return
    this.#phase = { kind: 'closed' }
    this.#timeouts.close()
    this.#incoming.close()
    if (this.#mailbox !== undefined) this.#branch?.notifications.close(this.#mailbox)
    if (this.#key !== undefined) this.#host.connections.remove(this.#key.processId)
    this.#cancel()
    // A running statement ends first: it stops where it suspends next.
    this.#socket.close()
    this.#ended = (this.#running ?? Promise.resolve()).then(() => this.#endSession())
  }

  #cancel(): void {
    this.#session?.cancel()
    this.#incoming.arrived()
  }

  /** COPY waits for data: the object must not sleep meanwhile. */
  #arrival(): Promise<void> {
    if (this.#phase.kind === 'closed') return Promise.resolve()
    if (this.#toldMark[0] !== false) this.#socket.changed()
    this.#toldMark = [false]
    return this.#incoming.arrival()
  }

  /** Settles when nothing of a closed connection is left. */
  get ended(): Promise<void> {
    return this.#ended
  }

  async #endSession(): Promise<void> {
    const [session, database] = [this.#session, this.#database]
    if (session === undefined || database === undefined) return
    session.close()
    try {
      await database.run(session.end())
    } catch {
      // Temporary objects stay until the schema's number is used again; nobody is there to be told.
    }
  }

  async #run(): Promise<void> {
    try {
      // More may have come while the host was busy.
      while (await this.#answerAll()) {
        // In the middle of an extended batch the client waits for nothing of it yet.
        if (this.#phase.kind === 'ready') this.#transmit(this.#phase.conversation.takeAnswered())
        else this.#send()
        if (this.#branch === undefined) continue
        const settled = this.#host.afterExchange(this.#branch)
        if (settled !== undefined) await settled
      }
      this.#rest()
    } catch (error) {
      this.end(error)
    }
  }

  /** False when no message was complete, or the connection is over. */
  async #answerAll(): Promise<boolean> {
    let hasAnswered = false
    for (;;) {
      if (this.#phase.kind === 'closed') return false
      const message = this.#incoming.next()
      if (message === undefined) return hasAnswered
      const answered = this.#handle(message)
      if (answered !== undefined) await answered
      if (this.#hasLostTrack) throw lostTrack()
      const { backlog } = this.#pressure
      if (backlog !== undefined) await backlog
      hasAnswered = true
    }
  }

  #ran(): void {
    this.#running = undefined
    this.#onMail()
  }

  /** Everything that has come is answered: watches over what is left open, and tells of what has changed. */
  #rest(): void {
    this.#incoming.settled()
    const { settings } = this.#session ?? {}
    if (settings === undefined || this.#phase.kind !== 'ready') return
    const isAtRest = this.#isAtRest
    if (this.#session?.status !== 'I') this.#timeouts.idleInTransaction(settings)
    const expires = isAtRest && idleSessionMs(settings) > 0
    if (expires) this.#idleSinceMs = Date.now()
    const mark = isAtRest ? [...(this.#session?.mark() ?? []), expires && {}] : [false]
    const { length } = this.#toldMark
    if (mark.length === length && mark.every((part, i) => part === this.#toldMark[i])) {
      return this.#socket.rested?.()
    }
    this.#toldMark = mark
    this.#socket.changed()
  }

  /** Between two exchanges, with nothing open. */
  get #isAtRest(): boolean {
    if (this.#phase.kind !== 'ready' || this.#session?.status !== 'I') return false
    return !this.#phase.conversation.isInBatch && this.#incoming.isEmpty
  }

  /** What pg_stat_activity says of it. */
  get facts(): SessionFacts | undefined {
    return this.#session?.facts
  }

  /** undefined until the client is known. */
  get saved(): SavedConnection | undefined {
    const [session, key] = [this.#session, this.#key]
    if (this.#phase.kind === 'resuming') return this.#phase.saved
    if (session === undefined || key === undefined || this.#phase.kind !== 'ready') return undefined
    const { role, parameters } = this.#identity
    const isAtRest = this.#isAtRest && this.#running === undefined
    return {
      role,
      parameters,
      key,
      session: isAtRest && session.canSleep ? session.save() : undefined,
      expiresAtMs: this.expiresAtMs,
    }
  }

  /** When idle_session_timeout will end it, if nothing comes before. Milliseconds since 1970. */
  get expiresAtMs(): number | undefined {
    if (this.#phase.kind === 'resuming') return this.#phase.saved.expiresAtMs
    if (this.#running !== undefined || !this.#isAtRest) return undefined
    const limitMs = this.#session === undefined ? 0 : idleSessionMs(this.#session.settings)
    return limitMs === 0 ? undefined : this.#idleSinceMs + limitMs
  }

  /** Ends it if idle_session_timeout has run out. */
  expire(nowMs: number): void {
    const { expiresAtMs } = this
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs) this.end(idleSessionTimeout())
  }

  /** Something was said on a channel: heard at once by a session that rests, else after its transaction. */
  #onMail(): void {
    if (this.#running !== undefined || this.#mailbox?.isEmpty !== false) return
    if (!this.#isAtRest) return
    // A client that does not read must not be told without end: its mail waits, and fills the queue.
    const { backlog } = this.#pressure
    if (backlog !== undefined) return void backlog.then(() => this.#onMail())
    this.#readMail()
    this.#send()
  }

  #readMail(): void {
    if (this.#session?.status !== 'I' || this.#mailbox === undefined) return
    for (const { processId, channel, payload } of this.#mailbox.take()) {
      notification(this.#out, processId, channel, payload)
    }
  }

  #send(): void {
    if (this.#out.length === 0) return
    if (this.#phase.kind === 'ready') this.#phase.conversation.sent()
    this.#transmit(this.#out.take())
  }

  #transmit(bytes: Uint8Array<ArrayBuffer> | undefined): void {
    if (bytes === undefined) return
    try {
      this.#socket.send(bytes)
      this.#pressure.sent(bytes.length)
    } catch {
      // The client has gone; the socket's close follows.
    }
  }

  /** undefined when it is done already. */
  #handle(message: FramedMessage): Promise<void> | undefined {
    const phase = this.#phase
    switch (phase.kind) {
      case 'login':
        return this.#login(phase.login, message)
      case 'ready':
        return this.#converse(phase.conversation, message)
      case 'resuming':
        return this.#wake(phase.saved, phase.session).then(() => this.#handle(message))
      case 'closed':
        return undefined
      default:
        return unreachable(phase)
    }
  }

  async #login(login: Login, message: FramedMessage): Promise<void> {
    const step = await login.handle(message)
    if (step === 'over') this.close()
    else if (step === 'more') this.#send()
    else if (this.#phase.kind !== 'closed') await this.#enter(step)
  }

  /** The client is known: its session begins. */
  async #enter({ branch, role, parameters }: KnownClient): Promise<void> {
    this.#branch = branch
    const catalog = branch.shared.newest
    const name = databaseOf(role, parameters)
    const database = await enterDatabase(branch, name, role)
    checkConnectionLimits(this.#host.occupancy, catalog, {
      role,
      login: roleLogin(catalog, role),
      database: name,
    })
    this.#timeouts.authenticated()
    this.#incoming.known()
    const key = this.#host.connections.newKey()
    const conversation = this.#begin(database, role, parameters, key)
    authenticationOk(this.#out)
    parameterStatus(this.#out, 'session_authorization', role)
    backendKeyData(this.#out, key.processId, key.secretKey)
    conversation.ready()
  }

  async #wake({ role, parameters, key }: SavedConnection, saved: SavedSession): Promise<void> {
    const branch = await this.#host.openBranch()
    this.#branch = branch
    const database = await branch.databases.named(databaseOf(role, parameters))
    // The role may have been dropped, or locked out, meanwhile.
    this.#host.passwords.requireLogin(role, roleLogin(branch.shared.newest, role))
    this.#begin(database, role, parameters, key)
    if (this.#session !== undefined) await database.run(this.#session.resume(saved))
  }

  #begin(
    database: BranchDatabase,
    role: string,
    parameters: ReadonlyMap<string, string>,
    key: BackendKey,
  ): Conversation {
    const branch = this.#branch
    assert(branch !== undefined, 'the branch is open')
    const { name } = database
    const session = database.newSession({
      user: role,
      settings: settingsOf(parameters),
      processId: key.processId,
      clientAddress: this.#socket.address,
      control: { cancel: () => this.#cancel(), terminate: () => this.end(terminatedByAdmin()) },
    })
    this.#host.connections.add(key, { role, database: name, cancel: () => this.#cancel() })
    this.#mailbox = branch.notifications.open(
      name,
      () => session.channels,
      () => this.#onMail(),
    )
    this.#database = database
    this.#session = session
    this.#key = key
    this.#identity = { role, parameters }
    const conversation = new Conversation(database, session, this.#out, {
      pressure: this.#pressure,
      send: () => this.#send(),
      messages: {
        next: () => this.#incoming.next(),
        arrival: () => this.#arrival(),
        expectData: () => this.#incoming.expectData(() => database.createSpill()),
        loseTrack: () => void (this.#hasLostTrack = true),
      },
      beforeReady: () => this.#beforeReady(),
    })
    this.#phase = { kind: 'ready', conversation }
    return conversation
  }

  #converse(conversation: Conversation, framed: FramedMessage): Promise<void> | undefined {
    let message: FrontendMessage
    try {
      message = decodeFrontend(framed)
    } catch (error) {
      if (!isReadable(framed.tag)) throw error
      conversation.fail(error)
      return undefined
    }
    if (message.kind === 'terminate') {
      this.close()
      return undefined
    }
    if (this.#session !== undefined) this.#timeouts.working(this.#session.settings)
    return conversation.handle(message)
  }

  /** The session is about to say that it is ready. */
  #beforeReady(): void {
    if (this.#session?.status === 'I') this.#timeouts.transactionEnded()
    this.#readMail()
  }
}

/** Of a known kind: the bytes after it can still be made sense of. */
function isReadable(tag: number): boolean {
  return 'QPBDECHSXdcfF'.includes(String.fromCharCode(tag))
}
