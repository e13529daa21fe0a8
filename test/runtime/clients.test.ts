/**
 * Unmodified clients over HTTP and real workerd: the Neon driver, Drizzle and Kysely get from Lakelet what the same code
 * got from PostgreSQL 17 (`scripts/record-clients.ts`).
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLIENTS, clientOutcomes } from './clients/client-outcomes.ts'
import type { Outcomes } from './clients/scenario.ts'
import { WorkerdLakelet } from './workerd-lakelet.ts'

const recorded = JSON.parse(
  readFileSync(new URL('clients/recorded.json', import.meta.url), 'utf8'),
) as Record<(typeof CLIENTS)[number], Outcomes> // what the recorder writes

let server: WorkerdLakelet
let outcomes: typeof recorded

beforeAll(async () => {
  server = await WorkerdLakelet.start()
  outcomes = await clientOutcomes(server.sqlUrl)
})
afterAll(() => server.stop())

describe.each(CLIENTS)('%s', (client) => {
  test.each(Object.keys(recorded[client]))('%s', (name) => {
    expect(outcomes[client][name]).toEqual(recorded[client][name])
  })
})
