/**
 * `npm run bench:sessions`: transactions over the wire protocol against PGlite behind its socket server, and requests to `/sql`
 * against an empty Worker. Everything in one run, in turns; servers are processes of their own.
 *
 *   SECONDS=5 ROUNDS=3 REQUESTS=2000 node bench/sessions.ts
 */
import { execFileSync, fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureRequests } from './sessions/requests.ts'
import { createTpcb, runTpcb, tpcbSums } from './sessions/tpcb.ts'

const SECONDS = Number(process.env['SECONDS'] ?? 5)
const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
/** Rates are of code that has run for a while. */
const WARM_SECONDS = Number(process.env['WARM_SECONDS'] ?? 15)
const REQUESTS = Number(process.env['REQUESTS'] ?? 2000)
const CLIENTS = [1, 16]
const PEER_PACKAGES = ['@electric-sql/pglite@0.5.14', '@electric-sql/pglite-socket@0.2.17']

interface Server {
  readonly url: string
  stop(): void
}

function startServer(file: string, args: readonly string[] = []): Promise<Server> {
  const path = fileURLToPath(new URL(`sessions/${file}`, import.meta.url))
  const child: ChildProcess = fork(path, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    child.stdout?.once('data', (line: Buffer) =>
      resolve({ url: line.toString().trim(), stop: () => void child.kill() }),
    )
  })
}

/** Where PGlite's socket server is installed, once. */
function peerFolder(): string {
  const folder = join(tmpdir(), 'lakelet-bench-peers')
  if (!existsSync(join(folder, 'node_modules'))) {
    mkdirSync(folder, { recursive: true })
    const args = ['install', '--prefix', folder, '--no-audit', '--legacy-peer-deps']
    execFileSync('npm', [...args, ...PEER_PACKAGES], { stdio: 'inherit' })
  }
  return folder
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const [lakelet, pglite, floor] = await Promise.all([
  startServer('lakelet-server.ts'),
  startServer('pglite-server.ts', [peerFolder()]),
  startServer('floor-server.ts'),
])
const servers = [lakelet, pglite, floor]
await createTpcb(lakelet.url)
await createTpcb(pglite.url)
for (const { url } of servers) await runTpcb(url, 4, WARM_SECONDS * 1000)
for (const clients of CLIENTS) {
  const rates: number[][] = servers.map(() => [])
  let failed = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, server] of servers.entries()) {
      const run = await runTpcb(server.url, clients, SECONDS * 1000)
      rates[index]?.push(run.perSecond)
      failed += run.failed
    }
  }
  const [ours = 0, theirs = 0, most = 0] = rates.map(median)
  console.log(
    `TPC-B, ${clients} clients: Lakelet ${ours.toFixed(0)}/s, PGlite ${theirs.toFixed(0)}/s: ${(ours / theirs).toFixed(2)}x; without any SQL ${most.toFixed(0)}/s: ${(most / theirs).toFixed(2)}x; ${failed} failed`,
  )
}
const sums = await tpcbSums(lakelet.url)
console.log(`sums ${new Set(sums).size === 1 ? 'agree' : `differ: ${sums.join(', ')}`}`)
for (const server of servers) server.stop()

const { empty, object, select } = await measureRequests(REQUESTS)
const beyond = (ms: number): string => `${ms.toFixed(2)} ms, ${(ms - empty).toFixed(2)} ms more`
console.log(
  `an empty Worker: p50 ${empty.toFixed(2)} ms; an object that answers a constant: ${beyond(object)}; /sql point select: ${beyond(select)}`,
)
