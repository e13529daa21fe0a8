/** Strings by character as PostgreSQL counts them (code points); most strings hold none above U+FFFF, and those are quick. */

const SURROGATE = /[\ud800-\udfff]/

export function characterCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) i++
    count++
  }
  return count
}

/** Characters [from, to), counted from 0. */
export function characterSlice(text: string, from: number, to?: number): string {
  if (!SURROGATE.test(text)) return text.slice(from, to)
  return Array.from(text).slice(from, to).join('')
}

export function charactersOf(text: string): string[] {
  return SURROGATE.test(text) ? Array.from(text) : text.split('')
}

/** Bytes of the UTF-8 form. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    bytes += unit < 0x800 ? 1 : 2
    if (unit >= 0xd800 && unit <= 0xdbff) {
      i++
    }
  }
  return bytes
}
