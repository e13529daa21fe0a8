/**
 * The text being parsed, as far as conversion needs it: libpg-query counts bytes of UTF-8 from 0,
 * PostgreSQL's clients count characters from 1. For pure ASCII (nearly every statement) the two
 * differ by one; otherwise a table is made on first use.
 */
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class SourceText {
  private readonly text: string
  private readonly isAscii: boolean
  /** Characters in front of the text that the caller did not write (parseExpression's SELECT). */
  private readonly shift: number
  private bytes: Uint8Array | undefined
  private characters: Uint32Array | undefined

  constructor(text: string, isAscii: boolean, shift = 0) {
    this.text = text
    this.isAscii = isAscii
    this.shift = shift
  }

  /**
   * 1-based character position of a raw location; -1 is "unknown", and 0 is left out of the raw
   * tree.
   */
  position(location: number | undefined): number | undefined {
    const offset = location ?? 0
    if (offset < 0) return undefined
    return (this.isAscii ? offset : this.characterAt(offset)) + 1 - this.shift
  }

  /** The text from one byte offset to another. */
  slice(startByte: number, endByte: number): string {
    if (this.isAscii) return this.text.slice(startByte, endByte)
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

  get byteLength(): number {
    return this.isAscii ? this.text.length : this.utf8().length
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
