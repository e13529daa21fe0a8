/** Local defaults, the same for everybody, and what the environment and the command line change of them. */
import { parseArgs } from 'node:util'

export interface LocalOptions {
  readonly host: string
  readonly port: number
  /** Of the bridge for clients that speak the PostgreSQL protocol over TCP. */
  readonly postgresPort: number
  /** Where R2 objects and Durable Objects lie on disk. */
  readonly dataFolder: string
  readonly connectionString: string
}

export const DEFAULT_PORT = 8787
const DEFAULT_POSTGRES_PORT = 54320
const HOST = '127.0.0.1'

export function localOptions(environment: NodeJS.ProcessEnv): LocalOptions {
  return {
    host: HOST,
    port: portNumber(environment, 'LAKELET_PORT', DEFAULT_PORT, 1),
    postgresPort: portNumber(environment, 'LAKELET_PG_PORT', DEFAULT_POSTGRES_PORT, 0),
    dataFolder: environment['LAKELET_DATA'] ?? '.lakelet',
    connectionString: 'postgresql://lakelet:lakelet@main--local.localhost/lakelet',
  }
}

function portNumber(
  environment: NodeJS.ProcessEnv,
  name: string,
  initial: number,
  least: number,
): number {
  const port = Number(environment[name] ?? initial)
  if (Number.isInteger(port) && port >= least && port <= 65535) return port
  throw new Error(`${name} must be a port number, not "${environment[name]}"`)
}

/** Where the PostgreSQL protocol is spoken at an HTTP address. SCRAM, as the client's way to the bridge is in the clear. */
export function webSocketUrl(url: string): string {
  const target = new URL(url)
  target.protocol = target.protocol === 'https:' || target.protocol === 'wss:' ? 'wss:' : 'ws:'
  if (target.pathname === '/') target.pathname = '/v2'
  target.searchParams.set('auth', 'scram-sha-256')
  return target.href
}

export interface BridgeCommandOptions {
  readonly host: string
  readonly port: number
  readonly url: string
}

/** `lakelet bridge [--url http://…] [--port N]` */
export function bridgeCommandOptions(
  args: readonly string[],
  local: LocalOptions,
): BridgeCommandOptions {
  const options = { url: { type: 'string' }, port: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const port = portNumber({ '--port': values.port }, '--port', local.postgresPort, 0)
  const url = webSocketUrl(values.url ?? `http://${local.host}:${local.port}`)
  return { host: local.host, port, url }
}

export interface SqlCommandOptions {
  readonly file: string | undefined
  readonly command: string | undefined
  readonly url: string
  readonly connectionString: string
}

/** `lakelet sql (-f file | -c command) [--url http://…/sql] [--connection-string …]` */
export function sqlCommandOptions(args: readonly string[], local: LocalOptions): SqlCommandOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      file: { type: 'string', short: 'f' },
      command: { type: 'string', short: 'c' },
      url: { type: 'string' },
      'connection-string': { type: 'string' },
    },
  })
  if ((values.file === undefined) === (values.command === undefined)) {
    throw new Error('give either -f FILE or -c COMMAND')
  }
  return {
    file: values.file,
    command: values.command,
    url: values.url ?? `http://${local.host}:${local.port}/sql`,
    connectionString: values['connection-string'] ?? local.connectionString,
  }
}
