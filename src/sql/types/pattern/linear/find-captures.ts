/**
 * What the groups of a match capture once its bounds are known: threads carry their captures, and of those at the
 * same instruction only the preferred lives on, which is the one a backtracking search would find.
 */
import { holds } from './find-span.ts'
import type { Instruction, RegexProgram } from './regex-program.ts'
import type { TextRun } from './text-run.ts'
import { listsFor } from './thread-list.ts'
import type { ThreadList } from './thread-list.ts'

/** Bounds of group g at 2g and 2g + 1; -1 where it took no part. Never changed, only replaced. */
export type Slots = readonly number[]

interface Mark {
  readonly at: number
  readonly slots: Slots
  readonly outer: Mark | undefined
}
interface State {
  readonly slots: Slots
  /** Where the iterations under way began. */
  readonly mark: Mark | undefined
}

export function findCaptures(
  program: RegexProgram,
  run: TextRun,
  start: number,
  end: number,
): Slots | undefined {
  return new CaptureSearch(program, run).find(start, end)
}

export function emptySlots(program: RegexProgram): Slots {
  return Array.from({ length: 2 * (program.groups + 1) }, () => -1)
}

class CaptureSearch {
  readonly #program: RegexProgram
  readonly #code: readonly Instruction[]
  readonly #run: TextRun
  #current: ThreadList
  #next: ThreadList
  /** State of each thread of the two lists, by instruction. */
  #states: State[] = []
  #nextStates: State[] = []

  constructor(program: RegexProgram, run: TextRun) {
    this.#program = program
    this.#code = program.code
    this.#run = run
    ;[this.#current, this.#next] = listsFor(program)
  }

  find(start: number, end: number): Slots | undefined {
    const { text } = this.#run
    const initial = { slots: emptySlots(this.#program), mark: undefined }
    this.#enter(this.#current, this.#states, 0, initial, start)
    for (let at = start; at < end && this.#current.count > 0;) {
      const character = text.codePointAt(at) ?? 0 // within the text
      const after = at + (character > 0xffff ? 2 : 1)
      this.#advance(character, after)
      at = after
    }
    const { places, count } = this.#current
    for (let i = 0; i < count; i++) {
      if (this.#code[places[i]].op === 'match') return this.#states[places[i]].slots
    }
    return undefined
  }

  #advance(character: number, after: number): void {
    const { places, count } = this.#current
    this.#run.spend(count + 1)
    for (let i = 0; i < count; i++) {
      const instruction = this.#code[places[i]]
      if (instruction.op !== 'set' || !instruction.set.has(character)) continue
      this.#enter(this.#next, this.#nextStates, places[i] + 1, this.#states[places[i]], after)
    }
    this.#current.clear()
    const emptied = this.#current
    const emptiedStates = this.#states
    this.#current = this.#next
    this.#states = this.#nextStates
    this.#next = emptied
    this.#nextStates = emptiedStates
  }

  #enter(list: ThreadList, states: State[], place: number, initial: State, at: number): void {
    const stack: [number, State][] = [[place, initial]]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [here, state] = top
      if (!list.visit(here)) continue
      const instruction = this.#code[here]
      switch (instruction.op) {
        case 'set':
        case 'match':
          list.push(here, 0)
          states[here] = state
          break
        case 'split':
          stack.push([instruction.second, state], [instruction.first, state])
          break
        case 'jump':
          stack.push([instruction.to, state])
          break
        case 'assert':
        case 'look':
          if (holds(instruction, this.#run, at)) stack.push([here + 1, state])
          break
        default:
          stack.push([here + 1, stateAfter(instruction, state, at)])
      }
    }
  }
}

/** Captures and marks after an instruction that only notes something. */
function stateAfter(instruction: Instruction, state: State, at: number): State {
  const { slots, mark } = state
  switch (instruction.op) {
    case 'save':
      return { slots: slots.with(instruction.slot, at), mark }
    case 'forget':
      return { slots: forget(slots, instruction.low, instruction.high), mark }
    case 'mark':
      return { slots, mark: { at, slots, outer: mark } }
    case 'progress':
      // An iteration that matched nothing leaves no trace.
      return { slots: mark?.at === at ? mark.slots : slots, mark: mark?.outer }
    default:
      return state
  }
}

export function forget(slots: Slots, low: number, high: number): Slots {
  const result = [...slots]
  return result.fill(-1, 2 * low, 2 * high + 2)
}
