/** Binary results and parameters are byte for byte what PostgreSQL 17 sends and takes. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { binaryCases } from './binary-values.ts'
import { MemoryServer } from './memory-server.ts'
import { RawClient, binaryValue, textOfBinary } from './raw-client.ts'

const recorded = JSON.parse(
  readFileSync(new URL('binary.recorded.json', import.meta.url), 'utf8'),
) as readonly { expression: string; hex: string; text: string }[] // what the recorder writes

let server: MemoryServer
let client: RawClient

beforeAll(async () => {
  server = await MemoryServer.start('cleartext')
  client = await RawClient.login(server.port, 'lakelet', 'lakelet')
})
afterAll(async () => {
  client.close()
  await server.stop()
})

test.each(recorded.map((record, index) => ({ ...record, type: binaryCases()[index]?.type ?? '' })))(
  '$expression',
  async ({ type, expression, hex, text }) => {
    expect(await binaryValue(client, expression)).toBe(hex)
    expect(await textOfBinary(client, type, hex)).toBe(text)
  },
)

test.each([
  ['int4', '0000', /insufficient data left in message/],
  ['int4', '000000000001', /incorrect binary data format/],
  ['int4[]', '7fffffff00000000000000170000000100000001', /number of array dimensions/],
  ['int4[]', '0000000100000000000000177fffffff00000001', /insufficient data left in message/],
  ['int4[]', '000000010000000000000019', /array element type 25 instead of expected 23/],
  ['numeric', '0001000000000000', /insufficient data left in message/],
  ['numeric', '00010000000000002710', /incorrect binary data format/],
  ['jsonb', '027b7d', /unsupported jsonb version number 2/],
  ['text', 'ff', /invalid byte sequence/],
  ['uuid', '00', /insufficient data left in message/],
])('broken %s %s is refused', async (type, hex, message) => {
  await expect(textOfBinary(client, type, hex)).rejects.toThrow(message)
  expect(await binaryValue(client, '1')).toBe('00000001')
})
