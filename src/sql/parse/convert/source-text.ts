/**
 * The text being parsed, as far as conversion needs it: libpg-query counts bytes of UTF-8 from 0,
 * PostgreSQL's clients count characters from 1. For pure ASCII (nearly every statement) the two
 * differ by one; otherwise a table is made on first use.
 */
/** A place where the raw parser did not see so many characters of the text; only for ASCII around it. */
export interface Gap {
  /** Locations after this one lie behind the gap. */
  readonly start: number
  readonly length: number
}

/** A location (from 0) in a text with a gap as one in the whole text. */
export function acrossGap(location: number, gap: Gap): number {
  return location > gap.start ? location + gap.length : location
}

const NO_GAP: Gap = { start: 0, length: 0 }
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class SourceText {
  private readonly text: string
  private readonly isAscii: boolean
  /** Characters in front of the text that the caller did not write (parseExpression's SELECT). */
  private readonly shift: number
  private readonly gap: Gap
  private bytes: Uint8Array | undefined
  private characters: Uint32Array | undefined

  constructor(text: string, isAscii: boolean, shift = 0, gap = NO_GAP) {
    this.text = text
    this.isAscii = isAscii
    this.shift = shift
    this.gap = gap
  }

  /**
   * 1-based character position of a raw location; -1 is "unknown", and 0 is left out of the raw
   * tree.
   */
  position(location: number | undefined): number | undefined {
    const offset = location ?? 0
    if (offset < 0) return undefined
    const character = this.isAscii ? acrossGap(offset, this.gap) : this.characterAt(offset)
    return character + 1 - this.shift
  }

  /** The text from one byte offset to another. */
  slice(startByte: number, endByte: number): string {
    if (this.isAscii) {
      return this.text.slice(acrossGap(startByte, this.gap), acrossGap(endByte, this.gap))
    }
    return decoder.decode(this.utf8().subarray(startByte, endByte))
  }

  /**
   * Length of a part of the text in characters: PostgreSQL counts code points, not UTF-16 units.
   */
  characterCount(part: string): number {
    if (this.isAscii) return part.length
    let count = 0
    for (const character of part) count += character.length > 0 ? 1 : 0
    return count
  }

  /** Of the text as the raw parser saw it. */
  get byteLength(): number {
    return this.isAscii ? this.text.length - this.gap.length : this.utf8().length
  }

  private utf8(): Uint8Array {
    return (this.bytes ??= encoder.encode(this.text))
  }

  private characterAt(offset: number): number {
    const table = (this.characters ??= characterIndex(this.utf8()))
    return table[Math.min(offset, table.length - 1)] ?? 0
  }
}

/** For each byte offset (and the end) the number of characters before it. */
function characterIndex(bytes: Uint8Array): Uint32Array {
  const table = new Uint32Array(bytes.length + 1)
  let characters = 0
  for (let i = 0; i < bytes.length; i++) {
    table[i] = characters
    // A character ends where the next byte does not continue it.
    if (((bytes[i + 1] ?? 0) & 0xc0) !== 0x80) characters++
  }
  table[bytes.length] = characters
  return table
}
