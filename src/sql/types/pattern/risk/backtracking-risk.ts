/**
 * How long JavaScript's backtracking engine may take over a pattern. It tries every way to divide a text among the
 * pattern's loops: nested loops that can divide it in two ways take exponential time, loops one after the other that
 * can pass characters between them take a power of the text's length. Errs towards caution.
 */
import { SampleSets } from './sample-sets.ts'
import type { SampleSet } from './sample-sets.ts'
import { hasAmbiguousLoop } from './loop-ambiguity.ts'
import { childrenOf, contains } from '../regex-tree.ts'
import type { RegexNode, RepeatNode } from '../regex-tree.ts'

export interface BacktrackingRisk {
  readonly exponential: boolean
  /** Steps are at most about factor × length ^ degree. */
  readonly degree: number
  readonly factor: number
}

const MAX_STEPS = 1e8

export function mayTakeTooLong(risk: BacktrackingRisk, length: number): boolean {
  return risk.exponential || risk.factor * length ** risk.degree > MAX_STEPS
}

export function backtrackingRisk(tree: RegexNode, ignoreCase: boolean): BacktrackingRisk {
  if (!contains(tree, 'repeat')) return { exponential: false, degree: 1, factor: 1 }
  const sets = new SampleSets(tree, ignoreCase)
  if (hasAmbiguousLoop(tree, sets)) return { exponential: true, degree: 1, factor: 1 }
  const chain = new LoopChain(sets)
  chain.walk(tree, true)
  return { exponential: false, degree: chain.degree(), factor: chain.factor }
}

/** A bounded repetition of a character that varies by more counts as a loop. */
const MAX_COUNTED = 8

interface Link {
  readonly isLoop: boolean
  readonly set: SampleSet
}

/** The loops of a pattern in the order of the text, and the characters that must stand between them. */
class LoopChain {
  factor = 1
  readonly #links: Link[]
  readonly #sets: SampleSets

  constructor(sets: SampleSets) {
    this.#sets = sets
    // The search itself is a loop: it begins anew at each character.
    this.#links = [{ isLoop: true, set: sets.all }]
  }

  walk(node: RegexNode, mandatory: boolean): void {
    switch (node.kind) {
      case 'set':
        if (mandatory) this.#links.push({ isLoop: false, set: this.#sets.of(node.source) })
        return
      case 'reference':
        this.#links.push({ isLoop: true, set: this.#sets.all })
        return
      case 'alternatives':
        if (this.#branchesOverlap(node.branches)) this.factor *= node.branches.length
        for (const branch of node.branches) this.walk(branch, false)
        return
      case 'repeat':
        this.#repeat(node, mandatory)
        return
      case 'look':
        this.walk(node.body, false)
        return
      default:
        for (const child of childrenOf(node)) this.walk(child, mandatory)
    }
  }

  #repeat({ body, min, max }: RepeatNode, mandatory: boolean): void {
    if (max - min <= MAX_COUNTED && !contains(body, 'repeat') && !contains(body, 'alternatives')) {
      this.factor *= max - min + 1
      this.walk(body, mandatory && min > 0)
    } else if (max <= 1) {
      this.factor *= max - min + 1
      this.walk(body, mandatory && min > 0)
    } else {
      const set = this.#sets.union(body)
      if (mandatory && min > 0) this.#links.push({ isLoop: false, set })
      this.#links.push({ isLoop: true, set })
    }
  }

  #branchesOverlap(branches: readonly RegexNode[]): boolean {
    return this.#sets.overlapAny(branches.map((branch) => this.#sets.firsts(branch)))
  }

  /** The longest row of loops each of which can pass characters to the next. */
  degree(): number {
    const degrees: number[] = []
    this.#links.forEach((link, at) => {
      if (link.isLoop) degrees[at] = 1 + this.#longestBefore(degrees, at)
    })
    return degrees.reduce((most, degree) => Math.max(most, degree), 1)
  }

  #longestBefore(degrees: readonly number[], at: number): number {
    const { set } = this.#links[at]
    let longest = 0
    for (let before = at - 1; before >= 0; before--) {
      const link = this.#links[before]
      if (!this.#sets.overlap(link.set, set)) {
        if (!link.isLoop) break
      } else if (link.isLoop && degrees[before] > longest && this.#canPass(before, at)) {
        longest = degrees[before]
      }
    }
    return longest
  }

  #canPass(from: number, to: number): boolean {
    const { set } = this.#links[from]
    return this.#links
      .slice(from + 1, to)
      .every((link) => link.isLoop || this.#sets.overlap(link.set, set))
  }
}
