/**
 * The Worker under measurement: the product's, with a branch object that counts what it asks of R2, can be evicted on
 * demand and times statements from inside.
 */
import '../../src/sql/parse/libpg-query/load-in-worker.ts'
import type { DurableObjectNamespace } from '@cloudflare/workers-types'
import { BranchObject as ProductBranchObject } from '../../src/durable/branch-object.ts'
import type { HttpSqlRequest } from '../../src/durable/branch-request.ts'
import type { StoragePlatform } from '../../src/storage/platform/storage-platform.ts'
import { createApp } from '../../src/worker/app.ts'
import type { WorkerEnvironment } from '../../src/worker/app.ts'
import { CountingObjectStore } from './counting-object-store.ts'
import type { ObjectCounts } from './counting-object-store.ts'
import { MemoryProbe } from './memory-probe.ts'
import type { Memory, ProbeMode } from './memory-probe.ts'

export { ProjectObject } from '../../src/durable/project-object.ts'

export interface InsideMeasurement {
  /** From the request's arrival in the object to its answer, per run. */
  readonly milliseconds: readonly number[]
  /** What R2 was asked for. */
  readonly counts: ObjectCounts
  readonly rows: number
}

const ADDRESS = { project: 'local', branch: 'main' }
const LOGIN = { ...ADDRESS, database: 'lakelet', role: 'lakelet', password: 'lakelet' }

/** Of the isolate: it outlives the object. */
const probe = new MemoryProbe()

export class BranchObject extends ProductBranchObject {
  #objects: CountingObjectStore | undefined

  protected override platform(): StoragePlatform {
    const platform = super.platform()
    this.#objects = new CountingObjectStore(platform.objects)
    return probe.watch({ ...platform, objects: this.#objects })
  }

  /** The peak of memory since the last call. */
  probe(mode: ProbeMode): Memory {
    return probe.switch(mode)
  }

  /** Runs a statement as a request would, authentication and answer included, `runs` times. */
  async measure(query: string, runs: number): Promise<InsideMeasurement> {
    this.#objects?.reset()
    const milliseconds: number[] = []
    let rows = 0
    for (let run = 0; run < runs; run++) {
      const params = query.includes('$1') ? [String(1 + ((run * 7919 + 12345) % 100_000))] : []
      const request: HttpSqlRequest = {
        ...LOGIN,
        parameters: {},
        body: JSON.stringify({ query, params }),
        format: { isRaw: true, isArrayMode: true },
        batch: { isolation: undefined, isReadOnly: false, isDeferrable: false },
      }
      const start = performance.now()
      const { status, body } = await this.sql(request)
      milliseconds.push(performance.now() - start)
      if (status !== 200) throw new Error(body)
      rows = (JSON.parse(body) as { rows: unknown[] }).rows.length
    }
    const counts = this.#objects?.counts()
    if (counts === undefined) throw new Error('nothing was run')
    return { milliseconds, counts, rows }
  }

  async checkpoint(): Promise<object> {
    const { store } = await this.open(ADDRESS)
    await store.checkpoint()
    return store.memory()
  }

  async memory(): Promise<object> {
    const { store } = await this.open(ADDRESS)
    return { ...store.memory(), ...store.pages.statistics }
  }

  /** Throws the object out of memory; `dropCache` also empties its second-level cache, so that pages come from R2. */
  async evict(dropCache: boolean): Promise<void> {
    const { store } = await this.open(ADDRESS)
    store.pages.memory.clear()
    if (dropCache) this.ctx.storage.sql.exec('DELETE FROM pages')
    await this.ctx.storage.sync()
    this.ctx.abort('evicted')
  }
}

const app = createApp()

/** `POST /bench/<method>` with the arguments as a JSON array. */
async function callObject(request: Request, environment: WorkerEnvironment): Promise<Response> {
  const namespace = environment.BRANCHES as unknown as DurableObjectNamespace // the methods are named in the path
  const object = namespace.get(namespace.idFromName('main--local')) as unknown as Record<
    string,
    (...args: unknown[]) => Promise<unknown>
  >
  const method = new URL(request.url).pathname.replace('/bench/', '')
  try {
    return Response.json((await object[method]?.(...((await request.json()) as unknown[]))) ?? null)
  } catch (error) {
    return new Response(String(error), { status: 500 })
  }
}

export default {
  fetch(request: Request, environment: WorkerEnvironment): Response | Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/bench/empty') return new Response('')
    if (pathname.startsWith('/bench/')) return callObject(request, environment)
    return app.fetch(request, environment)
  },
}
