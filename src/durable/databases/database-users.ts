/** Who is in a database: DROP DATABASE and its like want it empty. */
import type { Session } from '../../sql/session/session.ts'

export class DatabaseUsers {
  /** Each session, and what ends it from outside where somebody holds it open. */
  readonly #sessions = new Map<Session, (() => void) | undefined>()
  #awaitingLeave: (() => void)[] = []

  get isEmpty(): boolean {
    return this.#sessions.size === 0
  }

  enter(session: Session, terminate: (() => void) | undefined): void {
    this.#sessions.set(session, terminate)
  }

  leave(session: Session): void {
    if (!this.#sessions.delete(session)) return
    const awaiting = this.#awaitingLeave
    this.#awaitingLeave = []
    for (const left of awaiting) left()
  }

  /** Without the session of that process number. */
  countBeside(processId: number): number {
    let count = 0
    for (const session of this.#sessions.keys()) if (session.processId !== processId) count++
    return count
  }

  /** Settles when nobody is there any more but the one who asks. */
  async left(processId: number): Promise<void> {
    while (this.countBeside(processId) > 0) {
      await new Promise<void>((left) => void this.#awaitingLeave.push(left))
    }
  }

  terminateAll(): void {
    for (const [session, terminate] of this.#sessions) {
      session.cancel()
      terminate?.()
    }
  }
}
