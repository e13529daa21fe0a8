/** The HTTP routes of the edge. Thin: a route reads headers, finds the branch's object and passes its answer on. */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { Hono } from 'hono'
import type { BranchEnvironment, BranchObject } from '../durable/branch-object.ts'
import { SQL_URL } from '../durable/branch-request.ts'
import type { BranchAddress } from '../durable/branch-request.ts'
import { SqlError } from '../errors/sql-error.ts'
import { SQLSTATE } from '../errors/sql-state.ts'
import { errorResponse, plainError } from '../durable/http-sql/error-body.ts'
import { corsHeaders, jsonResponse, preflightHeaders } from '../durable/http-sql/json-response.ts'
import { readTarget } from '../durable/http-sql/read-sql-request.ts'
import { isUpgrade, readUpgrade, upgradeQuery } from './upgrade.ts'

export interface WorkerEnvironment extends BranchEnvironment {
  readonly BRANCHES: DurableObjectNamespace<BranchObject>
}

export function createApp(): Hono<{ Bindings: WorkerEnvironment }> {
  const app = new Hono<{ Bindings: WorkerEnvironment }>()
  app.get('/health', (context) => context.json({ status: 'ok' }, 200, corsHeaders))
  app.options('/sql', () => {
    const headers = { Allow: 'OPTIONS, POST', ...preflightHeaders }
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
  const target = readTarget(request, environment.LAKELET_PROJECT)
  if ('status' in target) return jsonResponse(target)
  return fromBranch(environment, target.login, SQL_URL, request).catch(lost)
}

/** The PostgreSQL protocol: from here on the client talks to the branch's object. */
async function handleUpgrade(request: Request, environment: WorkerEnvironment): Promise<Response> {
  if (!isUpgrade(request)) return jsonResponse(plainError(426, 'expected a WebSocket'))
  const target = readUpgrade(request, environment.LAKELET_PROJECT)
  const url = new URL('https://branch/')
  url.search = upgradeQuery(target)
  return fromBranch(environment, target, url, request)
}

/** Headers and body go to the object as they came, and its answer to the client as it is: bodies pass the Worker by. */
function fromBranch(
  environment: WorkerEnvironment,
  address: BranchAddress,
  url: string | URL,
  request: Request,
): Promise<Response> {
  // The runtime's Request and Response are what the globals are, under other declarations.
  const stub = branchObject(environment, address) as unknown as typeof globalThis
  const { method, headers, body } = request
  // As parts: what else a request carries (`cf`) would be copied with it.
  return stub.fetch(url, { method, headers, body })
}

/** Runs the storage's own check of everything a branch holds. */
async function handleCheck(request: Request, environment: WorkerEnvironment): Promise<Response> {
  const target = readTarget(request, environment.LAKELET_PROJECT)
  if ('status' in target) return jsonResponse(target)
  const object = branchObject(environment, target.login)
  return object.check(target.login).then((answer) => jsonResponse(answer), lost)
}

/** The object may be moved or restarted in the middle of a request, by a deploy for example. */
function lost(): Response {
  const message = 'the branch was restarted during the request'
  const hint = 'Whether the request has taken effect is unknown.'
  const error = new SqlError(SQLSTATE.ADMIN_SHUTDOWN, message, { hint })
  return jsonResponse(errorResponse(error, 'FATAL'))
}

function branchObject({ BRANCHES }: WorkerEnvironment, { branch, project }: BranchAddress) {
  return BRANCHES.getByName(`${branch}--${project}`)
}
