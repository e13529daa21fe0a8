/** The Worker with a branch object that tests can throw out of memory, and look into. */
import '../../src/sql/parse/libpg-query/load-in-worker.ts'
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { BranchObject as ProductBranchObject } from '../../src/durable/branch-object.ts'
import { createApp } from '../../src/worker/app.ts'
import type { WorkerEnvironment } from '../../src/worker/app.ts'

export { ProjectObject } from '../../src/durable/project-object.ts'

const ADDRESS = { project: 'local', branch: 'main' }

export class BranchObject extends ProductBranchObject {
  async checkpoint(): Promise<void> {
    await (await this.open(ADDRESS)).store.checkpoint()
  }

  async memory(): Promise<object> {
    const { store } = await this.open(ADDRESS)
    return { ...store.memory(), ...store.pages.statistics, lsn: store.roots.lsn }
  }

  /** What was not committed before the turn ends is gone. */
  evict(): void {
    this.ctx.abort('evicted')
  }

  /** Evicted, and its second-level cache is empty: pages are in R2 only. */
  async evictWithoutCache(): Promise<void> {
    const { store } = await this.open(ADDRESS)
    store.pages.memory.clear()
    this.ctx.storage.sql.exec('DELETE FROM pages')
    await this.ctx.storage.sync()
    this.ctx.abort('evicted')
  }

  /** The object's own storage is lost: all that is left is in R2. */
  async lose(): Promise<void> {
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
    this.ctx.abort('lost')
  }
}

const app = createApp()

export default {
  async fetch(request: Request, environment: WorkerEnvironment): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/object/')) return app.fetch(request, environment)
    const namespace = environment.BRANCHES as unknown as DurableObjectNamespace // methods are named in the path
    const object = namespace.get(namespace.idFromName('main--local')) as unknown as Record<
      string,
      () => Promise<unknown>
    >
    // An abort rejects the call that asked for it.
    const result = object[pathname.replace('/object/', '')]?.().catch(String)
    return Response.json((await result) ?? null)
  },
}
