/** A branch in memory behind a TCP port: the protocol alone, without Worker, WebSocket or bridge. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { AttemptLimiter } from '../../src/durable/auth/attempt-limiter.ts'
import { PasswordCheck } from '../../src/durable/auth/password-check.ts'
import { createScramSecret } from '../../src/durable/auth/scram-secret.ts'
import { Branch } from '../../src/durable/branch.ts'
import type { ConnectionHost, PasswordMethod } from '../../src/durable/wire/connection-host.ts'
import { ConnectionRegistry } from '../../src/durable/wire/connection-registry.ts'
import { Connection } from '../../src/durable/wire/connection.ts'
import { InputBudget } from '../../src/durable/wire/flow/input-budget.ts'
import { SystemClock } from '../../src/storage/platform/clock.ts'
import { memoryPlatform } from '../engine/memory-branch.ts'

export class MemoryServer {
  readonly port: number
  readonly branch: Branch
  readonly #server: Server
  readonly #sockets: Set<Socket>

  private constructor(branch: Branch, server: Server, sockets: Set<Socket>) {
    this.branch = branch
    this.#server = server
    this.#sockets = sockets
    this.port = (server.address() as AddressInfo).port // it listens on a port
  }

  static async start(
    method: PasswordMethod = 'scram-sha-256',
    port = 0,
    options: Pick<ConnectionHost, 'authenticationTimeoutMs'> = {},
  ): Promise<MemoryServer> {
    const branch = await Branch.open(memoryPlatform(), {
      databaseName: 'lakelet',
      superuser: 'lakelet',
      superuserSecret: () => createScramSecret('lakelet'),
      storage: { prefix: 'local/main/' },
    })
    const sockets = new Set<Socket>()
    const host = { ...memoryHost(branch, () => sockets.size), ...options }
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket)
      const end = (): void => void socket.end()
      const connection = new Connection(
        host,
        {
          send: (bytes) => void socket.write(bytes),
          unsentBytes: () => socket.writableLength,
          close: end,
          changed: () => void setTimeout(() => expireInTime(connection)),
        },
        method,
      )
      connection.begin()
      socket.on('data', (chunk) => void connection.receive(chunk))
      socket.on('error', () => connection.close())
      socket.on('close', () => {
        sockets.delete(socket)
        connection.close()
      })
    })
    await new Promise<void>((done) => void server.listen(port, '127.0.0.1', done))
    return new MemoryServer(branch, server, sockets)
  }

  get url(): string {
    return `postgres://lakelet:lakelet@127.0.0.1:${this.port}/lakelet`
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise<void>((done) => void this.#server.close(() => done()))
  }
}

/** What the object's alarm does in production. */
function expireInTime(connection: Connection): void {
  const { expiresAtMs } = connection
  if (expiresAtMs === undefined) return
  setTimeout(() => connection.expire(Date.now()), expiresAtMs - Date.now() + 1)
}

export function memoryHost(branch: Branch, total?: () => number): ConnectionHost {
  const connections = new ConnectionRegistry()
  return {
    passwords: new PasswordCheck(),
    attempts: new AttemptLimiter(),
    occupancy: {
      total: total ?? (() => connections.count(() => true)),
      ofRole: (role) => connections.count((one) => one.role === role),
      ofDatabase: (database) => connections.count((one) => one.database === database),
    },
    connections,
    input: new InputBudget(),
    timers: new SystemClock(),
    openBranch: () => Promise.resolve(branch),
    afterExchange: async () => {
      if (branch.store.needsCheckpoint) await branch.store.checkpoint()
    },
  }
}
