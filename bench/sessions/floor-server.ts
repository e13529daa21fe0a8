/** The floor behind the same bridge as Lakelet. Prints its URL; ends with its parent. */
import { openBridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import { startFloor } from './floor.ts'

const { url } = await startFloor()
const bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(url) })
process.stdout.write(`postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet\n`)
process.once('disconnect', () => process.exit())
