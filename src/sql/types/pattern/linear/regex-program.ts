/**
 * A parsed regular expression as instructions, run by the matchers of this folder. Bounded repetition is written out
 * copy by copy, so a program's size is limited as PostgreSQL's automata are.
 */
import { invalidRegex } from '../bracket-expression.ts'
import { childrenOf, reversed } from '../regex-tree.ts'
import type { LookNode, RegexNode, RepeatNode } from '../regex-tree.ts'
import { characterSet } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'

export type Instruction =
  | { readonly op: 'set'; readonly set: CharacterSet }
  /** Goes on at both places; `first` is preferred. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** Remembers the place: slots 2g and 2g + 1 are the bounds of group g. */
  | { readonly op: 'save'; readonly slot: number }
  /** A new iteration forgets the captures of groups low … high. */
  | { readonly op: 'forget'; readonly low: number; readonly high: number }
  /** Marks where an iteration begins; `progress` fails if it has matched nothing. */
  | { readonly op: 'mark'; readonly loop: number }
  | { readonly op: 'progress'; readonly loop: number }
  | { readonly op: 'assert'; readonly expression: RegExp }
  | {
      readonly op: 'look'
      /** What is looked for; ahead it is read backwards, from the text's end to where it begins. */
      readonly program: RegexProgram
      readonly behind: boolean
      readonly negated: boolean
    }
  | { readonly op: 'reference'; readonly group: number }
  | { readonly op: 'match' }

export interface RegexProgram {
  readonly code: readonly Instruction[]
  readonly groups: number
  readonly loops: number
  readonly ignoreCase: boolean
}

const MAX_INSTRUCTIONS = 100_000

export function tooComplex(): Error {
  return invalidRegex('regular expression is too complex')
}

export function compileProgram(tree: RegexNode, groups: number, ignoreCase: boolean): RegexProgram {
  return new Compiler(ignoreCase, groups).run(tree)
}

class Compiler {
  readonly #code: Instruction[] = []
  readonly #ignoreCase: boolean
  readonly #groups: number
  #loops = 0

  constructor(ignoreCase: boolean, groups: number) {
    this.#ignoreCase = ignoreCase
    this.#groups = groups
  }

  run(tree: RegexNode): RegexProgram {
    this.#node(tree)
    this.#add({ op: 'match' })
    return {
      code: this.#code,
      groups: this.#groups,
      loops: this.#loops,
      ignoreCase: this.#ignoreCase,
    }
  }

  #add<T extends Instruction>(instruction: T): T {
    if (this.#code.length >= MAX_INSTRUCTIONS) throw tooComplex()
    this.#code.push(instruction)
    return instruction
  }

  #node(node: RegexNode): void {
    switch (node.kind) {
      case 'set':
        this.#add({ op: 'set', set: characterSet(node.source, this.#ignoreCase) })
        return
      case 'assertion':
        this.#add({ op: 'assert', expression: new RegExp(node.source, 'uy') })
        return
      case 'sequence':
        for (const item of node.items) this.#node(item)
        return
      case 'alternatives':
        this.#alternatives(node.branches)
        return
      case 'group':
        this.#group(node.index, node.body)
        return
      case 'repeat':
        this.#repeat(node)
        return
      case 'look':
        this.#look(node)
        return
      case 'reference':
        this.#add({ op: 'reference', group: node.index })
    }
  }

  #alternatives(branches: readonly RegexNode[]): void {
    const exits: { to: number }[] = []
    branches.forEach((branch, i) => {
      if (i === branches.length - 1) {
        this.#node(branch)
        return
      }
      const split = this.#add({ op: 'split', first: this.#code.length + 1, second: 0 })
      this.#node(branch)
      exits.push(this.#add({ op: 'jump', to: 0 }))
      split.second = this.#code.length
    })
    for (const exit of exits) exit.to = this.#code.length
  }

  #group(index: number, body: RegexNode): void {
    if (index > 0) this.#add({ op: 'save', slot: 2 * index })
    this.#node(body)
    if (index > 0) this.#add({ op: 'save', slot: 2 * index + 1 })
  }

  #repeat(node: RepeatNode): void {
    const [low, high] = capturesIn(node.body)
    const iteration = (): void => {
      if (high > 0) this.#add({ op: 'forget', low, high })
      this.#node(node.body)
    }
    for (let i = 0; i < node.min; i++) iteration()
    if (node.max === Infinity) {
      this.#loop(node.lazy, iteration)
      return
    }
    const exits: ((to: number) => void)[] = []
    for (let i = node.min; i < node.max; i++) {
      exits.push(this.#split(node.lazy))
      const loop = this.#mark()
      iteration()
      this.#add({ op: 'progress', loop })
    }
    for (const exit of exits) exit(this.#code.length)
  }

  #loop(lazy: boolean, iteration: () => void): void {
    const start = this.#code.length
    const exit = this.#split(lazy)
    const loop = this.#mark()
    iteration()
    this.#add({ op: 'progress', loop })
    this.#add({ op: 'jump', to: start })
    exit(this.#code.length)
  }

  #mark(): number {
    return this.#add({ op: 'mark', loop: this.#loops++ }).loop
  }

  /** A choice between what follows and an exit, whose place is told later. */
  #split(lazy: boolean): (exit: number) => void {
    const next = this.#code.length + 1
    const split = this.#add({ op: 'split', first: next, second: next })
    return (exit) => {
      if (lazy) split.first = exit
      else split.second = exit
    }
  }

  #look({ body, behind, negated }: LookNode): void {
    const program = compileProgram(behind ? body : reversed(body), 0, this.#ignoreCase)
    this.#add({ op: 'look', program, behind, negated })
  }
}

/** Lowest and highest number of the captures within; [0, 0] if there are none. They are numbered without gaps. */
function capturesIn(node: RegexNode): [number, number] {
  let [low, high] = node.kind === 'group' ? [node.index, node.index] : [0, 0]
  for (const child of childrenOf(node)) {
    const [childLow, childHigh] = capturesIn(child)
    if (childLow > 0 && (low === 0 || childLow < low)) low = childLow
    high = Math.max(high, childHigh)
  }
  return [low, high]
}
