/** COPY says what PostgreSQL 17 says, message by message, errors and their contexts included. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryServer } from '../memory-server.ts'
import { RawClient } from '../raw-client.ts'
import { COPY_CASES, COPY_SETUP, converse, query } from './copy-conversation.ts'

const recorded = JSON.parse(
  readFileSync(new URL('copy.recorded.json', import.meta.url), 'utf8'),
) as readonly (readonly string[])[] // what the recorder writes

let server: MemoryServer
let client: RawClient

beforeAll(async () => {
  server = await MemoryServer.start('cleartext')
  client = await RawClient.login(server.port, 'lakelet', 'lakelet')
  for (const statement of COPY_SETUP) {
    expect((await query(client, statement)).join('\n')).not.toMatch(/^E/m)
  }
})
afterAll(async () => {
  client.close()
  await server.stop()
})

test.each(
  COPY_CASES.map((one, index) => ({ one, title: JSON.stringify(one).slice(0, 100), index })),
)('$index $title', async ({ one, index }) => {
  expect(await converse(client, one)).toEqual(recorded[index])
})

test('the pieces that data come in make no difference', async () => {
  for (const [index, one] of COPY_CASES.entries()) {
    if (one.piece !== undefined || one.data === undefined) continue
    // The context of an error in the protocol tells how far reading has got; an identity column counts on.
    if (one.end !== undefined || one.keep === true || one.copy.startsWith('copy g(')) continue
    expect(await converse(client, { ...one, piece: 1 }), one.copy).toEqual(recorded[index])
  }
})
