/**
 * Sorts rows by text in code point order: a few characters at a time from the left, going deeper only where rows are still
 * equal, and at once to where they differ. Long runs by radix sort, short ones by comparing the characters' keys.
 */
import { compareFrom, firstDifference } from '../../types/text/compare-text.ts'
import { radixSort } from './radix-sort.ts'
import type { SortColumn } from './sort-column.ts'
import { KEY_CHARACTERS, writeTextKey } from './sort-keys.ts'

interface TextKeys {
  readonly high: Uint32Array
  readonly low: Uint32Array
}

/** Shorter runs than this are compared, not counted. */
const RADIX_MINIMUM = 2048
/** And these by insertion, as whole texts. */
const INSERTION_MAXIMUM = 8

/** `keys` is room for one key per row. */
export function sortTexts(
  rows: Uint32Array,
  { descending, nullsFirst }: SortColumn,
  values: readonly (string | null)[],
  keys: TextKeys,
): void {
  const notNull = rows.filter((row) => values[row] !== null)
  const nulls = rows.filter((row) => values[row] === null)
  // Runs still to be sorted, and how many characters of theirs are known to be equal.
  const runs = [{ start: 0, end: notNull.length, offset: 0 }]
  for (let run = runs.pop(); run !== undefined; run = runs.pop()) {
    const part = notNull.subarray(run.start, run.end)
    if (part.length <= INSERTION_MAXIMUM) {
      insertionSort(part, values, run.offset, descending ? -1 : 1)
      continue
    }
    const offset = run.offset === 0 ? 0 : commonPrefix(part, values, run.offset)
    for (const row of part) writeTextKey(keys, row, values[row], offset)
    if (descending) {
      for (const row of part) {
        keys.high[row] = ~keys.high[row]
        keys.low[row] = ~keys.low[row]
      }
    }
    sortPart(part, keys)
    const ended = descending ? 0xffffffff : 0
    equalRuns(part, keys, ended, (start, end) =>
      runs.push({
        start: run.start + start,
        end: run.start + end,
        offset: offset + KEY_CHARACTERS,
      }),
    )
  }
  rows.set(nullsFirst ? nulls : notNull, 0)
  rows.set(nullsFirst ? notNull : nulls, nullsFirst ? nulls.length : notNull.length)
}

/** By texts that are equal before `offset`. Rows of a run stand in their order of arrival, and equal ones stay so. */
function insertionSort(
  part: Uint32Array,
  values: readonly (string | null)[],
  offset: number,
  sign: number,
): void {
  for (let i = 1; i < part.length; i++) {
    const row = part[i]
    const text = values[row] ?? ''
    let place = i
    while (place > 0 && sign * compareFrom(values[part[place - 1]] ?? '', text, offset) > 0) {
      part[place] = part[place - 1]
      place--
    }
    part[place] = row
  }
}

/** How long the start is that all these texts share, at least the `offset` that is known. */
function commonPrefix(
  part: Uint32Array,
  values: readonly (string | null)[],
  offset: number,
): number {
  const first = values[part[0]] ?? ''
  let end = first.length
  for (let i = 1; i < part.length && end > offset; i++) {
    const text = values[part[i]] ?? ''
    if (text !== first) end = Math.min(end, firstDifference(first, text, offset))
  }
  return Math.max(end, offset)
}

function sortPart(part: Uint32Array, { high, low }: TextKeys): void {
  if (part.length >= RADIX_MINIMUM) radixSort(part, high, low)
  else part.sort((a, b) => high[a] - high[b] || low[a] - low[b] || a - b)
}

/** Runs of several rows with equal keys whose texts go on. */
function equalRuns(
  part: Uint32Array,
  { high, low }: TextKeys,
  ended: number,
  found: (start: number, end: number) => void,
): void {
  let start = 0
  for (let i = 1; i <= part.length; i++) {
    const first = part[start]
    if (i < part.length && high[part[i]] === high[first] && low[part[i]] === low[first]) continue
    if (i - start > 1 && low[first] !== ended) found(start, i)
    start = i
  }
}
