/** The Worker as wrangler would bundle it: one ES module and the parser's wasm beside it. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
export const WORKER_ENTRY = join(ROOT, 'src/worker/worker.ts')

export interface WorkerModule {
  readonly type: 'ESModule' | 'CompiledWasm'
  readonly path: string
  readonly contents: string | Uint8Array<ArrayBuffer>
}

/** The entry module first. */
export async function bundleWorker(entry = WORKER_ENTRY): Promise<WorkerModule[]> {
  const wasmFiles: string[] = []
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    minify: true,
    target: 'es2024',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*', 'node:*'],
    plugins: [wasmAsModule(wasmFiles)],
  })
  const modules: WorkerModule[] = [
    { type: 'ESModule', path: 'worker.js', contents: bundle.outputFiles[0]?.text ?? '' },
  ]
  for (const file of new Set(wasmFiles)) {
    const contents = new Uint8Array(await readFile(file))
    modules.push({ type: 'CompiledWasm', path: basename(file), contents })
  }
  return modules
}

/** Leaves imports of wasm in place, as imports of a module beside the bundle. */
function wasmAsModule(found: string[]): Plugin {
  return {
    name: 'wasm-as-module',
    setup: ({ onResolve }) => {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        found.push(join(resolveDir, path))
        return { path: `./${basename(path)}`, external: true }
      })
    },
  }
}
