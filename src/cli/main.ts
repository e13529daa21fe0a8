/** The `lakelet` command: `start`, `bridge`, `sql`, `demo`. */
import { runBridge } from './bridge-command.ts'
import { demo } from './demo.ts'
import { bridgeCommandOptions, localOptions, sqlCommandOptions } from './options.ts'
import { runSqlCommand } from './sql-command.ts'
import { start } from './start.ts'

const USAGE = `usage: lakelet <command>

  start                       run Lakelet here (LAKELET_PORT, LAKELET_PG_PORT, LAKELET_DATA)
  bridge [--url URL] [--port N]
                              let clients that need TCP in, to a Lakelet here or elsewhere
  sql -f FILE | -c COMMAND    run a script or a statement
      [--url URL] [--connection-string STRING]
  demo                        load the Chinook database and show a few queries
`

async function main([command, ...args]: readonly string[]): Promise<number> {
  const local = localOptions(process.env)
  switch (command) {
    case 'start':
      return start(local)
    case 'bridge':
      return runBridge(bridgeCommandOptions(args, local))
    case 'sql':
      return runSqlCommand(sqlCommandOptions(args, local))
    case 'demo':
      return demo(local)
    default:
      process.stderr.write(USAGE)
      return command === undefined || command === 'help' || command === '--help' ? 0 : 2
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`lakelet: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
