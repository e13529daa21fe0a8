/**
 * Open addressing from doubles to consecutive numbers, in typed arrays. Small non-negative integers, by far the most
 * common keys, go through a direct array instead of hashing as long as they stay small.
 */
import { releaseBytes } from '../../../storage/release-bytes.ts'

const FIRST_SLOTS = 64
/** Keys below this are looked up directly; the array doubles up to it as needed. */
const DIRECT_LIMIT = 1 << 18
const UNUSED = 0

const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)

function hash(value: number): number {
  double[0] = value
  const mixed = Math.imul(halves[0] ^ Math.imul(halves[1], 0x85ebca6b), 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

type Numbers = Int32Array | Float64Array | Uint8Array

export class NumberTable {
  /** Id + 1 per slot; 0 = free. */
  #slots = new Int32Array(FIRST_SLOTS)
  /** Key per slot. */
  #keys = new Float64Array(FIRST_SLOTS)
  #used = 0
  /** Id + 1 of small integers; 0 = none. */
  #direct = new Int32Array(FIRST_SLOTS)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Takes the next number for a value kept elsewhere. */
  reserve(): number {
    return this.#count++
  }

  internAll(values: Numbers, n: number, out: Int32Array): void {
    let direct = this.#direct
    for (let i = 0; i < n; i++) {
      const value = values[i]
      const id = value >= 0 && value < direct.length ? direct[value] : UNUSED
      if (id > UNUSED) out[i] = id - 1 // a fraction finds undefined
      else {
        out[i] = this.intern(value)
        direct = this.#direct
      }
    }
  }

  findAll(values: Numbers, n: number, out: Int32Array): void {
    for (let i = 0; i < n; i++) out[i] = this.find(values[i])
  }

  /** The last use: gives the memory back. */
  release(): void {
    releaseBytes(this.#slots)
    releaseBytes(this.#keys)
    releaseBytes(this.#direct)
  }

  intern(value: number): number {
    if (value >= 0 && value < DIRECT_LIMIT && (value | 0) === value)
      return this.#internDirect(value)
    const slot = this.#slotOf(value)
    const found = this.#slots[slot]
    if (found !== UNUSED) return found - 1
    const id = this.#count++
    this.#slots[slot] = id + 1
    this.#keys[slot] = value
    if (++this.#used * 2 > this.#slots.length) this.#growSlots()
    return id
  }

  /** -1 when unknown. */
  find(value: number): number {
    if (value >= 0 && value < DIRECT_LIMIT && (value | 0) === value) {
      return value < this.#direct.length ? this.#direct[value] - 1 : -1
    }
    return this.#slots[this.#slotOf(value)] - 1
  }

  #internDirect(value: number): number {
    if (value >= this.#direct.length) {
      const grown = new Int32Array(Math.max(value + 1, this.#direct.length * 2))
      grown.set(this.#direct)
      releaseBytes(this.#direct)
      this.#direct = grown
    }
    const found = this.#direct[value]
    if (found !== UNUSED) return found - 1
    this.#direct[value] = this.#count + 1
    return this.#count++
  }

  /** The slot that holds the value, or the free one where it would go. */
  #slotOf(value: number): number {
    const mask = this.#slots.length - 1
    let slot = hash(value) & mask
    while (this.#slots[slot] !== UNUSED) {
      const key = this.#keys[slot]
      if (key === value || (key !== key && value !== value)) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #growSlots(): void {
    const slots = this.#slots
    const keys = this.#keys
    this.#slots = new Int32Array(slots.length * 2)
    this.#keys = new Float64Array(slots.length * 2)
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === UNUSED) continue
      const slot = this.#slotOf(keys[i])
      this.#slots[slot] = slots[i]
      this.#keys[slot] = keys[i]
    }
    releaseBytes(slots)
    releaseBytes(keys)
  }
}
