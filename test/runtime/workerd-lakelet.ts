/**
 * Lakelet in real workerd through Miniflare: the same bundle, Durable Objects and R2 as `npm start`, without wrangler's
 * proxies around it. With a data folder it can be stopped and started again.
 */
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { bundleWorker, WORKER_ENTRY } from './worker-bundle.ts'

export const CONNECTION = 'postgresql://lakelet:lakelet@main--local.localhost/lakelet'
/** As in wrangler.toml. */
const COMPATIBILITY_DATE = '2026-10-01'

export interface WorkerdOptions {
  /** Keeps objects and bucket here; in memory otherwise. */
  readonly dataFolder?: string
  /** Another entry than the product's, for what measures from inside. */
  readonly entry?: string
  /** Opens an inspector. */
  readonly isInspected?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export class WorkerdLakelet {
  readonly #miniflare: Miniflare
  readonly url: string

  private constructor(miniflare: Miniflare, url: string) {
    this.#miniflare = miniflare
    this.url = url
  }

  static async start({
    dataFolder,
    entry = WORKER_ENTRY,
    isInspected = false,
  }: WorkerdOptions = {}): Promise<WorkerdLakelet> {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: await bundleWorker(entry),
        compatibilityDate: COMPATIBILITY_DATE,
        compatibilityFlags: ['nodejs_compat'],
        bindings: { LAKELET_PROJECT: 'local', LAKELET_PASSWORD: 'lakelet' },
        r2Buckets: { BUCKET: 'lakelet' },
        durableObjects: {
          BRANCHES: { className: 'BranchObject', useSQLite: true },
          PROJECTS: { className: 'ProjectObject', useSQLite: true },
        },
        ...(isInspected ? { inspectorPort: 0 } : {}),
        cf: false,
        telemetry: { enabled: false },
        ...(dataFolder === undefined ? {} : { resourcePersistencePath: dataFolder }),
      }),
    )
    const url = await miniflare.ready
    return new WorkerdLakelet(miniflare, url.origin)
  }

  /** Where drivers send their requests. */
  get sqlUrl(): string {
    return `${this.url}/sql`
  }

  /** A `POST /sql` with chosen headers; a string or bytes go as they are. */
  async post(body: unknown, headers: object = {}, path = '/sql'): Promise<Answer> {
    const all = { 'Neon-Connection-String': CONNECTION, ...headers }
    const sent = Object.entries(all).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: Object.fromEntries(sent),
      body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body), // narrowed by isRaw
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  inspectorUrl(): Promise<URL> {
    return this.#miniflare.getInspectorURL()
  }

  async stop(): Promise<void> {
    await this.#miniflare.dispose()
  }
}
