/**
 * What a client and its session say to each other once the client is known: the simple protocol (Query) and the extended
 * one (Parse, Bind, Describe, Execute, Close, Flush, Sync).
 *
 * After an error in the extended protocol everything up to the next Sync is skipped, as the client has sent it in the belief
 * that all went well.
 */
import { unsupported } from '../../errors/sql-error.ts'
import type { SqlError } from '../../errors/sql-error.ts'
import type { Session } from '../../sql/session/session.ts'
import type { ValueFormat } from '../../sql/session/result/statement-result.ts'
import type { Task } from '../../storage/task.ts'
import type { BranchDatabase } from '../branch-database.ts'
import { asSqlError } from '../http-sql/error-body.ts'
import {
  bare,
  errorResponse,
  parameterDescription,
  readyForQuery,
  rowDescription,
} from './codec/backend-messages.ts'
import { protocolViolation } from './codec/byte-reader.ts'
import type { BackPressure } from './flow/back-pressure.ts'
import { ExtendedBatch, isLostRace } from './extended-batch.ts'
import type {
  BindMessage,
  CloseMessage,
  DescribeMessage,
  ExecuteMessage,
  FormatCode,
  FrontendMessage,
  ParseMessage,
} from './codec/frontend-messages.ts'
import type { MessageWriter } from './codec/message-writer.ts'
import { ReportedSettings } from './reported-settings.ts'
import type { MessageSource } from './wire-copy.ts'
import { WireSink } from './wire-sink.ts'

/** A statement that lost a race is run again this often; nothing of it was sent yet. */
const MAX_ATTEMPTS = 20

export interface ConversationHooks {
  readonly pressure: BackPressure
  /** Lets go what has been written. */
  readonly send: () => void
  /** For COPY, which takes messages itself. */
  readonly messages: MessageSource
  /** May write more, when the session is about to say that it is ready. */
  readonly beforeReady: () => void
}

export class Conversation {
  readonly #database: BranchDatabase
  readonly #session: Session
  readonly #out: MessageWriter
  readonly #hooks: ConversationHooks
  readonly #settings: ReportedSettings
  #isSkipping = false
  #batch: ExtendedBatch | undefined

  constructor(
    database: BranchDatabase,
    session: Session,
    out: MessageWriter,
    hooks: ConversationHooks,
  ) {
    this.#database = database
    this.#session = session
    this.#out = out
    this.#hooks = hooks
    this.#settings = new ReportedSettings(session.settings)
  }

  /** What was said on channels, settings that have changed, then ReadyForQuery. */
  ready(): void {
    this.#hooks.beforeReady()
    this.#settings.report(this.#out)
    readyForQuery(this.#out, this.#session.status)
  }

  /** Between two Syncs: the client does not expect anything yet. */
  get isInBatch(): boolean {
    return this.#batch !== undefined
  }

  /** undefined when it is done already: most messages wait for nothing. */
  handle(message: FrontendMessage): Promise<void> | undefined {
    if (message.kind === 'sync') return this.#sync()
    // The simple protocol has no Sync: each message stands for itself.
    if (message.kind === 'query' || message.kind === 'functionCall') return this.#single(message)
    if (message.kind === 'flush') this.#flush()
    else if (!this.#isSkipping && !isCopyMessage(message)) {
      this.#batch ??= new ExtendedBatch(this.#out.length, this.#session.status === 'I')
      this.#batch.add(message)
      return this.#extended(message, this.#batch)
    }
    return undefined
  }

  /** Takes what waits to be sent of batches that are over: their client waits for it. */
  takeAnswered(): Uint8Array<ArrayBuffer> | undefined {
    const length = this.#batch?.start ?? this.#out.length
    if (length === 0) return undefined
    this.#batch?.becameFirst()
    return this.#out.take(length)
  }

  /** What was sent cannot be taken back. */
  sent(): void {
    this.#batch?.settle()
    this.#batch?.becameFirst()
  }

  async #single(message: FrontendMessage): Promise<void> {
    if (this.#isSkipping) return
    this.#batch = undefined
    try {
      if (message.kind !== 'query') throw unsupported('the function call message')
      await this.#query(message.text)
    } catch (error) {
      this.report(error)
    }
    this.ready()
  }

  #extended(message: FrontendMessage, batch: ExtendedBatch): Promise<void> | undefined {
    if (message.kind === 'execute') return this.#execute(message, batch)
    try {
      this.#dispatch(message)
    } catch (error) {
      this.#failed(error, batch)
    }
    return undefined
  }

