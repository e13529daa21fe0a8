/** How COPY's data reach the client and come from it; whoever stands at the front door implements it. */
import type { Task } from '../../storage/task.ts'
import type { ValueFormat } from '../session/result/statement-result.ts'

export interface CopyChannel {
  /** Tells the client to send. */
  startInput(columns: number, format: ValueFormat): CopyInput
  /** Tells the client that data follow. */
  startOutput(columns: number, format: ValueFormat): CopyOutput
}

export interface CopyInput {
  /**
   * The next piece, good until the next is asked for; undefined when the client has sent everything. Raises 57014 when the
   * client gives up.
   */
  read(): Task<Uint8Array | undefined>
}

export interface CopyOutput {
  /** One row: the bytes are sent or copied before this returns. */
  row(bytes: Uint8Array): void
  finish(): void
  /** While the client does not read: settles when it has caught up. */
  backlog(): Promise<void> | undefined
}
