/**
 * Order of text: by code point (collation "C", the default), or by an Intl.Collator when the column asks for a locale.
 * Equality never depends on the collation: PostgreSQL breaks a collator's ties by bytes.
 */

/** -1, 0 or 1 by code point, which is also the order of the UTF-8 bytes. */
export function compareByCodePoint(a: string, b: string): number {
  return a === b ? 0 : compareFrom(a, b, 0)
}

/** The same for texts that are equal before `from`. */
export function compareFrom(a: string, b: string, from: number): number {
  const i = firstDifference(a, b, from)
  if (i === a.length && i === b.length) return 0
  if (i === a.length) return -1
  if (i === b.length) return 1
  return rankOfUnit(a.charCodeAt(i)) < rankOfUnit(b.charCodeAt(i)) ? -1 : 1
}

/** Equal so far, characters are compared a chunk at a time, which the runtime does many times faster. */
const NEAR = 64
const CHUNK = 4096

/** Where two texts that are equal before `from` first differ; the length of the shorter one if they do not. */
export function firstDifference(a: string, b: string, from: number): number {
  const n = a.length < b.length ? a.length : b.length
  const near = Math.min(n, from + NEAR)
  let i = from
  while (i < near && a.charCodeAt(i) === b.charCodeAt(i)) i++
  if (i < near) return i
  while (i + CHUNK <= n && a.slice(i, i + CHUNK) === b.slice(i, i + CHUNK)) i += CHUNK
  while (i < n && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i
}

/** UTF-16 puts surrogates (code points above U+FFFF) below U+E000 … U+FFFF; by code point they come last. */
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

const collators = new Map<string, Intl.Collator>()

function collatorOf(locale: string): Intl.Collator {
  let collator = collators.get(locale)
  if (collator === undefined) {
    collator = new Intl.Collator(locale)
    collators.set(locale, collator)
  }
  return collator
}

/** `locale` undefined = by code point. */
export function compareText(a: string, b: string, locale: string | undefined): number {
  if (locale === undefined) return compareByCodePoint(a, b)
  if (a === b) return 0
  return Math.sign(collatorOf(locale).compare(a, b)) || compareByCodePoint(a, b)
}

/** char(n): trailing blanks do not count. */
export function trimBlanks(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--
  return end === text.length ? text : text.slice(0, end)
}
