/** Order of strings: by code point (UTF-8's byte order, collation "C"), or by a locale. */

/** JavaScript compares UTF-16 units; they disagree with code points only where a surrogate meets U+E000…U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) {
      const surrogateX = x >= 0xd800 && x <= 0xdfff
      const surrogateY = y >= 0xd800 && y <= 0xdfff
      if (surrogateX !== surrogateY) return surrogateX ? (y > 0xdfff ? 1 : x - y) : x > 0xdfff ? -1 : x - y
      return x - y
    }
  }
  return a.length - b.length
}

const collators = new Map<string, Intl.Collator>()

/** Equal only when the same string: PostgreSQL breaks the ties of deterministic collations by bytes. */
export function compareLocale(a: string, b: string, locale: string): number {
  let collator = collators.get(locale)
  if (collator === undefined) {
    collator = new Intl.Collator(locale)
    collators.set(locale, collator)
  }
  return collator.compare(a, b) || compareCodePoints(a, b)
}

export function compareText(a: string, b: string, locale: string | undefined): number {
  return locale === undefined ? compareCodePoints(a, b) : compareLocale(a, b, locale)
}
