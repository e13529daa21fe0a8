/**
 * Where a match begins and ends, in time bounded by the program's size times the text's length: all threads advance
 * together, a character at a time, and of threads at the same instruction only the one that began first lives on.
 */
import type { Instruction, RegexProgram } from './regex-program.ts'
import type { TextRun } from './text-run.ts'
import { listsFor } from './thread-list.ts'
import type { ThreadList } from './thread-list.ts'

/** 'first' is the order of a backtracking search; 'any' stops at the first match seen, wherever it begins. */
export type SpanChoice = 'longest' | 'shortest' | 'first' | 'any'

export interface SpanRequest {
  readonly from: number
  readonly choice: SpanChoice
  /** The match begins at `from` or not at all. */
  readonly anchored: boolean
}

export function findSpan(
  program: RegexProgram,
  run: TextRun,
  request: SpanRequest,
): readonly [number, number] | undefined {
  return new SpanSearch(program, run).find(request)
}

class SpanSearch {
  readonly #code: readonly Instruction[]
  readonly #run: TextRun
  readonly #stack: number[] = []
  #current: ThreadList
  #next: ThreadList

  constructor(program: RegexProgram, run: TextRun) {
    this.#code = program.code
    this.#run = run
    ;[this.#current, this.#next] = listsFor(program)
  }

  find({ from, choice, anchored }: SpanRequest): readonly [number, number] | undefined {
    const { text } = this.#run
    let best: readonly [number, number] | undefined
    for (let at = from; ;) {
      if (best === undefined && (!anchored || at === from)) this.#enter(this.#current, 0, at, at)
      if (this.#current.count === 0 && (best !== undefined || anchored)) return best
      const character = text.codePointAt(at)
      const after = at + (character !== undefined && character > 0xffff ? 2 : 1)
      best = this.#advance(at, after, character, choice, best)
      if (character === undefined || (choice === 'any' && best !== undefined)) return best
      at = after
    }
  }

  /** Moves every thread over the character at `at`; answers the best match known. */
  #advance(
    at: number,
    after: number,
    character: number | undefined,
    choice: SpanChoice,
    known: readonly [number, number] | undefined,
  ): readonly [number, number] | undefined {
    const { places, starts, count } = this.#current
    this.#run.spend(count + 1)
    let best = known
    for (let i = 0; i < count; i++) {
      const start = starts[i]
      if (best !== undefined && (start > best[0] || (start === best[0] && choice === 'shortest'))) {
        break
      }
      const instruction = this.#code[places[i]]
      if (instruction.op === 'match') {
        best = [start, at]
        if (choice === 'first' || choice === 'any') break
      } else if (instruction.op === 'set' && character !== undefined) {
        if (instruction.set.has(character)) this.#enter(this.#next, places[i] + 1, start, after)
      }
    }
    this.#current.clear()
    const emptied = this.#current
    this.#current = this.#next
    this.#next = emptied
    return best
  }

  /** Adds the character instructions reachable from `place` without a character, in order of preference. */
  #enter(list: ThreadList, place: number, start: number, at: number): void {
    const stack = this.#stack
    stack.push(place)
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (!list.visit(top)) continue
      const instruction = this.#code[top]
      switch (instruction.op) {
        case 'set':
        case 'match':
          list.push(top, start)
          break
        case 'split':
          stack.push(instruction.second, instruction.first)
          break
        case 'jump':
          stack.push(instruction.to)
          break
        case 'assert':
        case 'look':
          if (holds(instruction, this.#run, at)) stack.push(top + 1)
          break
        default:
          stack.push(top + 1)
      }
    }
  }

  /** Marks each place of the text where a match from anywhere ends; backwards, where one begins. */
  markEnds(ends: Uint8Array, backwards: boolean): void {
    const { text } = this.#run
    for (let at = backwards ? text.length : 0; ;) {
      this.#enter(this.#current, 0, 0, at)
      const { places, count } = this.#current
      for (let i = 0; i < count; i++) if (this.#code[places[i]].op === 'match') ends[at] = 1
      const character = backwards ? characterBefore(text, at) : text.codePointAt(at)
      if (character === undefined) return
      const width = character > 0xffff ? 2 : 1
      const next = backwards ? at - width : at + width
      this.#advance(at, next, character, 'longest', undefined)
      at = next
    }
  }
}

function characterBefore(text: string, at: number): number | undefined {
  const whole = at >= 2 ? text.codePointAt(at - 2) : undefined
  return whole !== undefined && whole > 0xffff ? whole : text.codePointAt(at - 1)
}

type ZeroWidth = Extract<Instruction, { op: 'assert' | 'look' }>

/** Whether an assertion or a look-around holds at a place of the text. */
export function holds(instruction: ZeroWidth, run: TextRun, at: number): boolean {
  if (instruction.op === 'assert') {
    instruction.expression.lastIndex = at
    return instruction.expression.test(run.text)
  }
  const { program, behind, negated } = instruction
  const places = run.placesOf(program, (found) =>
    new SpanSearch(program, run).markEnds(found, !behind),
  )
  return (places[at] === 1) !== negated
}
