/**
 * The process that holds workerd for `lakelet start`: says `ready` to its parent, and ends with it. A parent that was killed
 * outright cannot end workerd itself, and the port and the data folder have to be free again; the channel between the two
 * closes whatever happens.
 *
 *   serve.ts HOST PORT FOLDER
 */
import { argv, exit } from 'node:process'
import { startRuntime } from './local-runtime.ts'

const [host = '', port = '', dataFolder = ''] = argv.slice(2)
const starting = startRuntime({ host, port: Number(port), dataFolder })

const stop = async (): Promise<void> => {
  const runtime = await starting.catch(() => undefined)
  await runtime?.dispose()
  exit()
}
process.once('disconnect', () => void stop())
process.once('SIGTERM', () => void stop())
// Ctrl-C reaches every process of the terminal; the parent decides.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)

const runtime = await starting
await runtime.ready
process.send?.('ready')
