/** The floor (`floor-worker.ts`) in workerd. */
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { fileURLToPath } from 'node:url'
import { bundleWorker } from '../../src/cli/runtime/worker-bundle.ts'

export async function startFloor(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const floor = new Miniflare(
    convertV4MiniflareOptions({
      modules: await bundleWorker(fileURLToPath(new URL('floor-worker.ts', import.meta.url))),
      compatibilityDate: '2026-10-01',
      durableObjects: { FLOORS: { className: 'FloorObject', useSQLite: true } },
      cf: false,
      telemetry: { enabled: false },
    }),
  )
  return { url: (await floor.ready).origin, stop: () => floor.dispose() }
}
