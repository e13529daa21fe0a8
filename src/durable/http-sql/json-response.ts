/** Answers of the HTTP protocols as responses: the headers that go with them. */
import type { HttpAnswer } from '../branch-request.ts'

/** Any page may query: the password in the request is what protects the database. */
export const corsHeaders: Readonly<Record<string, string>> = { 'Access-Control-Allow-Origin': '*' }

/** To a browser that asks whether it may. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  ...corsHeaders,
  'Access-Control-Allow-Headers': [
    'Authorization',
    'Content-Type',
    'Neon-Connection-String',
    'Neon-Raw-Text-Output',
    'Neon-Array-Mode',
    'Neon-Pool-Opt-In',
    'Neon-Batch-Read-Only',
    'Neon-Batch-Isolation-Level',
    'Neon-Batch-Deferrable',
  ].join(', '),
  'Access-Control-Max-Age': '86400',
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

/** Neon's proxy echoes the batch headers. */
function batchHeaders(headers: Headers): Record<string, string> {
  const echoed: Record<string, string> = {}
  for (const name of BATCH_HEADERS) {
    const value = headers.get(name)
    if (value !== null) echoed[name] = value
  }
  return echoed
}

/** The answer to `request`, if it is one of SQL. */
export function jsonResponse({ status, body }: HttpAnswer, request?: Request): Response {
  const headers = {
    'Content-Type': 'application/json',
    'neon-request-id': crypto.randomUUID(),
    ...corsHeaders,
    ...(body.length < UNCOMPRESSED_CHARACTERS ? { 'Content-Encoding': 'identity' } : {}),
    ...(request === undefined ? {} : batchHeaders(request.headers)),
  }
  return new Response(body, { status, headers })
}
