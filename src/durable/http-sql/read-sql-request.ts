/** Headers and body of `POST /sql` as a request to a branch, or the answer that refuses it. */
import { concatBytes } from '../../storage/platform/local-store.ts'
import type { HttpAnswer, HttpSqlRequest } from '../branch-request.ts'
import { parseConnectionString } from './connection-string.ts'
import type { ConnectionTarget } from './connection-string.ts'
import { plainError } from './error-body.ts'

/** As in Neon's proxy. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024
/** The platform's own limit on a body. */
const MAX_DRAINED_BYTES = 100 * 1024 * 1024

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

const ISOLATION_LEVELS: Readonly<Record<string, string>> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

/** Who asks; every request of this protocol carries it in a header. */
export function readTarget(
  request: Request,
  defaultProject: string,
): ConnectionTarget | HttpAnswer {
  const connection = request.headers.get('Neon-Connection-String')
  if (connection === null) return plainError(400, 'missing header: Neon-Connection-String')
  const { login, parameters } = parseConnectionString(connection, defaultProject)
  return { login: { ...login, address: clientAddress(request) }, parameters }
}

export async function readSqlRequest(
  request: Request,
  defaultProject: string,
): Promise<HttpSqlRequest | HttpAnswer> {
  const { headers } = request
  const target = readTarget(request, defaultProject)
  if ('status' in target) return target
  const isolation = headers.get('Neon-Batch-Isolation-Level')
  if (isolation !== null && !Object.hasOwn(ISOLATION_LEVELS, isolation)) {
    return plainError(400, 'invalid isolation level')
  }
  const body = await readBody(request)
  if (typeof body !== 'string') return body
  return {
    ...target.login,
    parameters: target.parameters,
    body,
    format: {
      isRaw: headers.get('Neon-Raw-Text-Output') === 'true',
      isArrayMode: headers.get('Neon-Array-Mode') === 'true',
    },
    batch: {
      isolation: isolation === null ? undefined : ISOLATION_LEVELS[isolation],
      isReadOnly: headers.get('Neon-Batch-Read-Only') === 'true',
      isDeferrable: headers.get('Neon-Batch-Deferrable') === 'true',
    },
  }
}

async function readBody(request: Request): Promise<string | HttpAnswer> {
  const bytes = await readBytes(request)
  if (bytes === undefined) {
    return plainError(413, `request is too large (max is ${MAX_REQUEST_BYTES} bytes)`)
  }
  try {
    return UTF8.decode(bytes)
  } catch {
    return plainError(400, 'the request body is not valid UTF-8')
  }
}

/** undefined when there are too many. */
async function readBytes(request: Request): Promise<Uint8Array | undefined> {
  const announced = Number(request.headers.get('Content-Length') ?? Number.NaN)
  if (announced <= MAX_REQUEST_BYTES) return new Uint8Array(await request.arrayBuffer())
  return drainBytes(request)
}

/** What is too much is read and dropped, so that a client in the middle of sending gets its answer. */
async function drainBytes({ body }: Request): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of body ?? []) {
    total += chunk.length
    if (total > MAX_DRAINED_BYTES) return undefined
    if (total <= MAX_REQUEST_BYTES) chunks.push(chunk)
    else chunks.length = 0
  }
  return total > MAX_REQUEST_BYTES ? undefined : concatBytes(chunks)
}

/** Where the client is, as Cloudflare's edge says; undefined elsewhere. */
export function clientAddress({ headers }: Request): string | undefined {
  return headers.get('CF-Connecting-IP') ?? undefined
}
