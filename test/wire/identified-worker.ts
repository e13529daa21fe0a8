/** The Worker with a branch object whose every life has a number of its own. */
import worker, { BranchObject as EvictableBranchObject } from '../runtime/evictable-worker.ts'

export { ProjectObject } from '../runtime/evictable-worker.ts'

export class BranchObject extends EvictableBranchObject {
  readonly #life = crypto.randomUUID()

  life(): string {
    return this.#life
  }

  /** Pieces of connections that are too large to stay with their sockets. */
  storedPieces(): number {
    return [...this.ctx.storage.kv.list({ prefix: 'connection/' })].length
  }

  /** Of all sockets together: what their clients have not read. */
  unsentBytes(): number {
    let bytes = 0
    for (const { bufferedAmount } of this.ctx.getWebSockets()) bytes += bufferedAmount
    return bytes
  }
}

export default worker
