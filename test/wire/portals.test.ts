/** Execute, FETCH and MOVE over the same portals, message by message as PostgreSQL answers (scripts/record-portals.ts). */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryServer } from './memory-server.ts'
import { PORTAL_STEPS, shown } from './portal-steps.ts'
import { RawClient } from './raw-client.ts'

let server: MemoryServer

beforeAll(async () => {
  server = await MemoryServer.start('cleartext')
})
afterAll(() => server.stop())

test('portals and cursors are one', async () => {
  const file = new URL('portals.recorded.json', import.meta.url)
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as string[] // written so
  const client = await RawClient.login(server.port, 'lakelet', 'lakelet')
  for (const [i, step] of PORTAL_STEPS.entries()) {
    client.send(...step)
    const said = Buffer.concat(step).toString('latin1')
    expect({ said, answer: shown(await client.until('Z')) }).toEqual({ said, answer: recorded[i] })
  }
  client.close()
})
