/** The running connections of a branch by the process number that clients know them by: the way in for CancelRequest. */
import { equalInConstantTime } from '../auth/scram-secret.ts'

export interface BackendKey {
  readonly processId: number
  /** Four random bytes: what a cancel request has to show. */
  readonly secretKey: Uint8Array
}

export interface RunningConnection {
  readonly role: string
  readonly database: string
  readonly cancel: () => void
}

interface Registered extends RunningConnection {
  readonly secretKey: Uint8Array
}

const SECRET_BYTES = 4

export class ConnectionRegistry {
  readonly #connections = new Map<number, Registered>()

  /** Process numbers are random: after a restart they must not meet those of connections from before. */
  newKey(): BackendKey {
    for (;;) {
      const [processId = 0] = crypto.getRandomValues(new Uint32Array(1)).map((bits) => bits >>> 1)
      if (processId === 0 || this.#connections.has(processId)) continue
      return { processId, secretKey: crypto.getRandomValues(new Uint8Array(SECRET_BYTES)) }
    }
  }

  add({ processId, secretKey }: BackendKey, connection: RunningConnection): void {
    this.#connections.set(processId, { ...connection, secretKey })
  }

  remove(processId: number): void {
    this.#connections.delete(processId)
  }

  has(processId: number): boolean {
    return this.#connections.has(processId)
  }

  count(isWanted: (connection: RunningConnection) => boolean): number {
    let count = 0
    for (const connection of this.#connections.values()) if (isWanted(connection)) count++
    return count
  }

  /** Nobody is told whether that worked. */
  cancel({ processId, secretKey }: BackendKey): void {
    const found = this.#connections.get(processId)
    if (found === undefined || found.secretKey.length !== secretKey.length) return
    if (equalInConstantTime(found.secretKey, secretKey)) found.cancel()
  }
}
