/** PostgreSQL's hash of bytes (Bob Jenkins' lookup3), so that hashtext() and hash partitions agree with its own. */

const START = (0x9e3779b9 + 3923095) | 0

const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n))

/** The final scrambling of the three words; the result is the last. */
function scramble(first: number, second: number, third: number): number {
  let [a, b, c] = [first, second, third]
  c = (c ^ b) - rotate(b, 14)
  a = (a ^ c) - rotate(c, 11)
  b = (b ^ a) - rotate(a, 25)
  c = (c ^ b) - rotate(b, 16)
  a = (a ^ c) - rotate(c, 4)
  b = (b ^ a) - rotate(a, 14)
  c = (c ^ b) - rotate(b, 24)
  return c | 0
}

/** Signed 32 bits, as hashtext() returns them. */
export function hashBytes(bytes: Uint8Array): number {
  let a = (START + bytes.length) | 0
  let b = a
  let c = a
  const word = (at: number): number =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  let at = 0
  for (; bytes.length - at >= 12; at += 12) {
    a = (a + word(at)) | 0
    b = (b + word(at + 4)) | 0
    c = (c + word(at + 8)) | 0
    a = (a - c) ^ rotate(c, 4)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 6)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 8)
    b = (b + a) | 0
    a = (a - c) ^ rotate(c, 16)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 19)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 4)
    b = (b + a) | 0
  }
  a = (a + word(at)) | 0
  b = (b + word(at + 4)) | 0
  // The lowest byte of the last word is the length's.
  c = (c + (word(at + 8) << 8)) | 0
  return scramble(a, b, c)
}

export function hashInt32(value: number): number {
  const start = (START + 4) | 0
  return scramble((start + value) | 0, start, start)
}
