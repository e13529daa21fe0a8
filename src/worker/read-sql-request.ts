/** Headers and body of `POST /sql` as a request to a branch, or the answer that refuses it. */
import type { HttpAnswer, HttpSqlRequest } from '../durable/branch-request.ts'
import { plainError } from '../durable/http-sql/error-body.ts'
import { parseConnectionString } from './connection-string.ts'
import type { ConnectionTarget } from './connection-string.ts'

/** As in Neon's proxy. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024

const ISOLATION_LEVELS: Readonly<Record<string, string>> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

/** Who asks; every request of this protocol carries it in a header. */
export function readTarget(
  { headers }: Request,
  defaultProject: string,
): ConnectionTarget | HttpAnswer {
  const connection = headers.get('Neon-Connection-String')
  if (connection === null) return plainError(400, 'missing header: Neon-Connection-String')
  return parseConnectionString(connection, defaultProject)
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
  const tooLarge = plainError(413, `request is too large (max is ${MAX_REQUEST_BYTES} bytes)`)
  if (Number(request.headers.get('Content-Length') ?? 0) > MAX_REQUEST_BYTES) return tooLarge
  const bytes = await request.arrayBuffer()
  if (bytes.byteLength > MAX_REQUEST_BYTES) return tooLarge
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return plainError(400, 'the request body is not valid UTF-8')
  }
}
