/** The HTTP routes of the edge. Thin: a route reads headers, finds the branch's object and passes its answer on. */
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { Hono } from 'hono'
import type { BranchObject, BranchEnvironment } from '../durable/branch-object.ts'
import { errorResponse, plainError } from '../durable/http-sql/error-body.ts'
import { corsHeaders } from './cors.ts'
import { readSqlRequest } from './read-sql-request.ts'

export interface WorkerEnvironment extends BranchEnvironment {
  readonly BRANCHES: DurableObjectNamespace<BranchObject>
}

export function createApp(): Hono<{ Bindings: WorkerEnvironment }> {
  const app = new Hono<{ Bindings: WorkerEnvironment }>()
  app.get('/health', (context) => context.json({ status: 'ok' }))
  app.options('/sql', () => new Response(null, { status: 200, headers: { Allow: 'OPTIONS, POST', ...corsHeaders } }))
  app.post('/sql', (context) => handleSql(context.req.raw, context.env))
  app.notFound(() => jsonResponse(plainError(400, 'query is not supported')))
  app.onError((error) => jsonResponse(errorResponse(error)))
  return app
}

async function handleSql(request: Request, environment: WorkerEnvironment): Promise<Response> {
  const read = await readSqlRequest(request, environment.LAKELET_PROJECT)
  if ('status' in read) return jsonResponse(read)
  const id = environment.BRANCHES.idFromName(`${read.branch}--${read.project}`)
  const { status, body } = await environment.BRANCHES.get(id).sql(read)
  return jsonResponse({ status, body }, batchHeaders(request.headers))
}

/** Neon's proxy echoes the batch headers. */
function batchHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('neon-batch-')))
}

function jsonResponse(
  { status, body }: { readonly status: number; readonly body: string },
  extra: Record<string, string> = {},
): Response {
  const headers = {
    'Content-Type': 'application/json',
    'neon-request-id': crypto.randomUUID(),
    ...corsHeaders,
    ...extra,
  }
  return new Response(body, { status, headers })
}
