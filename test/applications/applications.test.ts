/**
 * Small real applications on unmodified clients: over the TCP bridge or the Neon driver's WebSockets, through real workerd.
 * Each gets from Lakelet what the same code got from PostgreSQL 17 (`scripts/record-applications.ts`).
 */
import { neonConfig } from '@neondatabase/serverless'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBridge } from '../../src/cli/bridge.ts'
import type { Bridge } from '../../src/cli/bridge.ts'
import { webSocketUrl } from '../../src/cli/options.ts'
import type { Outcomes } from '../runtime/clients/scenario.ts'
import { CONNECTION, WorkerdLakelet } from '../runtime/workerd-lakelet.ts'
import { APPLICATIONS, NEON_APPLICATIONS } from './applications.ts'
import { emptyDatabase } from './empty-database.ts'
import { comparable, recordedOutcomes } from './recorded-outcomes.ts'

let server: WorkerdLakelet
let bridge: Bridge
let url: string

beforeAll(async () => {
  server = await WorkerdLakelet.start()
  bridge = await openBridge({ host: '127.0.0.1', port: 0, url: webSocketUrl(server.url) })
  url = `postgres://lakelet:lakelet@127.0.0.1:${bridge.port}/lakelet`
  neonConfig.wsProxy = (host, port) => `${new URL(server.url).host}/v2?address=${host}:${port}`
  neonConfig.useSecureWebSocket = false
})
afterAll(async () => {
  await bridge.close()
  await server.stop()
})

describe.each(Object.entries(APPLICATIONS))('%s', (name, run) => {
  compare(name, () => run(url))
})

describe.each(Object.entries(NEON_APPLICATIONS))('%s with the Neon driver', (name, run) => {
  compare(name, () => run(CONNECTION, url))
})

/** A test for each scenario; the application runs once, before the first of them. */
function compare(name: string, run: () => Promise<Outcomes>): void {
  const recorded = recordedOutcomes(name)
  let outcomes: Outcomes | undefined
  beforeEach(async () => {
    if (outcomes !== undefined) return
    await emptyDatabase(url)
    outcomes = await run()
  })
  test.each(Object.keys(recorded))('%s', (scenario) => {
    expect(withoutClass(comparable(outcomes?.[scenario]))).toEqual(withoutClass(recorded[scenario]))
  })
}

/** The Neon driver carries pg's classes under shortened names. */
function withoutClass(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) => (key === '<error>' ? 'error' : one)) ?? 'null',
  )
}
