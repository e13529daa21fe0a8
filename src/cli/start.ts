/** `lakelet start`: the whole lakebase under `wrangler dev`, its data in one folder. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openBridge } from './bridge.ts'
import type { Bridge } from './bridge.ts'
import { webSocketUrl } from './options.ts'
import type { LocalOptions } from './options.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')
const EXIT_WITH_PARENT = pathToFileURL(join(ROOT, 'src', 'cli', 'exit-with-parent.mjs')).href
const READY_TIMEOUT_MS = 120_000
const POLL_MS = 50
const FREE_PORT_TIMEOUT_MS = 3_000

/** Runs until wrangler ends or a signal comes; resolves with the exit code. */
export async function start(options: LocalOptions): Promise<number> {
  await requireFreePort(options)
  const server = spawnWrangler(options)
  const stopping = stopOnSignals(server)
  const ended = new AbortController()
  const exitCode = new Promise<number>((done) => {
    server.once('exit', (code) => {
      ended.abort()
      done(stopping.aborted ? 0 : (code ?? 1))
    })
  })
  if (!(await waitUntilReady(options, ended.signal))) return exitCode
  const bridge = await bridgeTo(options)
  announce(options, bridge)
  const code = await exitCode
  await bridge?.close()
  return code
}

/** Lakelet runs without it too: undefined when its port is in use. */
async function bridgeTo({ host, port, postgresPort }: LocalOptions): Promise<Bridge | undefined> {
  const url = webSocketUrl(`http://${host}:${port}`)
  try {
    return await openBridge({ host, port: postgresPort, url })
  } catch (error) {
    if (!isAddressInUse(error)) throw error
    process.stderr.write(
      `lakelet: port ${postgresPort} is in use, so there is no TCP bridge: set LAKELET_PG_PORT\n`,
    )
    return undefined
  }
}

/** A server that was killed a moment ago may still be letting go of the port. */
async function requireFreePort({ host, port }: LocalOptions): Promise<void> {
  const deadline = Date.now() + FREE_PORT_TIMEOUT_MS
  while (!(await isFree(host, port))) {
    if (Date.now() > deadline) {
      const hint = 'stop what listens there, or set LAKELET_PORT to another port'
      throw new Error(`port ${port} on ${host} is in use: ${hint}`)
    }
    await sleep(POLL_MS)
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen(port, host)
    await once(probe, 'listening')
  } catch (error) {
    if (isAddressInUse(error)) return false
    throw error
  }
  probe.close()
  await once(probe, 'close')
  return true
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function spawnWrangler({ host, port, dataFolder }: LocalOptions): ChildProcess {
  const wrangler = [WRANGLER, 'dev', '--config', join(ROOT, 'wrangler.toml')]
  const address = ['--ip', host, '--port', String(port), '--inspector-port', '0']
  const data = ['--persist-to', resolve(dataFolder), '--var', 'LAKELET_PASSWORD:lakelet']
  const quiet = ['--log-level', 'warn', '--show-interactive-dev-session=false']
  const environment = {
    ...process.env,
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  }
  const flags = ['--import', EXIT_WITH_PARENT]
  return spawn(process.execPath, [...flags, ...wrangler, ...address, ...data, ...quiet], {
    cwd: ROOT,
    env: environment,
    // Its stdin stays open for as long as we live.
    stdio: ['pipe', 'inherit', 'inherit'],
  })
}

/** Aborted as soon as a signal has asked for the end. */
function stopOnSignals(server: ChildProcess): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping.abort()
      server.kill('SIGTERM')
    })
  }
  return stopping.signal
}

/** False when the server ended before it answered. */
async function waitUntilReady({ host, port }: LocalOptions, ended: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!ended.aborted && Date.now() < deadline) {
    const response = await fetch(`http://${host}:${port}/health`).catch(() => undefined)
    if (response?.ok === true) return true
    await sleep(POLL_MS)
  }
  if (ended.aborted) return false
  throw new Error(`no answer on http://${host}:${port} within ${READY_TIMEOUT_MS / 1000} s`)
}

function announce(options: LocalOptions, bridge: Bridge | undefined): void {
  const { host, port, dataFolder, connectionString } = options
  process.stdout.write(`
  HTTP SQL     http://${host}:${port}/sql
  Database     ${connectionString}${bridge === undefined ? '' : postgresLine(host, bridge.port)}
  Data         ${resolve(dataFolder)}

  import { neon, neonConfig } from '@neondatabase/serverless'
  neonConfig.fetchEndpoint = 'http://${host}:${port}/sql'
  const sql = neon('${connectionString}')
  console.log(await sql\`SELECT version()\`)

  npx lakelet sql -c "SELECT 1"        npm run demo

lakelet ready
`)
}

function postgresLine(host: string, port: number): string {
  return `\n  PostgreSQL   psql postgres://lakelet:lakelet@${host}:${port}/lakelet`
}
