/**
 * The body of `POST /sql` in the Neon serverless protocol: one query, or a batch that runs as one transaction.
 * Anything malformed is refused with 400 before it reaches the engine.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { parameterText, wellFormed } from './parameter-text.ts'

export interface SqlQuery {
  readonly query: string
  /** In PostgreSQL's text form. */
  readonly params: readonly (string | null)[]
  /** Overrides the request's `arrayMode`. */
  readonly arrayMode: boolean | undefined
}

export interface SqlRequestBody {
  readonly queries: readonly SqlQuery[]
  readonly isBatch: boolean
}

const MAX_BATCH_QUERIES = 10_000
/** PostgreSQL's own limit: parameter numbers are 16 bits on the wire. */
const MAX_PARAMETERS = 65_535

export function parseRequestBody(text: string): SqlRequestBody {
  const body = parseJson(text)
  if (!isObject(body)) throw malformed('expected a JSON object')
  if (!Object.hasOwn(body, 'queries')) return { queries: [readQuery(body)], isBatch: false }
  const { queries } = body
  if (!Array.isArray(queries)) throw malformed('"queries" must be an array')
  if (queries.length > MAX_BATCH_QUERIES) {
    throw malformed(`a batch holds at most ${MAX_BATCH_QUERIES} queries`)
  }
  return { queries: queries.map(readQuery), isBatch: true }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('the request body is not valid JSON')
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readQuery(value: unknown): SqlQuery {
  if (!isObject(value) || typeof value['query'] !== 'string') {
    throw malformed('"query" must be a string')
  }
  const params = value['params'] ?? []
  if (!Array.isArray(params)) throw malformed('"params" must be an array')
  if (params.length > MAX_PARAMETERS) {
    throw malformed(`a query takes at most ${MAX_PARAMETERS} parameters`)
  }
  const { arrayMode } = value
  return {
    query: wellFormed(value['query']),
    params: params.map(parameterText),
    arrayMode: typeof arrayMode === 'boolean' ? arrayMode : undefined,
  }
}

function malformed(reason: string): SqlError {
  return new SqlError(SQLSTATE.PROTOCOL_VIOLATION, `malformed request: ${reason}`)
}
