/** Randomness, injected so that every test run can be replayed from its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  bytes(count: number): Uint8Array
}

export class SystemRandom implements Random {
  next(): number {
    return Math.random()
  }

  bytes(count: number): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(count))
  }
}

/** `count` random bytes as lower-case hexadecimal: the unique part of object names. */
export function randomHex(random: Random, count: number): string {
  return hexOf(random.bytes(count))
}

export function hexOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}
