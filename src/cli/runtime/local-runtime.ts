/**
 * workerd on this machine, with Durable Objects and R2 in one folder: what `wrangler.toml` describes, run by Miniflare itself.
 *
 * `wrangler dev` runs the same, and opens the same folder with `--persist-to`; but it puts a proxy in front of every request
 * and records a trace of each, which made transactions three times as slow.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { unstable_getMiniflareWorkerOptions as readWorkerOptions } from 'wrangler'
import { bundleWorker } from './worker-bundle.ts'

export interface RuntimeOptions {
  readonly host?: string
  /** 0 or none: any free one. */
  readonly port?: number
  /** Keeps objects and bucket here; in memory otherwise. */
  readonly dataFolder?: string
  /** Another entry than the product's, for what measures from inside. */
  readonly entry?: string
  /** Opens an inspector. */
  readonly isInspected?: boolean
}

const CONFIGURATION = fileURLToPath(new URL('../../../wrangler.toml', import.meta.url))
const WORKER_NAME = 'lakelet'
const PASSWORD = 'lakelet'
/** Where wrangler keeps the same below its own folder: the version of Miniflare's layout. */
const LAYOUT = 'v3'

/** Resolves before it is ready: `miniflare.ready` has its URL. */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Miniflare> {
  const { host, port = 0, dataFolder, entry, isInspected = false } = options
  const { workerOptions } = readWorkerOptions(CONFIGURATION)
  return new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      name: WORKER_NAME,
      modules: await bundleWorker(entry),
      bindings: { ...(workerOptions['bindings'] as object), LAKELET_PASSWORD: PASSWORD }, // wrangler's `vars`
      ...(host === undefined ? {} : { host }),
      port,
      ...(isInspected ? { inspectorPort: 0 } : {}),
      ...(dataFolder === undefined ? {} : { resourcePersistencePath: join(dataFolder, LAYOUT) }),
      cf: false,
      telemetry: { enabled: false },
    }),
  )
}
