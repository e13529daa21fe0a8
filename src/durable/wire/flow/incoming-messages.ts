/**
 * What a client has sent and nobody has answered yet: bytes come in whatever pieces, messages are taken one after the other, by the
 * connection or by a COPY that runs.
 */
import type { SpillSegments } from '../../../sql/session/limits/statement-spill.ts'
import { MessageFramer } from '../codec/message-framer.ts'
import type { FramedMessage } from '../codec/message-framer.ts'
import type { ConnectionInput } from './input-budget.ts'
import { InputOverflow, OVERFLOW_FROM_BYTES } from './input-overflow.ts'

export class IncomingMessages {
  /** Login sees the first messages, which are framed otherwise, and switches it over. */
  readonly framer = new MessageFramer()
  readonly #budget: ConnectionInput
  /** Where data wait while they are copied. */
  #overflow: InputOverflow | undefined
  /** Told when a message comes, or is not waited for any more. */
  #onArrival: (() => void) | undefined

  constructor(budget: ConnectionInput) {
    this.#budget = budget
  }

  /** Raises 53200 when too much waits. */
  add(chunk: Uint8Array): void {
    const overflow = this.#overflow
    const isFull = this.framer.pendingBytes > OVERFLOW_FROM_BYTES
    if (overflow !== undefined && (isFull || !overflow.isEmpty)) return overflow.add(chunk)
    this.framer.append(chunk)
    this.#budget.note(this.framer.pendingBytes)
  }

  /** undefined until one is complete. */
  next(): FramedMessage | undefined {
    let message = this.framer.next()
    while (message === undefined) {
      const chunk = this.#overflow?.take()
      if (chunk === undefined) break
      this.framer.append(chunk)
      message = this.framer.next()
    }
    this.#budget.note(this.framer.pendingBytes)
    return message
  }

  /** Nothing of a message has come. */
  get isEmpty(): boolean {
    return this.framer.pendingBytes === 0
  }

  /** The client is known, and may send more at once. */
  known(): void {
    this.#budget.known()
  }

  /** Data may come now, faster than they are taken. */
  expectData(createSpill: () => SpillSegments): void {
    this.#overflow ??= new InputOverflow(createSpill)
  }

  /** Everything that has come is answered. */
  settled(): void {
    if (this.#overflow?.isEmpty === true) this.#overflow = undefined
  }

  /** Settles when something has come, or nothing is waited for any more. */
  arrival(): Promise<void> {
    return new Promise((resolve) => void (this.#onArrival = resolve))
  }

  /** Who waits for a message looks again. */
  arrived(): void {
    this.#onArrival?.()
    this.#onArrival = undefined
  }

  close(): void {
    this.#budget.close()
    this.#overflow?.release()
  }
}
