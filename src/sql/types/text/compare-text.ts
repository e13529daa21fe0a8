/**
 * Order of text: by code point (collation "C", the default), or by an Intl.Collator when the column asks for a locale.
 * Equality never depends on the collation: PostgreSQL breaks a collator's ties by bytes.
 */

/** -1, 0 or 1 by code point, which is also the order of the UTF-8 bytes. */
export function compareByCodePoint(a: string, b: string): number {
  if (a === b) return 0
  const n = a.length < b.length ? a.length : b.length
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rankOfUnit(x) < rankOfUnit(y) ? -1 : 1
  }
  return a.length < b.length ? -1 : 1
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
