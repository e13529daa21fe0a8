/**
 * Runs clients of a branch interleaved: after each suspension of a statement, and between statements, a seeded choice says
 * who goes on. Who waits for a lock cannot be chosen. The same seed makes the same run.
 */
import { SqlError } from '../../../src/errors/sql-error.ts'
import type { Branch } from '../../../src/durable/branch.ts'
import { CollectedResults } from '../../../src/sql/session/result/statement-result.ts'
import type { Session } from '../../../src/sql/session/session.ts'
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { Task } from '../../../src/storage/task.ts'

export type Rows = readonly (readonly (string | null)[])[]
/** A text and its parameters. */
export type Statement = readonly [string, ...(readonly unknown[])]
/** A client: yields statements, is given their rows or their error. */
export type Client = Generator<Statement, void, Rows | SqlError>

interface Running {
  readonly session: Session
  readonly client: Client
  results: CollectedResults
  task: Task<void> | undefined
  answer: Rows | SqlError
  isBlocked: boolean
}

export class Scheduler {
  readonly #branch: Branch
  readonly #random: SeededRandom
  readonly #between: () => Promise<void>
  readonly #running: Running[] = []
  #steps = 0

  /** `between` happens between any two steps. */
  constructor(branch: Branch, random: SeededRandom, between: () => Promise<void>) {
    this.#branch = branch
    this.#random = random
    this.#between = between
  }

  /** Counts up with everything that happens. */
  get now(): number {
    return this.#steps
  }

  add(client: Client): void {
    this.#running.push({
      session: this.#branch.newSession({ user: 'lakelet' }),
      client,
      results: new CollectedResults(),
      task: undefined,
      answer: [],
      isBlocked: false,
    })
  }

  async run(): Promise<void> {
    for (let idle = 0; this.#running.length > 0;) {
      const ready = this.#running.filter(({ isBlocked }) => !isBlocked)
      const next = ready[this.#random.below(Math.max(1, ready.length))]
      if (next === undefined) {
        // Locks are handed on in microtasks.
        if (++idle > 100) throw new Error('all clients wait for each other')
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      idle = 0
      this.#steps++
      await this.#step(next)
      await this.#between()
    }
  }

  async #step(running: Running): Promise<void> {
    if (running.task === undefined) return this.#nextStatement(running)
    try {
      const step = running.task.next()
      if (step.done === true) {
        running.task = undefined
        running.answer = running.results.results.at(-1)?.rows ?? []
      } else if (step.value.kind === 'blocked') {
        running.isBlocked = true
        void step.value.until.then(() => (running.isBlocked = false))
        await Promise.resolve()
      } else await this.#branch.store.serve(step.value)
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      running.task = undefined
      running.answer = error
    }
  }

  async #nextStatement(running: Running): Promise<void> {
    const statement = running.client.next(running.answer)
    if (statement.done === true) {
      this.#running.splice(this.#running.indexOf(running), 1)
      return
    }
    running.results = new CollectedResults()
    const [text, ...parameters] = statement.value
    running.task = running.session.execute(text, parameters.map(String), running.results)
  }
}
