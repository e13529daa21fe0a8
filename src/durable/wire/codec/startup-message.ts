/** The first message of a connection: it has no tag; its first number tells a version from the special requests. */
import { ByteReader, protocolViolation } from './byte-reader.ts'

export type StartupMessage =
  | StartupRequest
  /** SSLRequest or GSSENCRequest: answered by one byte, then the client begins again. */
  | { readonly kind: 'encryption' }
  | CancelRequest

export interface StartupRequest {
  readonly kind: 'startup'
  readonly minorVersion: number
  /** user, database, options and settings. */
  readonly parameters: ReadonlyMap<string, string>
  /** Options of a protocol that is not spoken here: names that begin with `_pq_.`. */
  readonly unknownOptions: readonly string[]
}

export interface CancelRequest {
  readonly kind: 'cancel'
  readonly processId: number
  readonly secretKey: Uint8Array
}

/** 1234 in the upper half: not a version. */
const CANCEL_REQUEST = 80877102
const SSL_REQUEST = 80877103
const GSSENC_REQUEST = 80877104
const PROTOCOL_MAJOR = 3

export function decodeStartup(body: Uint8Array): StartupMessage {
  const reader = new ByteReader(body)
  const code = reader.int32()
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) return { kind: 'encryption' }
  if (code === CANCEL_REQUEST) {
    const processId = reader.int32()
    return { kind: 'cancel', processId, secretKey: reader.bytes(reader.remaining) }
  }
  const [major, minor] = [code >>> 16, code & 0xffff]
  if (major !== PROTOCOL_MAJOR) {
    throw protocolViolation(
      `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.0`,
    )
  }
  return { kind: 'startup', minorVersion: minor, ...readParameters(reader) }
}

function readParameters(reader: ByteReader): Pick<StartupRequest, 'parameters' | 'unknownOptions'> {
  const parameters = new Map<string, string>()
  const unknownOptions: string[] = []
  for (;;) {
    const name = reader.string()
    if (name === '') break
    const value = reader.string()
    if (name.startsWith('_pq_.')) unknownOptions.push(name)
    else parameters.set(name, value)
  }
  if (reader.remaining !== 0) {
    throw protocolViolation('invalid startup packet layout: expected terminator as last byte')
  }
  return { parameters, unknownOptions }
}
