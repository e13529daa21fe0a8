/**
 * Carries what committed transactions have to say (NOTIFY) to the sessions of the same database that listen. Called in the slice
 * of the commit, so that everybody hears transactions in the order of their commits.
 *
 * A session that is in a transaction hears when that is over: until then its mailbox holds what has come. Sessions whose object
 * has slept since have no mailbox; whoever keeps their sockets is told instead.
 */
import type { Notification } from '../../sql/session/notify/session-channels.ts'

/** With the number of the session that said it. */
export interface Delivered extends Notification {
  readonly processId: number
}

/** All that may wait in mailboxes; beyond it NOTIFY fails. */
const QUEUE_BYTES = 16 << 20
const ENTRY_BYTES = 64

export type SleeperDelivery = (database: string, notifications: readonly Delivered[]) => void

export class NotificationHub {
  readonly #mailboxes = new Set<Mailbox>()
  #toSleepers: SleeperDelivery | undefined
  #waitingBytes = 0

  /** Sessions that are put away: called with everything that is said. */
  deliverToSleepers(deliver: SleeperDelivery): void {
    this.#toSleepers = deliver
  }

  /** 0 … 1 */
  get usage(): number {
    return Math.min(1, this.#waitingBytes / QUEUE_BYTES)
  }

  publish(database: string, processId: number, said: readonly Notification[]): void {
    const notifications = said.map((notification) => ({ ...notification, processId }))
    for (const mailbox of this.#mailboxes) {
      if (mailbox.database !== database || mailbox.channels.size === 0) continue
      const heard = notifications.filter(({ channel }) => mailbox.channels.has(channel))
      if (heard.length > 0) mailbox.put(heard)
    }
    this.#toSleepers?.(database, notifications)
  }

  /** `onMail` is called whenever something has come. */
  open(database: string, channels: () => ReadonlySet<string>, onMail: () => void): Mailbox {
    const mailbox = new Mailbox(database, channels, onMail, (bytes) => this.#note(bytes))
    this.#mailboxes.add(mailbox)
    return mailbox
  }

  close(mailbox: Mailbox): void {
    this.#mailboxes.delete(mailbox)
    mailbox.take()
  }

  #note(bytes: number): void {
    this.#waitingBytes += bytes
  }
}

/** What a session has been told and has not passed on to its client yet. */
export class Mailbox {
  readonly database: string
  readonly #channels: () => ReadonlySet<string>
  readonly #onMail: () => void
  readonly #note: (bytes: number) => void
  #waiting: Delivered[] = []
  #bytes = 0

  constructor(
    database: string,
    channels: () => ReadonlySet<string>,
    onMail: () => void,
    note: (bytes: number) => void,
  ) {
    this.database = database
    this.#channels = channels
    this.#onMail = onMail
    this.#note = note
  }

  get channels(): ReadonlySet<string> {
    return this.#channels()
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  put(notifications: readonly Delivered[]): void {
    let bytes = 0
    for (const notification of notifications) {
      this.#waiting.push(notification)
      bytes += notification.channel.length + notification.payload.length + ENTRY_BYTES
    }
    this.#bytes += bytes
    this.#note(bytes)
    this.#onMail()
  }

  take(): readonly Delivered[] {
    const taken = this.#waiting
    this.#waiting = []
    this.#note(-this.#bytes)
    this.#bytes = 0
    return taken
  }
}
