/**
 * COPY in the protocol: CopyInResponse and what the client sends upon it, CopyOutResponse and the rows after it.
 *
 * While data come in, the statement itself takes the connection's messages: it suspends when none is there, so that no more of
 * them is kept than came while it was busy.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { CopyChannel, CopyInput, CopyOutput } from '../../sql/copy/copy-channel.ts'
import type { ValueFormat } from '../../sql/session/result/statement-result.ts'
import type { Task } from '../../storage/task.ts'
import { bare, copyData, copyResponse } from './codec/backend-messages.ts'
import { ByteReader, protocolViolation } from './codec/byte-reader.ts'
import type { FramedMessage } from './codec/message-framer.ts'
import type { MessageWriter } from './codec/message-writer.ts'

/** The connection's messages, for whoever takes them while a statement runs. */
export interface MessageSource {
  /** The next one that is here. */
  next(): FramedMessage | undefined
  /** Settles when something has come, or nothing is waited for any more. */
  arrival(): Promise<void>
  /** Much may come now, faster than it is taken. */
  expectData(): void
  /** The client says what it must not say now: the connection ends when the statement's error has been told. */
  loseTrack(): void
}

export interface CopyWire {
  readonly out: MessageWriter
  readonly messages: MessageSource
  /** Lets go what was written. */
  readonly send: () => void
  /** Lets it go if it is much. */
  readonly sendFull: () => void
  /** While the client does not read: settles when it has caught up. */
  readonly backlog: () => Promise<void> | undefined
}

export class WireCopy implements CopyChannel {
  readonly #wire: CopyWire

  constructor(wire: CopyWire) {
    this.#wire = wire
  }

  startInput(columns: number, format: ValueFormat): CopyInput {
    const { out, send, messages } = this.#wire
    messages.expectData()
    copyResponse(out, 'in', columns, format === 'binary' ? 1 : 0)
    send()
    return new CopiedMessages(messages)
  }

  startOutput(columns: number, format: ValueFormat): CopyOutput {
    const { out, sendFull, backlog } = this.#wire
    copyResponse(out, 'out', columns, format === 'binary' ? 1 : 0)
    return {
      row: (bytes) => {
        copyData(out, bytes)
        sendFull()
      },
      finish: () => bare(out, 'copyDone'),
      backlog,
    }
  }
}

class CopiedMessages implements CopyInput {
  readonly #messages: MessageSource
  #isComplete = false

  constructor(messages: MessageSource) {
    this.#messages = messages
  }

  *read(): Task<Uint8Array | undefined> {
    while (!this.#isComplete) {
      const message = this.#messages.next()
      // Not `blocked`: the connection wakes it when it is cancelled, and there are very many of these waits.
      if (message === undefined) yield { kind: 'wait', until: this.#messages.arrival() }
      else {
        const data = this.#dataOf(message)
        if (data !== undefined && data.length > 0) return data
      }
    }
    return undefined
  }

  #dataOf({ tag, body }: FramedMessage): Uint8Array | undefined {
    switch (String.fromCharCode(tag)) {
      case 'd':
        return body
      case 'c':
        this.#isComplete = true
        return undefined
      case 'f':
        throw new SqlError(
          SQLSTATE.QUERY_CANCELED,
          `COPY from stdin failed: ${new ByteReader(body).string()}`,
        )
      // Flush and Sync: clients that send them right after Execute.
      case 'H':
      case 'S':
        return undefined
      default: {
        const shown = tag.toString(16).toUpperCase().padStart(2, '0')
        // What else it may send by mistake cannot be told from data.
        this.#messages.loseTrack()
        throw protocolViolation(`unexpected message type 0x${shown} during COPY from stdin`)
      }
    }
  }
}
