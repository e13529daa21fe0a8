/** The HTTP routes of the edge. Thin: a route reads headers, finds the branch's object and passes its answer on. */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { Hono } from 'hono'
import type { BranchEnvironment, BranchObject } from '../durable/branch-object.ts'
import type { BranchAddress, HttpAnswer } from '../durable/branch-request.ts'
import { SqlError } from '../errors/sql-error.ts'
import { SQLSTATE } from '../errors/sql-state.ts'
import { errorResponse, plainError } from '../durable/http-sql/error-body.ts'
import { corsHeaders } from './cors.ts'
import { readSqlRequest, readTarget } from './read-sql-request.ts'
import { isUpgrade, readUpgrade, upgradeQuery } from './upgrade.ts'

export interface WorkerEnvironment extends BranchEnvironment {
  readonly BRANCHES: DurableObjectNamespace<BranchObject>
}

const BATCH_HEADERS = [
  'neon-batch-isolation-level',
  'neon-batch-read-only',
  'neon-batch-deferrable',
]

/**
 * Shorter answers are sent as they are: they fit into TCP's first flight (ten segments, RFC 6928), so that compressing them takes
 * time, half a millisecond under Miniflare, and saves none.
 */
const UNCOMPRESSED_CHARACTERS = 14_000

export function createApp(): Hono<{ Bindings: WorkerEnvironment }> {
  const app = new Hono<{ Bindings: WorkerEnvironment }>()
  app.get('/health', (context) => context.json({ status: 'ok' }, 200, corsHeaders))
  app.options('/sql', () => {
    const headers = { Allow: 'OPTIONS, POST', ...corsHeaders }
    return new Response(null, { status: 200, headers })
  })
  app.post('/sql', (context) => handleSql(context.req.raw, context.env))
  app.post('/check', (context) => handleCheck(context.req.raw, context.env))
  app.on('GET', ['/v1', '/v2'], (context) => handleUpgrade(context.req.raw, context.env))
  app.notFound(() => jsonResponse(plainError(400, 'query is not supported')))
  app.onError((error) => jsonResponse(errorResponse(error, 'FATAL')))
  return app
}

async function handleSql(request: Request, environment: WorkerEnvironment): Promise<Response> {
  const read = await readSqlRequest(request, environment.LAKELET_PROJECT)
  if ('status' in read) return jsonResponse(read)
  const answer = await orLost(branchObject(environment, read).sql(read))
  return jsonResponse(answer, batchHeaders(request.headers))
}

/** The PostgreSQL protocol: from here on the client talks to the branch's object. */
async function handleUpgrade(request: Request, environment: WorkerEnvironment): Promise<Response> {
  if (!isUpgrade(request)) return jsonResponse(plainError(426, 'expected a WebSocket'))
  const target = readUpgrade(request, environment.LAKELET_PROJECT)
  const url = new URL('https://branch/')
  url.search = upgradeQuery(target)
  // The runtime's Request and Response are what the globals are, under other declarations.
  const stub = branchObject(environment, target) as unknown as typeof globalThis
  return stub.fetch(new Request(url, request))
}

/** Runs the storage's own check of everything a branch holds. */
async function handleCheck(request: Request, environment: WorkerEnvironment): Promise<Response> {
  const target = readTarget(request, environment.LAKELET_PROJECT)
  if ('status' in target) return jsonResponse(target)
  return jsonResponse(await orLost(branchObject(environment, target.login).check(target.login)))
}

/** The object may be moved or restarted in the middle of a request, by a deploy for example. */
function orLost(answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  return answer.catch(() => {
    const message = 'the branch was restarted during the request'
    const hint = 'Whether the request has taken effect is unknown.'
    return errorResponse(new SqlError(SQLSTATE.ADMIN_SHUTDOWN, message, { hint }), 'FATAL')
  })
}

function branchObject({ BRANCHES }: WorkerEnvironment, { branch, project }: BranchAddress) {
  return BRANCHES.get(BRANCHES.idFromName(`${branch}--${project}`))
}

/** Neon's proxy echoes the batch headers. */
function batchHeaders(headers: Headers): Record<string, string> {
  const echoed: Record<string, string> = {}
  for (const name of BATCH_HEADERS) {
    const value = headers.get(name)
    if (value !== null) echoed[name] = value
  }
  return echoed
}

function jsonResponse({ status, body }: HttpAnswer, extra: Record<string, string> = {}): Response {
  const headers = {
    'Content-Type': 'application/json',
    'neon-request-id': crypto.randomUUID(),
    ...corsHeaders,
    ...(body.length < UNCOMPRESSED_CHARACTERS ? { 'Content-Encoding': 'identity' } : {}),
    ...extra,
  }
  return new Response(body, { status, headers })
}
