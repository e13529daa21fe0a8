/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) over a role's stored secret. No channel binding: TLS, if any, ends
 * before the bytes come here.
 *
 *   client  n,,n=*,r=<client nonce>
 *   server  r=<client nonce><server nonce>,s=<salt>,i=<iterations>
 *   client  c=biws,r=<both nonces>,p=<proof>
 *   server  v=<signature>
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { ScramSecret } from '../../auth/scram-secret.ts'
import { equalInConstantTime, hmacSha256 } from '../../auth/scram-secret.ts'
import { protocolViolation } from '../codec/byte-reader.ts'

export const SCRAM_SHA_256 = 'SCRAM-SHA-256'
const NONCE_BYTES = 18

export class ScramExchange {
  readonly #secret: ScramSecret
  readonly #clientFirstBare: string
  readonly #gs2Header: string
  readonly #nonce: string
  /** server-first-message */
  readonly challenge: string

  constructor(secret: ScramSecret, clientFirst: string) {
    const match = /^([ny],,)((?:m=[^,]*,)?n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s.exec(
      clientFirst,
    )
    if (match === null) throw malformed('The message does not have the form of RFC 5802.')
    const [, header = '', bare = '', clientNonce = ''] = match
    if (bare.startsWith('m='))
      throw protocolViolation('client requires an unsupported SCRAM extension')
    this.#secret = secret
    this.#gs2Header = header
    this.#clientFirstBare = bare
    this.#nonce = clientNonce + toBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
    this.challenge = `r=${this.#nonce},s=${toBase64(secret.salt)},i=${secret.iterations}`
  }

  /** server-final-message when the proof is right, undefined when it is not. */
  async verify(clientFinal: string): Promise<string | undefined> {
    const match = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/s.exec(clientFinal)
    if (match === null) throw malformed('The message does not have the form of RFC 5802.')
    const [, withoutProof = '', binding = '', nonce = '', proofText = ''] = match
    if (binding !== btoa(this.#gs2Header)) {
      throw protocolViolation('unexpected SCRAM channel-binding attribute in client-final-message')
    }
    if (nonce !== this.#nonce) throw malformed('Nonce does not match.')
    const message = `${this.#clientFirstBare},${this.challenge},${withoutProof}`
    const { storedKey, serverKey } = this.#secret
    const signature = await hmacSha256(storedKey, message)
    const proof = fromBase64(proofText)
    if (proof?.length !== signature.length)
      throw malformed('The message does not have the form of RFC 5802.')
    const clientKey = proof.map((byte, index) => byte ^ signature[index]!) // of equal length
    const derived = new Uint8Array(await crypto.subtle.digest('SHA-256', clientKey))
    if (!equalInConstantTime(derived, storedKey)) return undefined
    return `v=${toBase64(await hmacSha256(serverKey, message))}`
  }
}

function malformed(detail: string): SqlError {
  return new SqlError(SQLSTATE.PROTOCOL_VIOLATION, 'malformed SCRAM message', { detail })
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}
