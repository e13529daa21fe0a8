/** `lakelet start`: the whole lakebase on this machine, its data in one folder, and a bridge for PostgreSQL's own clients. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openBridge } from './bridge.ts'
import type { Bridge } from './bridge.ts'
import { webSocketUrl } from './options.ts'
import type { LocalOptions } from './options.ts'

const SERVE = fileURLToPath(new URL('runtime/serve.ts', import.meta.url))
const POLL_MS = 50
const FREE_PORT_TIMEOUT_MS = 3_000

/** Runs until the server ends or a signal comes; resolves with the exit code. */
export async function start(options: LocalOptions): Promise<number> {
  await requireFreePort(options)
  const { host, port, dataFolder } = options
  const server = fork(SERVE, [host, String(port), resolve(dataFolder)])
  const stopping = stopOnSignals(server)
  const exitCode = new Promise<number>((done) => {
    server.once('exit', (code) => done(stopping.aborted ? 0 : (code ?? 1)))
  })
  const isReady = once(server, 'message').then(() => true)
  if (!(await Promise.race([isReady, exitCode.then(() => false)]))) return exitCode
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
