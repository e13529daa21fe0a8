/**
 * WebSocket upgrades: the PostgreSQL protocol in binary frames. The branch comes from `?address=host:port` as the Neon driver's
 * proxies have it, or else from the host itself.
 */
import type { SocketRequest } from '../durable/sockets/attachment.ts'
import { branchOfHost } from '../durable/http-sql/connection-string.ts'
import { clientAddress } from '../durable/http-sql/read-sql-request.ts'

export function isUpgrade({ headers }: Request): boolean {
  return headers.get('Upgrade')?.toLowerCase() === 'websocket'
}

/** Raises 3D000 for a host that names no branch. */
export function readUpgrade(request: Request, defaultProject: string): SocketRequest {
  const url = new URL(request.url)
  const address = url.searchParams.get('address')
  const host = address === null ? url.hostname : address.replace(/:\d*$/, '')
  const isScram = url.searchParams.get('auth') === 'scram-sha-256'
  return {
    ...branchOfHost(host, defaultProject),
    method: isScram ? 'scram-sha-256' : 'cleartext',
    address: clientAddress(request),
  }
}

/** As a query of the branch's object reads it (`sockets/socket-response.ts`). */
export function upgradeQuery({ project, branch, method, address }: SocketRequest): string {
  const query = new URLSearchParams({ project, branch, method })
  if (address !== undefined) query.set('client', address)
  return query.toString()
}
