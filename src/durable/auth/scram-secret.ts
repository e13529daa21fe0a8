/**
 * SCRAM-SHA-256 secrets in PostgreSQL's stored form (RFC 5802, pg_authid.rolpassword):
 *
 *   SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>
 *
 * The password itself is never stored. A cleartext password, as the serverless drivers send it over TLS, is checked by deriving
 * the same key from it.
 */
const DIGEST_BYTES = 32
const SALT_BYTES = 16
/** PostgreSQL's scram_iterations. */
const DEFAULT_ITERATIONS = 4096

export interface ScramSecret {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export async function createScramSecret(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const { storedKey, serverKey } = await deriveKeys(password, salt, DEFAULT_ITERATIONS)
  const [saltText, storedText, serverText] = [salt, storedKey, serverKey].map(toBase64)
  return `SCRAM-SHA-256$${DEFAULT_ITERATIONS}:${saltText}$${storedText}:${serverText}`
}

/** undefined when the text is no such secret (MD5 hashes are not supported). */
export function parseScramSecret(text: string): ScramSecret | undefined {
  const match =
    /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/.exec(text)
  if (match === null) return undefined
  const [, iterations, salt, storedKey, serverKey] = match as unknown as readonly string[] // all four groups took part
  return {
    iterations: Number(iterations),
    salt: fromBase64(salt!),
    storedKey: fromBase64(storedKey!),
    serverKey: fromBase64(serverKey!),
  }
}

export async function verifyPassword(secret: ScramSecret, password: string): Promise<boolean> {
  const { storedKey } = await deriveKeys(password, secret.salt, secret.iterations)
  return equalInConstantTime(storedKey, secret.storedKey)
}

async function deriveKeys(password: string, salt: Uint8Array, iterations: number) {
  // Passwords are compared in normalised form (SASLprep reduces to NFKC for all but exotic input).
  const raw = new TextEncoder().encode(password.normalize('NFKC'))
  const material = await crypto.subtle.importKey('raw', raw, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: salt.slice(), iterations }
  const salted = new Uint8Array(
    await crypto.subtle.deriveBits(parameters, material, DIGEST_BYTES * 8),
  )
  const clientKey = await hmacSha256(salted, 'Client Key')
  const storedKey = new Uint8Array(await crypto.subtle.digest('SHA-256', clientKey))
  return { storedKey, serverKey: await hmacSha256(salted, 'Server Key') }
}

export async function hmacSha256(
  key: Uint8Array,
  message: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key.slice(), algorithm, false, ['sign'])
  return new Uint8Array(
    await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(message)),
  )
}

/** Takes as long whether the first or the last byte differs. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0)
  return difference === 0
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
