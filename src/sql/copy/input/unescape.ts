/** What was written with escapes or quotes, without them. The result is never longer than what was written. */

const BACKSLASH = 92
/** \b \f \n \r \t \v */
const CONTROLS: ReadonlyMap<number, number> = new Map([
  [98, 8],
  [102, 12],
  [110, 10],
  [114, 13],
  [116, 9],
  [118, 11],
])
const ZERO = 48
const SEVEN = 55
const LOWER_X = 120

/** Text format: backslash escapes. Returns how many bytes `to` has now; `to` has room for all of `from`. */
export function unescapeText(from: Uint8Array, start: number, end: number, to: Uint8Array): number {
  let length = 0
  let at = start
  while (at < end) {
    const byte = from[at++]!
    if (byte !== BACKSLASH) {
      to[length++] = byte
      continue
    }
    // The last one of the data escapes nothing, and is gone.
    if (at >= end) break
    const escaped = from[at++]!
    if (escaped >= ZERO && escaped <= SEVEN) {
      let value = escaped - ZERO
      const most = Math.min(end, at + 2)
      while (at < most && from[at]! >= ZERO && from[at]! <= SEVEN) {
        value = value * 8 + from[at++]! - ZERO
      }
      to[length++] = value & 0xff
    } else if (escaped === LOWER_X && at < end && hexDigit(from[at]!) >= 0) {
      let value = hexDigit(from[at++]!)
      if (at < end && hexDigit(from[at]!) >= 0) value = value * 16 + hexDigit(from[at++]!)
      to[length++] = value
    } else to[length++] = CONTROLS.get(escaped) ?? escaped
  }
  return length
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= ZERO + 9) return byte - ZERO
  const lower = byte | 0x20
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** CSV: quotes go, and the escape character before a quote or itself within them. */
export function unescapeCsv(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  { quote, escape }: { readonly quote: number; readonly escape: number },
): number {
  let length = 0
  let isQuoting = false
  for (let at = start; at < end; at++) {
    const byte = from[at]!
    if (isQuoting && byte === escape && at + 1 < end) {
      const next = from[at + 1]!
      if (next === quote || next === escape) {
        to[length++] = next
        at++
        continue
      }
    }
    if (byte === quote) isQuoting = !isQuoting
    else to[length++] = byte
  }
  return length
}
