/** The HTTP side of a new WebSocket in the branch's object. The runtime's own classes are typed here, once. */
import type { Response as WorkerResponse, WebSocket } from '@cloudflare/workers-types'
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { SocketRequest } from './attachment.ts'

interface Runtime {
  readonly WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket }
  readonly Response: new (
    body: null,
    init: { readonly status: number; readonly webSocket?: WebSocket },
  ) => WorkerResponse
}

const runtime = globalThis as unknown as Runtime // in a Worker these are globals

/** The Worker puts the address into the URL. */
export function readSocketRequest({ url }: Pick<Request, 'url'>): SocketRequest {
  const { searchParams } = new URL(url)
  const project = searchParams.get('project')
  const branch = searchParams.get('branch')
  if (project === null || branch === null) {
    throw new SqlError(SQLSTATE.INVALID_CATALOG_NAME, 'the request names no branch')
  }
  const isScram = searchParams.get('method') === 'scram-sha-256'
  const address = searchParams.get('client') ?? undefined
  return { project, branch, method: isScram ? 'scram-sha-256' : 'cleartext', address }
}

/** 101 with one end of a new pair, the other accepted. */
export function socketResponse(accept: (server: WebSocket) => void): WorkerResponse {
  const { 0: client, 1: server } = new runtime.WebSocketPair()
  accept(server)
  return new runtime.Response(null, { status: 101, webSocket: client })
}

/** There are more sockets than may ever become connections. */
export function unavailable(): WorkerResponse {
  return new runtime.Response(null, { status: 503 })
}
