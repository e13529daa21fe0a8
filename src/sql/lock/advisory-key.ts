/** The keys of advisory locks, from the arguments of the functions about them: one of 64 bits, or two of 32. */
import type { Datum } from '../../storage/vector.ts'
import type { AdvisoryKey } from './lock-tag.ts'

const WORD = 0x1_0000_0000n

/** As pg_locks shows them: unsigned halves. */
export function advisoryKeyOf(given: readonly (Datum | null)[]): AdvisoryKey {
  const [first, second] = given
  if (second !== undefined) {
    return { high: Number(first) >>> 0, low: Number(second) >>> 0, space: 2 }
  }
  const key = BigInt.asUintN(64, typeof first === 'bigint' ? first : BigInt(Number(first)))
  return { high: Number(key / WORD), low: Number(key % WORD), space: 1 }
}
