/** Lakelet in workerd behind its TCP bridge, as `lakelet start` has it. Prints its URL; ends with its parent. */
import { openBridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import { WorkerdLakelet } from '../../test/runtime/workerd-lakelet.ts'

const lakelet = await WorkerdLakelet.start()
const bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(lakelet.url) })
process.stdout.write(`postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet\n`)
process.once('disconnect', () => process.exit())
