/**
 * Whether a loop of a pattern can match the same text in two ways, as (a+)+ and (a|ab?b?)* can: then a backtracking
 * engine tries exponentially many. A loop is harmless if after each character at most one place of it can match the
 * next: each way counts once, even two that lead to the same place.
 */
import type { SampleSet, SampleSets } from './sample-sets.ts'
import { childrenOf } from '../regex-tree.ts'
import type { RegexNode } from '../regex-tree.ts'

export function hasAmbiguousLoop(node: RegexNode, sets: SampleSets): boolean {
  if (node.kind === 'repeat' && node.max > 1 && node.body.kind !== 'set') {
    if (new LoopPlaces(sets).isAmbiguous(node.body)) return true
  }
  return childrenOf(node).some((child) => hasAmbiguousLoop(child, sets))
}

/** A character of the pattern and the ways on from it. */
interface Place {
  readonly set: SampleSet
  readonly next: Place[]
}
interface Shape {
  readonly first: readonly Place[]
  readonly last: readonly Place[]
  readonly nullable: boolean
}

const EMPTY: Shape = { first: [], last: [], nullable: true }
const MAX_PLACES = 1000
/** A count up to this is written out, a higher one taken for a loop. */
const MAX_COPIES = 16

class LoopPlaces {
  readonly #sets: SampleSets
  readonly #places: Place[] = []

  constructor(sets: SampleSets) {
    this.#sets = sets
  }

  isAmbiguous(body: RegexNode): boolean {
    const { first } = this.#loop(this.#shape(body))
    if (this.#places.length > MAX_PLACES) return true
    return this.#meet(first) || this.#places.some((place) => this.#meet(place.next))
  }

  #meet(places: readonly Place[]): boolean {
    return this.#sets.overlapAny(places.map((place) => place.set))
  }

  #place(set: SampleSet): Place {
    const place: Place = { set, next: [] }
    this.#places.push(place)
    return place
  }

  #shape(node: RegexNode): Shape {
    if (this.#places.length > MAX_PLACES) return EMPTY
    switch (node.kind) {
      case 'set': {
        const place = this.#place(this.#sets.of(node.source))
        return { first: [place], last: [place], nullable: false }
      }
      case 'reference': {
        const place = this.#place(this.#sets.all)
        return this.#loop({ first: [place], last: [place], nullable: true })
      }
      case 'assertion':
      case 'look':
        return EMPTY
      case 'group':
        return this.#shape(node.body)
      case 'sequence':
        return node.items.reduce((before, item) => join(before, this.#shape(item)), EMPTY)
      case 'alternatives':
        return node.branches.map((branch) => this.#shape(branch)).reduce(either)
      case 'repeat':
        return this.#repeat(node.body, node.min, node.max)
    }
  }

  #repeat(body: RegexNode, min: number, max: number): Shape {
    if (min === max && max <= MAX_COPIES) {
      let shape = EMPTY
      for (let i = 0; i < max; i++) shape = join(shape, this.#shape(body))
      return shape
    }
    const shape = this.#shape(body)
    const looped = max > 1 ? this.#loop(shape) : shape
    return min === 0 ? { ...looped, nullable: true } : looped
  }

  #loop(shape: Shape): Shape {
    connect(shape.last, shape.first)
    return shape
  }
}

function connect(from: readonly Place[], to: readonly Place[]): void {
  for (const place of from) place.next.push(...to)
}

function join(left: Shape, right: Shape): Shape {
  connect(left.last, right.first)
  return {
    first: left.nullable ? [...left.first, ...right.first] : left.first,
    last: right.nullable ? [...left.last, ...right.last] : right.last,
    nullable: left.nullable && right.nullable,
  }
}

function either(left: Shape, right: Shape): Shape {
  return {
    first: [...left.first, ...right.first],
    last: [...left.last, ...right.last],
    nullable: left.nullable || right.nullable,
  }
}
