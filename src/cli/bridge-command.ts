/** `lakelet bridge`: the TCP bridge alone, to a local Lakelet or a deployed one. */
import { once } from 'node:events'
import { openBridge } from './bridge.ts'
import type { BridgeCommandOptions } from './options.ts'

/** Runs until a signal comes. */
export async function runBridge({ host, port, url }: BridgeCommandOptions): Promise<number> {
  const bridge = await openBridge({ host, port, url })
  process.stdout.write(`lakelet bridge on ${host}:${bridge.port} to ${url.replace(/\?.*/, '')}\n`)
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)))
  await bridge.close()
  return 0
}
