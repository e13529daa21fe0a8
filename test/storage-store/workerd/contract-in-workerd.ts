/** Bundles the contract worker and runs it in real workerd. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

export async function contractFailuresInWorkerd(): Promise<unknown> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('./contract-worker.ts', import.meta.url).href)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*'],
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-04-01',
      r2Buckets: ['BUCKET'],
      durableObjects: { LOCAL: { className: 'ContractObject', useSQLite: true } },
    }),
  )
  try {
    const response = await miniflare.dispatchFetch('http://contract/')
    return await response.json()
  } finally {
    await miniflare.dispose()
  }
}
