/** `lakelet start`: the whole lakebase under `wrangler dev`, its data in one folder. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LocalOptions } from './options.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_TIMEOUT_MS = 120_000
const POLL_MS = 100

/** Runs until wrangler ends or a signal comes; resolves with the exit code. */
export async function start(options: LocalOptions): Promise<number> {
  const server = spawnWrangler(options)
  const ended = new Promise<number>((done) => server.once('exit', (code) => done(code ?? 0)))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
  const ready = await Promise.race([waitUntilReady(options), ended])
  if (ready === true) announce(options)
  return ended
}

function spawnWrangler({ host, port, dataFolder }: LocalOptions): ChildProcess {
  const wrangler = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
  const args = [
    wrangler, 'dev', '--ip', host, '--port', String(port), '--inspector-port', '0',
    '--persist-to', resolve(dataFolder), '--var', 'LAKELET_PASSWORD:lakelet',
    '--log-level', 'warn', '--show-interactive-dev-session=false',
  ]
  const environment = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' }
  return spawn(process.execPath, args, { cwd: ROOT, env: environment, stdio: ['ignore', 'inherit', 'inherit'] })
}

async function waitUntilReady({ host, port }: LocalOptions): Promise<boolean> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < deadline) {
    const response = await fetch(`http://${host}:${port}/health`).catch(() => undefined)
    if (response?.ok === true) return true
    await sleep(POLL_MS)
  }
  throw new Error(`no answer on http://${host}:${port} within ${READY_TIMEOUT_MS / 1000} s`)
}

function announce({ host, port, dataFolder, connectionString }: LocalOptions): void {
  process.stdout.write(`
  HTTP SQL     http://${host}:${port}/sql
  Database     ${connectionString}
  Data         ${resolve(dataFolder)}

  import { neon, neonConfig } from '@neondatabase/serverless'
  neonConfig.fetchEndpoint = 'http://${host}:${port}/sql'
  const sql = neon('${connectionString}')
  console.log(await sql\`SELECT version()\`)

  npx lakelet sql -c "SELECT 1"        npm run demo

lakelet ready
`)
}
