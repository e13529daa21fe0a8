/**
 * Groups a script's statements into requests. HTTP has no session, so what a script sets up for the rest of itself (SET) is
 * sent again at the head of each later request; statements that refuse to run in a transaction go alone.
 */
import type { ScriptPart } from '../sql/parse/split-statements.ts'

export interface ScriptStatement {
  readonly text: string
  /** 1-based line in the script. */
  readonly line: number
}

export interface ScriptBatch {
  /** SET statements seen before. */
  readonly settings: readonly string[]
  readonly statements: readonly ScriptStatement[]
}

const MAX_STATEMENTS = 200
const MAX_CHARACTERS = 256 * 1024

const SETS_SESSION = /^(set|reset)\s+(?!local\b|transaction\b|constraints\b)/i
const RUNS_ALONE =
  /^(create|drop|alter)\s+database\b|^vacuum\b|^create\s+(unique\s+)?index\s+concurrently\b/i
const BEGINS = /^(begin|start\s+transaction)\b/i
const ENDS = /^(commit|end|rollback|abort)\b(?!\s+to\b)/i

export function scriptBatches(parts: readonly ScriptPart[]): readonly ScriptBatch[] {
  return new Batcher().collect(parts)
}

class Batcher {
  readonly #batches: ScriptBatch[] = []
  #settings: readonly string[] = []
  #statements: ScriptStatement[] = []
  #characters = 0
  /** Between BEGIN and COMMIT of the script itself, which may not be cut. */
  #isInBlock = false

  collect(parts: readonly ScriptPart[]): readonly ScriptBatch[] {
    for (const part of parts) if (part.kind === 'statement') this.#take(part)
    this.#flush()
    return this.#batches
  }

  #take({ text, line }: ScriptStatement): void {
    const body = withoutLeadingComments(text)
    if (body === '' || body === ';') return
    if (BEGINS.test(body)) {
      this.#flush()
      this.#isInBlock = true
      return
    }
    if (ENDS.test(body)) {
      // The request is the transaction; what the script rolls back is not sent at all.
      if (/^(rollback|abort)/i.test(body)) this.#statements = []
      this.#isInBlock = false
      this.#flush()
      return
    }
    const isAlone = RUNS_ALONE.test(body)
    if (isAlone) this.#flush()
    this.#statements.push({ text, line })
    this.#characters += text.length
    const isFull = this.#statements.length >= MAX_STATEMENTS || this.#characters >= MAX_CHARACTERS
    if (isAlone || (isFull && !this.#isInBlock)) this.#flush()
    if (SETS_SESSION.test(body)) this.#settings = [...this.#settings, text]
  }

  #flush(): void {
    if (this.#statements.length > 0) {
      const settings = this.#settings.filter(
        (text) => !this.#statements.some((s) => s.text === text),
      )
      this.#batches.push({ settings, statements: this.#statements })
    }
    this.#statements = []
    this.#characters = 0
  }
}

function withoutLeadingComments(text: string): string {
  return text.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/, '')
}
