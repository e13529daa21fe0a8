/** Bundles a worker of this folder and runs it in real workerd, with a bucket and one class of Durable Objects. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'

export async function startWorker(
  file: string,
  objectClass: { readonly binding: string; readonly className: string },
): Promise<Miniflare> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url).href)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
  })
  const { binding, className } = objectClass
  return new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-04-01',
      r2Buckets: ['BUCKET'],
      durableObjects: { [binding]: { className, useSQLite: true } },
    }),
  )
}
