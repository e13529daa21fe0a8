/**
 * Stable least-significant-digit radix sort of row numbers by 64-bit keys, given as high and low halves.
 * Digits in which all keys agree cost one counting pass and no move.
 */
import { releaseBytes } from '../../../storage/release-bytes.ts'

const DIGIT_BITS = 11
const BUCKETS = 1 << DIGIT_BITS
const DIGIT_MASK = BUCKETS - 1
const counts = new Uint32Array(BUCKETS)

/** Reorders `rows` in place; `high[row]` (and `low[row]`) are unsigned keys. */
export function radixSort(
  rows: Uint32Array,
  high: Uint32Array,
  low: Uint32Array | undefined,
): void {
  let source: Uint32Array = rows
  const spare = new Uint32Array(rows.length)
  let target: Uint32Array = spare
  const halves = low === undefined ? [high] : [low, high]
  for (const half of halves) {
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      if (!scatter(source, target, half, shift)) continue
      const swapped = source
      source = target
      target = swapped
    }
  }
  if (source !== rows) rows.set(source)
  releaseBytes(spare)
}

/** One digit; false when all keys share it, so that nothing moved. */
function scatter(
  source: Uint32Array,
  target: Uint32Array,
  keys: Uint32Array,
  shift: number,
): boolean {
  const n = source.length
  counts.fill(0)
  for (let i = 0; i < n; i++) counts[(keys[i] >>> shift) & DIGIT_MASK]++
  if (n === 0 || counts[(keys[0] >>> shift) & DIGIT_MASK] === n) return false
  let sum = 0
  for (let d = 0; d < BUCKETS; d++) {
    const count = counts[d]
    counts[d] = sum
    sum += count
  }
  for (let i = 0; i < n; i++) {
    const row = source[i]
    target[counts[(keys[row] >>> shift) & DIGIT_MASK]++] = row
  }
  return true
}
