/** Local defaults, the same for everybody, and what the environment and the command line change of them. */
import { parseArgs } from 'node:util'

export interface LocalOptions {
  readonly host: string
  readonly port: number
  /** Where R2 objects and Durable Objects lie on disk. */
  readonly dataFolder: string
  readonly connectionString: string
}

export const DEFAULT_PORT = 8787
const HOST = '127.0.0.1'

export function localOptions(environment: NodeJS.ProcessEnv): LocalOptions {
  const port = Number(environment['LAKELET_PORT'] ?? DEFAULT_PORT)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`LAKELET_PORT must be a port number, not "${environment['LAKELET_PORT']}"`)
  }
  return {
    host: HOST,
    port,
    dataFolder: environment['LAKELET_DATA'] ?? '.lakelet',
    connectionString: 'postgresql://lakelet:lakelet@main--local.localhost/lakelet',
  }
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
