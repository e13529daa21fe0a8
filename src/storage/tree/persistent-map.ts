/**
 * An immutable map from non-negative integers below 2^53 to values, as a 32-way radix trie. `set` and `delete` copy one
 * path, so that a commit that touches two trees of ten thousand makes a new branch state in a microsecond.
 *
 * Keys beyond 32 bits live in banks, one map for each high part: those of the first database, whose keys are small, are found
 * as if there were no others.
 *
 * Who changes a map several times in a row may name an owner, any object of its own: what was copied for that owner is then
 * changed in place. Every map that came of it with the same owner, but the last, must have been dropped.
 */
interface Slot<V> {
  readonly children: (Slot<V> | V | undefined)[]
  readonly owner: object | undefined
}

const BITS = 5
const WIDTH = 1 << BITS
const MASK = WIDTH - 1
/** Keys of one bank: a tree's id is its database's number times this, plus its number inside the database. */
export const BANK_SIZE = 2 ** 32

const EMPTY: readonly undefined[] = Array.from({ length: WIDTH }, () => undefined)

export class PersistentMap<V extends object> {
  readonly size: number
  private readonly root: Slot<V> | undefined
  /** Bits of the key that lie below the root's own digit. */
  private readonly shift: number
  /** The banks above the first, by their high part; each is the map of its low parts. */
  private readonly above: PersistentMap<PersistentMap<V>> | undefined

  private constructor(
    root: Slot<V> | undefined,
    shift: number,
    size: number,
    above?: PersistentMap<PersistentMap<V>>,
  ) {
    this.root = root
    this.shift = shift
    this.size = size
    this.above = above
  }

  static empty<V extends object>(): PersistentMap<V> {
    return new PersistentMap<V>(undefined, 0, 0)
  }

  get(key: number): V | undefined {
    if (key >= BANK_SIZE) return this.above?.get(highPart(key))?.get(key % BANK_SIZE)
    if (this.root === undefined || isBeyond(key, this.shift)) return undefined
    let slot = this.root
    for (let shift = this.shift; shift > 0; shift -= BITS) {
      const next = slot.children[(key >>> shift) & MASK]
      if (next === undefined) return undefined
      slot = next as Slot<V> // above shift 0 every child is a slot
    }
    return slot.children[key & MASK] as V | undefined // at shift 0 every child is a value
  }

  has(key: number): boolean {
    return this.get(key) !== undefined
  }

  set(key: number, value: V, owner?: object): PersistentMap<V> {
    if (key >= BANK_SIZE) {
      const bank = this.above?.get(highPart(key)) ?? PersistentMap.empty<V>()
      return this.withBank(highPart(key), bank.set(key % BANK_SIZE, value, owner), owner)
    }
    let { root, shift } = this
    while (isBeyond(key, shift)) {
      root = root && { children: [root, ...EMPTY.slice(1)], owner }
      shift += BITS
    }
    const size = this.has(key) ? this.size : this.size + 1
    return new PersistentMap(withSlot(root, shift, key, value, owner), shift, size, this.above)
  }

  delete(key: number): PersistentMap<V> {
    if (!this.has(key)) return this
    if (key >= BANK_SIZE) {
      const bank = this.above?.get(highPart(key)) ?? PersistentMap.empty<V>()
      return this.withBank(highPart(key), bank.delete(key % BANK_SIZE), undefined)
    }
    const root = withSlot<V>(this.root, this.shift, key, undefined, undefined)
    return new PersistentMap(root, this.shift, this.size - 1, this.above)
  }

  /** In ascending order of keys. */
  *entries(): Generator<readonly [number, V], void, void> {
    if (this.root !== undefined) yield* walk(this.root, this.shift, 0)
    for (const [high, bank] of this.above?.entries() ?? []) {
      for (const [low, value] of bank.entries()) yield [high * BANK_SIZE + low, value]
    }
  }

  /** Those of one bank, by the low parts of their keys. */
  *bankEntries(high: number): Generator<readonly [number, V], void, void> {
    if (high > 0) yield* this.above?.get(high)?.entries() ?? []
    else if (this.root !== undefined) yield* walk(this.root, this.shift, 0)
  }

  get hasBanks(): boolean {
    return this.above !== undefined && this.above.size > 0
  }

  private withBank(
    high: number,
    bank: PersistentMap<V>,
    owner: object | undefined,
  ): PersistentMap<V> {
    const banks = this.above ?? PersistentMap.empty<PersistentMap<V>>()
    const size = this.size + bank.size - (banks.get(high)?.size ?? 0)
    const above = bank.size > 0 ? banks.set(high, bank, owner) : banks.delete(high)
    return new PersistentMap(this.root, this.shift, size, above)
  }
}

function highPart(key: number): number {
  return Math.floor(key / BANK_SIZE)
}

/** Whether the key has digits above the root's own. */
function isBeyond(key: number, shift: number): boolean {
  return (key >>> shift) >>> BITS !== 0
}

function withSlot<V extends object>(
  slot: Slot<V> | undefined,
  shift: number,
  key: number,
  value: V | undefined,
  owner: object | undefined,
): Slot<V> {
  const isOwn = owner !== undefined && slot?.owner === owner
  const children = isOwn ? slot.children : (slot?.children ?? EMPTY).slice()
  const digit = (key >>> shift) & MASK
  if (shift === 0) children[digit] = value
  else {
    const below = children[digit] as Slot<V> | undefined // above shift 0 every child is a slot
    children[digit] = withSlot(below, shift - BITS, key, value, owner)
  }
  return isOwn ? slot : { children, owner }
}

function* walk<V extends object>(
  slot: Slot<V>,
  shift: number,
  prefix: number,
): Generator<readonly [number, V], void, void> {
  for (let digit = 0; digit < WIDTH; digit++) {
    const child = slot.children[digit]
    if (child === undefined) continue
    const key = prefix + digit * 2 ** shift
    if (shift === 0) yield [key, child as V]
    else yield* walk(child as Slot<V>, shift - BITS, key)
  }
}