  #failed(error: unknown, batch: ExtendedBatch): void {
    this.#isSkipping = true
    if (batch.canRepeat(error)) batch.lostRace = error
    else {
      this.report(error)
      this.#hooks.send()
    }
  }

  #flush(): void {
    const lostRace = this.#batch?.settle()
    if (lostRace !== undefined) this.report(lostRace)
    this.#hooks.send()
  }

  /** A message that could not be read: as if it had failed. */
  fail(error: unknown): void {
    this.#session.fail()
    this.#batch?.settle()
    this.report(error)
    this.#isSkipping = true
    this.#hooks.send()
  }

  report(error: unknown): void {
    const { code, message, fields } = asSqlError(error)
    errorResponse(this.#out, { ...fields, severity: 'ERROR', code, message })
  }

  #dispatch(message: FrontendMessage): void {
    switch (message.kind) {
      case 'parse':
        return this.#parse(message)
      case 'bind':
        return this.#bind(message)
      case 'describe':
        return this.#describe(message)
      case 'close':
        return this.#close(message)
      default:
        throw protocolViolation(`unexpected message ${message.kind}`)
    }
  }

  async #query(text: string): Promise<void> {
    const start = this.#out.length
    for (let attempt = 1; ; attempt++) {
      const wasIdle = this.#session.status === 'I'
      const sink = this.#sink(true)
      try {
        return await this.#run(this.#session.executeScript(text, sink))
      } catch (error) {
        const canRepeat = wasIdle && sink.completed === 0 && !sink.hasSent && attempt < MAX_ATTEMPTS
        if (!canRepeat || !isLostRace(error)) throw error
        this.#out.truncate(start)
      }
    }
  }

  #sink(describesRows: boolean): WireSink {
    return new WireSink({ out: this.#out, ...this.#hooks }, describesRows)
  }

  /** Held back while the client does not read. */
  #run<T>(task: Task<T>): Promise<T> {
    return this.#database.run(this.#hooks.pressure.pace(task))
  }

  #parse({ name, text, parameterTypes }: ParseMessage): void {
    this.#session.prepare({ name, text, parameterTypes })
    bare(this.#out, 'parseComplete')
  }

  #bind(message: BindMessage): void {
    const { portal, statement, parameters, parameterFormats, resultFormats } = message
    const { length } = parameters
    if (parameterFormats.length > 1 && parameterFormats.length !== length) {
      throw protocolViolation(
        `bind message has ${parameterFormats.length} parameter formats but ${length} parameters`,
      )
    }
    const formats = resultFormats.map(formatOf)
    this.#session.bind({ portal, statement, parameters, formats })
    bare(this.#out, 'bindComplete')
  }

  #describe({ target, name }: DescribeMessage): void {
    if (target === 'statement') {
      const { parameterTypes, columns } = this.#session.describeStatement(name)
      parameterDescription(this.#out, parameterTypes)
      if (columns === undefined) bare(this.#out, 'noData')
      else rowDescription(this.#out, columns, [])
      return
    }
    const { columns, formats } = this.#session.describePortal(name)
    if (columns === undefined) bare(this.#out, 'noData')
    else rowDescription(this.#out, columns, formats.map(codeOf))
  }

  async #execute({ portal, maxRows }: ExecuteMessage, batch: ExtendedBatch): Promise<void> {
    const sink = this.#sink(false)
    try {
      const isComplete = await this.#run(this.#session.runPortal(portal, maxRows, sink))
      if (!isComplete) bare(this.#out, 'portalSuspended')
      batch.completed(sink.lastTag)
    } catch (error) {
      this.#failed(error, batch)
    }
  }

  #close({ target, name }: CloseMessage): void {
    if (target === 'statement') this.#session.closeStatement(name)
    else this.#session.closePortal(name)
    bare(this.#out, 'closeComplete')
  }

  async #sync(): Promise<void> {
    const batch = this.#batch
    for (;;) {
      const lost = batch?.lostRace ?? (await this.#commit(batch))
      if (lost === undefined || batch === undefined) break
      this.#isSkipping = false
      this.#out.truncate(batch.start)
      await this.#repeat(batch)
    }
    this.#batch = undefined
    this.#isSkipping = false
    this.ready()
  }

  /** The end of an implicit transaction: a lost race if the batch may run again. */
  async #commit(batch: ExtendedBatch | undefined): Promise<SqlError | undefined> {
    try {
      await this.#database.run(this.#session.sync())
    } catch (error) {
      if (batch?.canRepeat(error) === true) return error as SqlError // canRepeat has looked
      this.report(error)
    }
    return undefined
  }

  async #repeat(batch: ExtendedBatch): Promise<void> {
    for (const message of batch.repeat()) {
      if (this.#isSkipping) return
      if (message.kind === 'parse') this.#session.closeStatement(message.name)
      await this.#extended(message, batch)
    }
  }
}

/** Left over from a COPY that has failed. */
function isCopyMessage({ kind }: FrontendMessage): boolean {
  return kind === 'copyData' || kind === 'copyDone' || kind === 'copyFail'
}

function formatOf(code: FormatCode): ValueFormat {
  return code === 1 ? 'binary' : 'text'
}

function codeOf(format: ValueFormat): FormatCode {
  return format === 'binary' ? 1 : 0
}
