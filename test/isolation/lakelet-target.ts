/**
 * The steps on Lakelet's engine in Node. Each session's task is driven here, so that it is known which of them wait for
 * another session (a `blocked` suspension) and which merely for storage.
 */
import { SqlError } from '../../src/errors/sql-error.ts'
import type { Branch } from '../../src/durable/branch.ts'
import { CollectedResults } from '../../src/sql/session/result/statement-result.ts'
import type { Session } from '../../src/sql/session/session.ts'
import type { Task } from '../../src/storage/task.ts'
import { memoryPlatform, openMemoryBranch } from '../engine/memory-branch.ts'
import { forgetPages } from './forget-pages.ts'
import type { Outcome, StepTarget } from './run-scenario.ts'

/** Turns of the event loop without any progress until a blocked session counts as waiting. */
const QUIET_TURNS = 3

interface Client {
  readonly session: Session
  state: 'idle' | 'running' | 'blocked'
}

export class LakeletTarget implements StepTarget {
  readonly #branch: Branch
  readonly #forget: () => Promise<void>
  readonly #clients = new Map<string, Client>()
  #progress = 0

  private constructor(branch: Branch, forget: () => Promise<void>) {
    this.#branch = branch
    this.#forget = forget
  }

  /** `isCold`: before every statement all pages are forgotten. */
  static async open(isCold: boolean): Promise<LakeletTarget> {
    const platform = memoryPlatform()
    const branch = await openMemoryBranch(platform)
    return new LakeletTarget(branch, async () => {
      if (isCold) await forgetPages(branch, platform)
    })
  }

  async submit(name: string, text: string): Promise<Outcome> {
    const client = this.#client(name)
    client.state = 'running'
    await this.#forget()
    try {
      const results = new CollectedResults()
      await this.#drive(client, client.session.execute(text, [], results))
      const { rows, tag } = results.results[0] ?? { rows: [], tag: '' }
      return { rows, tag: shortTag(tag) }
    } catch (error) {
      if (error instanceof SqlError) return { code: error.code, message: error.message }
      return { code: 'internal', message: String(error) }
    } finally {
      client.state = 'idle'
      this.#progress++
    }
  }

  async settle(names: readonly string[]): Promise<void> {
    let seen = this.#progress
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      await new Promise((resolve) => setImmediate(resolve))
      const isRunning = names.some((name) => this.#client(name).state === 'running')
      quiet = isRunning || this.#progress !== seen ? 0 : quiet + 1
      seen = this.#progress
    }
  }

  cancel(name: string): Promise<void> {
    this.#client(name).session.cancel()
    return Promise.resolve()
  }

  async close(name: string): Promise<void> {
    const client = this.#client(name)
    this.#clients.delete(name)
    await this.#drive(client, client.session.end())
  }

  async end(): Promise<void> {
    for (const { session } of this.#clients.values()) session.close()
    await this.#branch.store.close()
  }

  async #drive(client: Client, task: Task<void>): Promise<void> {
    let step = task.next()
    while (step.done !== true) {
      client.state = step.value.kind === 'blocked' ? 'blocked' : 'running'
      await this.#branch.store.serve(step.value)
      client.state = 'running'
      this.#progress++
      step = task.next()
    }
  }

  #client(name: string): Client {
    let client = this.#clients.get(name)
    if (client === undefined) {
      client = { session: this.#branch.newSession({ user: 'lakelet' }), state: 'idle' }
      this.#clients.set(name, client)
    }
    return client
  }
}

/** As the driver `pg` shows it: the first word and the number of rows. */
function shortTag(tag: string): string {
  const [, command = '', count] = /^([A-Za-z]+)(?: \d+)??(?: (\d+))?$/.exec(tag) ?? [
    tag,
    tag.split(' ')[0],
  ]
  return count === undefined ? command : `${command} ${count}`
}
