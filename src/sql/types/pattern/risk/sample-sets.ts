/**
 * Sets of characters by a sample: Latin-1, some characters of other scripts and all that the pattern names. Two
 * classes of a pattern that share a character share one of the sample.
 */
import { characterSet } from '../linear/character-set.ts'
import { childrenOf } from '../regex-tree.ts'
import type { RegexNode } from '../regex-tree.ts'

/** A bit for each character of the sample. */
export type SampleSet = Uint32Array

const OTHER_SCRIPTS = 'Āāſ\u0300Ωω٣ᚠḁ\u2003\u2028…Ⅷ中\u3000가\ufffd😀𝟘'

const COMMON: readonly number[] = [
  ...Array.from({ length: 256 }, (_, code) => code),
  ...Array.from(OTHER_SCRIPTS, (character) => character.codePointAt(0) ?? 0),
]

export class SampleSets {
  readonly all: SampleSet
  readonly #characters: readonly number[]
  readonly #ignoreCase: boolean
  readonly #known = new Map<string, SampleSet>()

  constructor(tree: RegexNode, ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase
    const others = new Set<number>()
    for (const code of namedIn(tree)) if (!COMMON.includes(code)) others.add(code)
    this.#characters = [...COMMON, ...others]
    this.all = this.#empty().fill(0xffffffff)
  }

  #empty(): SampleSet {
    return new Uint32Array(Math.ceil(this.#characters.length / 32))
  }

  of(source: string): SampleSet {
    let set = this.#known.get(source)
    if (set === undefined) {
      set = this.#empty()
      const members = characterSet(source, this.#ignoreCase)
      for (let i = 0; i < this.#characters.length; i++) {
        if (members.has(this.#characters[i])) set[i >> 5] |= 1 << (i & 31)
      }
      this.#known.set(source, set)
    }
    return set
  }

  overlap(left: SampleSet, right: SampleSet): boolean {
    return left.some((word, i) => (word & right[i]) !== 0)
  }

  /** Whether any two of the sets share a character. */
  overlapAny(sets: readonly SampleSet[]): boolean {
    const seen = this.#empty()
    for (const set of sets) {
      if (this.overlap(seen, set)) return true
      set.forEach((word, i) => (seen[i] |= word))
    }
    return false
  }

  /** All characters an expression can match anywhere. */
  union(node: RegexNode): SampleSet {
    if (node.kind === 'set') return this.of(node.source)
    if (node.kind === 'reference') return this.all
    return this.#merge(childrenOf(node).map((child) => this.union(child)))
  }

  /** All characters an expression can begin with; all of them when it can be empty. */
  firsts(node: RegexNode): SampleSet {
    switch (node.kind) {
      case 'set':
        return this.of(node.source)
      case 'group':
        return this.firsts(node.body)
      case 'alternatives':
        return this.#merge(node.branches.map((branch) => this.firsts(branch)))
      case 'repeat':
        return node.min > 0 ? this.firsts(node.body) : this.all
      case 'sequence': {
        const first = node.items.find((item) => item.kind !== 'assertion' && item.kind !== 'look')
        return first === undefined ? this.all : this.firsts(first)
      }
      default:
        return this.all
    }
  }

  #merge(sets: readonly SampleSet[]): SampleSet {
    const result = this.#empty()
    for (const set of sets) set.forEach((word, i) => (result[i] |= word))
    return result
  }
}

/** Code points that stand in the pattern's leaves, as characters or as escapes. */
function* namedIn(node: RegexNode): Generator<number> {
  if (node.kind === 'set') {
    for (const character of node.source) yield character.codePointAt(0) ?? 0
    for (const [, hex] of node.source.matchAll(/\\u\{([0-9a-f]+)\}/g)) {
      yield Number.parseInt(hex, 16)
    }
  }
  for (const child of childrenOf(node)) yield* namedIn(child)
}
