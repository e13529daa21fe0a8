/** Plays a scenario on PostgreSQL or on Lakelet and writes down what happened: the same text where both do the same. */
import type { Scenario, Step } from './step-script.ts'

/** How a statement ended. */
export type Outcome =
  | { readonly rows: readonly (readonly (string | null)[])[]; readonly tag: string }
  | { readonly code: string; readonly message: string }

export interface StepTarget {
  /** Never rejects. */
  submit(session: string, text: string): Promise<Outcome>
  /** Resolves when each of the sessions has ended its statement or waits for another session. */
  settle(sessions: readonly string[]): Promise<void>
  cancel(session: string): Promise<void>
  close(session: string): Promise<void>
}

/** Longer than any timeout in the scripts. */
const PATIENCE_MS = 10_000

export async function runScenario(scenario: Scenario, target: StepTarget): Promise<string> {
  return await new Play(target).run(scenario)
}

class Play {
  readonly #target: StepTarget
  readonly #lines: string[] = []
  /** Statements that have not been reported, by session; undefined while they run. */
  readonly #pending = new Map<string, Outcome | undefined>()

  constructor(target: StepTarget) {
    this.#target = target
  }

  async run({ name, setup, steps }: Scenario): Promise<string> {
    for (const text of setup) {
      const outcome = await this.#target.submit('setup', text)
      if ('code' in outcome) throw new Error(`${name}: ${text}: ${outcome.message}`)
    }
    for (const step of steps) await this.#take(step)
    const left = [...this.#pending.keys()]
    if (left.length > 0) this.#lines.push(`   still waiting: ${left.join(', ')}`)
    return `=== ${name}\n${this.#lines.join('\n')}\n`
  }

  async #take(step: Step): Promise<void> {
    const { kind, session, text } = step
    this.#lines.push(kind === 'statement' || kind === 'wait' ? `${session}: ${text}` : text)
    if (kind === 'cancel') await this.#target.cancel(session)
    else if (kind === 'close') await this.#target.close(session)
    else if (this.#pending.has(session)) return void this.#lines.push('   cannot: it still waits')
    else await this.#start(step)
    await this.#target.settle([...this.#pending.keys()])
    await new Promise((resolve) => setImmediate(resolve))
    this.#report(session)
  }

  async #start({ kind, session, text }: Step): Promise<void> {
    this.#pending.set(session, undefined)
    const ended = this.#target.submit(session, text).then((outcome) => {
      this.#pending.set(session, outcome)
    })
    if (kind === 'wait') await Promise.race([ended, tooLong(session)])
  }

  #report(current: string): void {
    for (const session of [...this.#pending.keys()].sort()) {
      const outcome = this.#pending.get(session)
      if (outcome !== undefined) {
        this.#pending.delete(session)
        const prefix = session === current ? '   ' : `   ${session}: `
        this.#lines.push(...outcomeLines(outcome).map((line) => prefix + line))
      } else if (session === current) this.#lines.push('   waits')
    }
  }
}

function outcomeLines(outcome: Outcome): readonly string[] {
  if ('code' in outcome) return [`ERROR ${outcome.code} ${outcome.message}`]
  const rows = outcome.rows.map((row) => row.map((value) => value ?? 'null').join(' | '))
  return rows.length === 0 ? [outcome.tag] : rows
}

async function tooLong(session: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())
  throw new Error(`${session} does not end`)
}
