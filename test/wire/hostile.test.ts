/**
 * Clients that mean no good: mutated conversations, half messages, giant lengths. Whatever comes, every chunk is dealt with,
 * nothing is thrown, and another session goes on undisturbed. `LAKELET_STREAMS=100000` for the full count.
 */
import { serialize } from 'pg-protocol'
import { beforeAll, expect, test } from 'vitest'
import { Branch } from '../../src/durable/branch.ts'
import { createScramSecret } from '../../src/durable/auth/scram-secret.ts'
import type { ConnectionHost } from '../../src/durable/wire/connection-host.ts'
import { Connection } from '../../src/durable/wire/connection.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { TestClient, memoryPlatform } from '../engine/memory-branch.ts'
import { memoryHost } from './memory-server.ts'

const STREAMS = Number(process.env['LAKELET_STREAMS'] ?? 1500)
const SEED = 20261122

let branch: Branch
let host: ConnectionHost
let bystander: TestClient
const ourFaults: string[] = []

beforeAll(async () => {
  branch = await Branch.open(memoryPlatform(), {
    databaseName: 'lakelet',
    superuser: 'lakelet',
    superuserSecret: () => createScramSecret('lakelet'),
    storage: { prefix: 'local/main/' },
  })
  host = memoryHost(branch)
  bystander = new TestClient(branch)
  await bystander.script('CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept VALUES (1)')
})

const STARTUP = serialize.startup({ user: 'lakelet', database: 'lakelet' })
const PASSWORD = serialize.password('lakelet')
const CONVERSATION = [
  serialize.query('SELECT 1; SELECT $$x$$'),
  serialize.parse({ name: 's', text: 'SELECT $1::int4, $2::text, $3::numeric[]', types: [23] }),
  serialize.describe({ type: 'S', name: 's' }),
  serialize.bind({ statement: 's', values: [Buffer.of(0, 0, 0, 1), 'x', '{1}'], binary: true }),
  serialize.describe({ type: 'P' }),
  serialize.execute({ rows: 1 }),
  serialize.flush(),
  serialize.close({ type: 'S', name: 's' }),
  serialize.sync(),
  serialize.query('BEGIN'),
  serialize.parse({ text: 'SELECT generate_series(1, 100)' }),
  serialize.bind({ portal: 'p' }),
  serialize.execute({ portal: 'p', rows: 10 }),
  serialize.sync(),
  serialize.query('SELECT * FROM kept'),
  serialize.copyData(Buffer.from('x')),
  serialize.query('COMMIT'),
]

/** Bytes changed, cut out, doubled, or messages in another order. */
function mutated(random: SeededRandom): Uint8Array {
  const pick = (below: number): number => Math.floor(random.next() * below)
  const messages = [...CONVERSATION]
  if (random.next() < 0.5) messages.sort(() => random.next() - 0.5)
  const knowsPassword = random.next() < 0.8
  const whole = Buffer.concat([...(knowsPassword ? [STARTUP, PASSWORD] : []), ...messages])
  const intact = knowsPassword ? STARTUP.length + PASSWORD.length : 0
  const bytes = new Uint8Array(whole)
  for (let changes = pick(6); changes > 0; changes--) {
    const at = intact + pick(bytes.length - intact)
    const kind = pick(3)
    if (kind === 0) bytes[at] = pick(256)
    else if (kind === 1) bytes.fill(0xff, at, at + pick(5))
    else bytes.copyWithin(at, intact + pick(bytes.length - intact), bytes.length)
  }
  return bytes.subarray(0, random.next() < 0.3 ? pick(bytes.length) : bytes.length)
}

/** True when the connection was still open at the end of the bytes. */
async function feed(bytes: Uint8Array, random: SeededRandom): Promise<boolean> {
  let isOpen = true
  const socket = {
    send: (sent: Uint8Array) => {
      // An error of the client's is never answered as one of ours.
      const text = Buffer.from(sent).toString('latin1')
      if (text.includes('internal error')) ourFaults.push(text)
    },
    close: () => void (isOpen = false),
    unsentBytes: () => 0,
    changed: () => undefined,
  }
  const connection = new Connection(host, socket, 'cleartext')
  let at = 0
  while (at < bytes.length) {
    const end = at + 1 + Math.floor(random.next() * 200)
    await connection.receive(bytes.subarray(at, end))
    at = end
  }
  const wasOpen = isOpen
  connection.close()
  await connection.ended
  return wasOpen
}

test(`${STREAMS} mutated streams, seed ${SEED}`, async () => {
  const random = new SeededRandom(SEED)
  let survived = 0
  for (let stream = 0; stream < STREAMS; stream++) {
    if (await feed(mutated(random), random)) survived++
    if (stream % 100 === 0) expect(await bystander.rows('SELECT id FROM kept')).toEqual([['1']])
  }
  expect(await bystander.rows('SELECT id FROM kept')).toEqual([['1']])
  expect(ourFaults).toEqual([])
  // Both kinds must have been there, or the streams prove nothing.
  expect(survived).toBeGreaterThan(STREAMS / 10)
  expect(survived).toBeLessThan(STREAMS)
})
