/** A parsed regular expression matched without JavaScript's engine: in bounded time, whatever the pattern and text. */
import type { ParsedRegex } from '../parse-regex.ts'
import { contains } from '../regex-tree.ts'
import { findByBacktracking } from './backtrack.ts'
import type { Found } from './backtrack.ts'
import { emptySlots, findCaptures } from './find-captures.ts'
import { findSpan } from './find-span.ts'
import type { SpanRequest } from './find-span.ts'
import { compileProgram } from './regex-program.ts'
import type { RegexProgram } from './regex-program.ts'
import type { TextRun } from './text-run.ts'

export class LinearMatcher {
  readonly #program: RegexProgram
  readonly #hasReferences: boolean
  readonly #choice: 'longest' | 'shortest' | 'first'

  constructor({ tree, groups, ignoreCase, prefers }: ParsedRegex) {
    this.#program = compileProgram(tree, groups, ignoreCase)
    this.#hasReferences = contains(tree, 'reference')
    this.#choice = prefers ?? 'first'
  }

  test(run: TextRun): boolean {
    const request: SpanRequest = { from: 0, choice: 'any', anchored: false }
    if (this.#hasReferences) return findByBacktracking(this.#program, run, request) !== undefined
    return findSpan(this.#program, run, request) !== undefined
  }

  /** The preferred of the matches that begin first; with `anchored` only of those that begin at `from`. */
  match(run: TextRun, from: number, anchored: boolean): Found | undefined {
    const request: SpanRequest = { from, choice: this.#choice, anchored }
    if (this.#hasReferences) return findByBacktracking(this.#program, run, request)
    const span = findSpan(this.#program, run, request)
    if (span === undefined) return undefined
    const [start, end] = span
    const slots =
      this.#program.groups === 0 ? undefined : findCaptures(this.#program, run, start, end)
    return { start, end, slots: slots ?? emptySlots(this.#program) }
  }
}
