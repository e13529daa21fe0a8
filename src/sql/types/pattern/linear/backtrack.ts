/**
 * Back-references cannot be matched in linear time: a backtracking search over the same program, whose steps are
 * counted, so that it ends with an answer or with PostgreSQL's "too complex".
 */
import { emptySlots, forget } from './find-captures.ts'
import type { Slots } from './find-captures.ts'
import { holds } from './find-span.ts'
import type { SpanRequest } from './find-span.ts'
import type { Instruction, RegexProgram } from './regex-program.ts'
import type { TextRun } from './text-run.ts'

export interface Found {
  readonly start: number
  readonly end: number
  readonly slots: Slots
}

/** A step here takes about as long as ten threads in the linear search. */
const STEP_COST = 10

interface State {
  readonly place: number
  readonly at: number
  readonly slots: Slots
  readonly marks: readonly number[]
}

export function findByBacktracking(
  program: RegexProgram,
  run: TextRun,
  { from, choice, anchored }: SpanRequest,
): Found | undefined {
  const { text } = run
  for (let start = from; start <= text.length;) {
    const found = matchAt(program, run, start, choice)
    if (found !== undefined || anchored) return found
    start += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1
  }
  return undefined
}

function matchAt(
  program: RegexProgram,
  run: TextRun,
  start: number,
  choice: SpanRequest['choice'],
): Found | undefined {
  let best: Found | undefined
  const marks = Array.from({ length: program.loops }, () => -1)
  const stack: State[] = [{ place: 0, at: start, slots: emptySlots(program), marks }]
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    run.spend(STEP_COST)
    const instruction = program.code[state.place]
    if (instruction.op === 'split') {
      stack.push({ ...state, place: instruction.second }, { ...state, place: instruction.first })
    } else if (instruction.op === 'match') {
      if (isBetter(state.at, best, choice)) best = { start, end: state.at, slots: state.slots }
      if (choice === 'first' || choice === 'any') return best
    } else {
      const next = step(instruction, state, program, run)
      if (next !== undefined) stack.push(next)
    }
  }
  return best
}

function isBetter(end: number, best: Found | undefined, choice: SpanRequest['choice']): boolean {
  if (best === undefined) return true
  return choice === 'shortest' ? end < best.end : end > best.end
}

/** The state after an instruction without a choice; undefined if it fails. */
function step(
  instruction: Instruction,
  state: State,
  program: RegexProgram,
  run: TextRun,
): State | undefined {
  const { at, slots, marks } = state
  const place = state.place + 1
  switch (instruction.op) {
    case 'set': {
      const character = run.text.codePointAt(at)
      if (character === undefined || !instruction.set.has(character)) return undefined
      return { ...state, place, at: at + (character > 0xffff ? 2 : 1) }
    }
    case 'jump':
      return { ...state, place: instruction.to }
    case 'save':
      return { ...state, place, slots: slots.with(instruction.slot, at) }
    case 'forget':
      return { ...state, place, slots: forget(slots, instruction.low, instruction.high) }
    case 'mark':
      return { ...state, place, marks: marks.with(instruction.loop, at) }
    case 'progress':
      return marks[instruction.loop] === at ? undefined : { ...state, place }
    case 'assert':
    case 'look':
      return holds(instruction, run, at) ? { ...state, place } : undefined
    case 'reference': {
      const length = referenceLength(instruction.group, state, program, run)
      return length === undefined ? undefined : { ...state, place, at: at + length }
    }
    default:
      return undefined
  }
}

/** Length of the text at hand that repeats the group; a group without a capture matches nothing at all. */
function referenceLength(
  group: number,
  { at, slots }: State,
  { ignoreCase }: RegexProgram,
  { text }: TextRun,
): number | undefined {
  const start = slots[2 * group]
  const end = slots[2 * group + 1]
  if (start < 0 || end < 0) return undefined
  const captured = text.slice(start, end)
  if (!ignoreCase) return text.startsWith(captured, at) ? captured.length : undefined
  const candidate = text.slice(at, at + captured.length)
  return candidate.toLowerCase() === captured.toLowerCase() ? captured.length : undefined
}
