/** Fails when the Worker as deployed, gzipped, is larger than its budget. Run after `wrangler deploy --dry-run --outdir dist`. */
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 1.5 * 1024 * 1024

let total = 0
for (const file of readdirSync('dist')) {
  if (!/\.(js|wasm)$/.test(file)) continue
  const size = gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length
  console.log(`${file}: ${(size / 1024).toFixed(0)} KiB gzipped`)
  total += size
}
console.log(`bundle: ${(total / 1024).toFixed(0)} KiB gzipped of ${BUDGET_BYTES / 1024}`)
if (total === 0 || total > BUDGET_BYTES) process.exit(1)
