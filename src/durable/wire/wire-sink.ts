/** Results of statements as protocol messages. Large results leave in pieces while they are made. */
import type {
  Notice,
  ResultColumn,
  ResultRow,
  ResultSink,
  ValueFormat,
} from '../../sql/session/result/statement-result.ts'
import {
  bare,
  commandComplete,
  dataRow,
  noticeResponse,
  rowDescription,
} from './codec/backend-messages.ts'
import type { BackPressure } from './flow/back-pressure.ts'
import type { MessageWriter } from './codec/message-writer.ts'
import { WireCopy } from './wire-copy.ts'
import type { MessageSource } from './wire-copy.ts'

/** A frame of about this size is sent as soon as it is full. */
const FRAME_BYTES = 64 * 1024

/** What of its connection a sink needs. */
export interface SinkWire {
  readonly out: MessageWriter
  readonly messages: MessageSource
  readonly pressure: BackPressure
  /** Lets go what has been written. */
  readonly send: () => void
}

export class WireSink implements ResultSink<ResultRow> {
  readonly takesBinary = true
  readonly #out: MessageWriter
  readonly #send: () => void
  readonly #messages: MessageSource
  readonly #pressure: BackPressure
  readonly #describesRows: boolean
  /** Statements that have come to their end. */
  completed = 0
  lastTag = ''
  /** Something has left already: it cannot be taken back. */
  hasSent = false

  /** `describesRows`: the simple protocol's way; in the extended one Describe does that. */
  constructor({ out, send, messages, pressure }: SinkWire, describesRows: boolean) {
    this.#out = out
    this.#send = send
    this.#messages = messages
    this.#pressure = pressure
    this.#describesRows = describesRows
  }

  get backlog(): Promise<void> | undefined {
    return this.#pressure.backlog
  }

  get copy(): WireCopy {
    return new WireCopy({
      out: this.#out,
      messages: this.#messages,
      send: () => this.#flush(),
      sendFull: () => this.#flushFull(),
      backlog: () => this.backlog,
    })
  }

  columns(columns: readonly ResultColumn[], formats: readonly ValueFormat[] = []): void {
    if (!this.#describesRows) return
    rowDescription(
      this.#out,
      columns,
      formats.map((format) => (format === 'binary' ? 1 : 0)),
    )
  }

  rows(rows: readonly ResultRow[]): void {
    for (const row of rows) {
      dataRow(this.#out, row)
      this.#flushFull()
    }
  }

  #flushFull(): void {
    if (this.#out.length >= FRAME_BYTES) this.#flush()
  }

  #flush(): void {
    this.#send()
    this.hasSent = true
  }

  complete(tag: string): void {
    this.completed++
    this.lastTag = tag
    if (tag === '') bare(this.#out, 'emptyQuery')
    else commandComplete(this.#out, tag)
  }

  notice(notice: Notice): void {
    noticeResponse(this.#out, notice)
  }
}
