/** MD5 and SHA-2 in plain synchronous code: Workers' WebCrypto is asynchronous, and functions cannot wait. */
import { encodeHex } from './encodings.ts'

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const MD5_TABLE = Int32Array.from({ length: 64 }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32),
)

/** The message with its 1 bit, zeros and length, in whole blocks. */
function padded(bytes: Uint8Array, block: 64 | 128, littleEndian: boolean): DataView {
  const lengthBytes = block / 8
  const total = Math.ceil((bytes.length + 1 + lengthBytes) / block) * block
  const message = new Uint8Array(total)
  message.set(bytes)
  message[bytes.length] = 0x80
  const view = new DataView(message.buffer)
  view.setBigUint64(
    littleEndian ? total - lengthBytes : total - 8,
    BigInt(bytes.length) * 8n,
    littleEndian,
  )
  return view
}

export function md5(bytes: Uint8Array): string {
  const view = padded(bytes, 64, true)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let block = 0; block < view.byteLength; block += 64) md5Block(view, block, state)
  return encodeHex(new Uint8Array(state.buffer))
}

function md5Block(view: DataView, block: number, state: Int32Array): void {
  let [a, b, c, d] = state
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    let mixed: number
    let word: number
    if (round === 0) [mixed, word] = [(b & c) | (~b & d), i]
    else if (round === 1) [mixed, word] = [(d & b) | (~d & c), (5 * i + 1) & 15]
    else if (round === 2) [mixed, word] = [b ^ c ^ d, (3 * i + 5) & 15]
    else [mixed, word] = [c ^ (b | ~d), (7 * i) & 15]
    const sum = (a + mixed + MD5_TABLE[i] + view.getInt32(block + word * 4, true)) | 0
    const shift = MD5_SHIFTS[round * 4 + (i & 3)]
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  state[0] += a
  state[1] += b
  state[2] += c
  state[3] += d
}

/** The first `count` primes: SHA-2's constants are the fractions of their roots. */
function primes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0)) found.push(n)
  }
  return found
}

/** First 64 bits of the fraction of the n-th root (n = 2 or 3). */
function rootFraction(prime: number, degree: 2n | 3n): bigint {
  const target = BigInt(prime) << (64n * degree)
  let low = 0n
  let high = 1n << 72n
  while (high - low > 1n) {
    const middle = (low + high) >> 1n
    if (middle ** degree <= target) low = middle
    else high = middle
  }
  return BigInt.asUintN(64, low)
}

const K64 = primes(80).map((prime) => rootFraction(prime, 3n))
const K32 = Int32Array.from(K64.slice(0, 64), (k) => Number(k >> 32n))
const SQUARE_ROOTS = primes(16).map((prime) => rootFraction(prime, 2n))

export function sha256(bytes: Uint8Array): Uint8Array {
  return sha2Small(
    bytes,
    SQUARE_ROOTS.slice(0, 8).map((root) => Number(root >> 32n)),
    32,
  )
}
/** SHA-224 starts from the second 32 bits of the next eight roots. */
export function sha224(bytes: Uint8Array): Uint8Array {
  return sha2Small(
    bytes,
    SQUARE_ROOTS.slice(8).map((root) => Number(root & 0xffffffffn)),
    28,
  )
}
export function sha512(bytes: Uint8Array): Uint8Array {
  return sha2Large(bytes, SQUARE_ROOTS.slice(0, 8), 64)
}
export function sha384(bytes: Uint8Array): Uint8Array {
  return sha2Large(bytes, SQUARE_ROOTS.slice(8), 48)
}

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n))

function sha2Small(bytes: Uint8Array, start: readonly number[], length: number): Uint8Array {
  const view = padded(bytes, 64, false)
  const state = Int32Array.from(start)
  const schedule = new Int32Array(64)
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(block + i * 4)
    for (let i = 16; i < 64; i++) {
      const x = schedule[i - 15]
      const y = schedule[i - 2]
      const low = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
      const high = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
      schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high
    }
    sha2SmallBlock(schedule, state)
  }
  const result = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => result.setInt32(i * 4, word))
  return new Uint8Array(result.buffer, 0, length).slice()
}

function sha2SmallBlock(schedule: Int32Array, state: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const high = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + high + ((e & f) ^ (~e & g)) + K32[i] + schedule[i]) | 0
    const low = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const working = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] += working[i]
}

const rotate64 = (x: bigint, n: bigint): bigint => BigInt.asUintN(64, (x >> n) | (x << (64n - n)))

function sha2Large(bytes: Uint8Array, start: readonly bigint[], length: number): Uint8Array {
  const view = padded(bytes, 128, false)
  const state = BigUint64Array.from(start)
  const schedule = new BigUint64Array(80)
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getBigUint64(block + i * 8)
    for (let i = 16; i < 80; i++) {
      const x = schedule[i - 15]
      const y = schedule[i - 2]
      const low = rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n)
      const high = rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n)
      schedule[i] = schedule[i - 16] + low + schedule[i - 7] + high
    }
    sha2LargeBlock(schedule, state)
  }
  const result = new DataView(new ArrayBuffer(64))
  state.forEach((word, i) => result.setBigUint64(i * 8, word))
  return new Uint8Array(result.buffer, 0, length).slice()
}

function sha2LargeBlock(schedule: BigUint64Array, state: BigUint64Array): void {
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 80; i++) {
    const high = rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n)
    const first = h + high + ((e & f) ^ (~e & g)) + K64[i] + schedule[i]
    const low = rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n)
    const second = low + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = BigInt.asUintN(64, d + first)
    d = c
    c = b
    b = a
    a = BigInt.asUintN(64, first + second)
  }
  const working = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] += working[i]
}
