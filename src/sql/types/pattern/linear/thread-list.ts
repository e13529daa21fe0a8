/** The instructions a search stands at, in order of preference, each at most once, with where its match began. */

export class ThreadList {
  readonly places: Int32Array
  readonly starts: Int32Array
  count = 0
  /** The generation in which an instruction was last visited. */
  readonly #visited: Uint32Array
  #generation = 1

  constructor(size: number) {
    this.places = new Int32Array(size)
    this.starts = new Int32Array(size)
    this.#visited = new Uint32Array(size)
  }

  clear(): void {
    this.count = 0
    this.#generation++
  }

  /** False if the instruction was visited since `clear`. */
  visit(place: number): boolean {
    if (this.#visited[place] === this.#generation) return false
    this.#visited[place] = this.#generation
    return true
  }

  push(place: number, start: number): void {
    this.places[this.count] = place
    this.starts[this.count++] = start
  }
}

const SPARE = new WeakMap<object, readonly [ThreadList, ThreadList]>()

/** Two empty lists for a search of a program; the same each time, as no program is searched within its own search. */
export function listsFor(program: {
  readonly code: readonly unknown[]
}): readonly [ThreadList, ThreadList] {
  let lists = SPARE.get(program)
  if (lists === undefined) {
    lists = [new ThreadList(program.code.length), new ThreadList(program.code.length)]
    SPARE.set(program, lists)
  }
  lists[0].clear()
  lists[1].clear()
  return lists
}
