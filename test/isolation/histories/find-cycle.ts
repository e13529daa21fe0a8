/** Cycles in a graph of dependencies, of the kinds that an isolation level forbids. */
export interface Edge {
  readonly from: number
  readonly kind: 'ww' | 'wr' | 'rw' | 'rt'
  readonly to: number
}

export interface CycleKinds {
  readonly usesRw: boolean
  /** Cycles in which two rw follow each other do not count. */
  readonly allowsAdjacentRw: boolean
}

/** A state of the walk: where it stands, and whether it came by an rw that another must not follow. */
type State = string

export function findCycle(edges: readonly Edge[], kinds: CycleKinds): readonly Edge[] | undefined {
  const outgoing = new Map<number, Edge[]>()
  for (const edge of edges) {
    if (edge.kind === 'rw' && !kinds.usesRw) continue
    const known = outgoing.get(edge.from)
    if (known === undefined) outgoing.set(edge.from, [edge])
    else known.push(edge)
  }
  const walk = new Walk(outgoing, kinds.allowsAdjacentRw)
  for (const start of outgoing.keys()) {
    const cycle = walk.from(start)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

class Walk {
  readonly #outgoing: ReadonlyMap<number, readonly Edge[]>
  readonly #allowsAdjacentRw: boolean
  readonly #done = new Set<State>()

  constructor(outgoing: ReadonlyMap<number, readonly Edge[]>, allowsAdjacentRw: boolean) {
    this.#outgoing = outgoing
    this.#allowsAdjacentRw = allowsAdjacentRw
  }

  from(start: number): readonly Edge[] | undefined {
    return this.#visit(start, false, [], new Map())
  }

  /** Depth first; `open` has the states of the path with their places in it. */
  #visit(at: number, afterRw: boolean, path: Edge[], open: Map<State, number>): Edge[] | undefined {
    const state = `${at} ${afterRw}`
    const seen = open.get(state)
    if (seen !== undefined) return path.slice(seen)
    if (this.#done.has(state)) return undefined
    open.set(state, path.length)
    for (const edge of this.#outgoing.get(at) ?? []) {
      const isRw = edge.kind === 'rw'
      if (isRw && afterRw) continue
      path.push(edge)
      const cycle = this.#visit(edge.to, isRw && this.#allowsAdjacentRw, path, open)
      if (cycle !== undefined) return cycle
      path.pop()
    }
    open.delete(state)
    this.#done.add(state)
    return undefined
  }
}
