/**
 * Clients that mean no good. Whatever they send, the server stays up, never hangs, says nothing that is no message of the protocol,
 * blames no fault on itself, lets go of everything when they leave, and disturbs nobody else. Half messages and broken ones of
 * recorded clients, `LAKELET_STREAMS=100000` for the full count, `LAKELET_SEED` for others.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScramSecret } from '../../../src/durable/auth/scram-secret.ts'
import { Branch } from '../../../src/durable/branch.ts'
import type { ConnectionHost } from '../../../src/durable/wire/connection-host.ts'
import { Connection } from '../../../src/durable/wire/connection.ts'
import { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import { memoryPlatform } from '../../engine/memory-branch.ts'
import { memoryHost } from '../memory-server.ts'
import { AnswerChecker } from './answer-checker.ts'
import { Bystander } from './bystander.ts'
import { StreamMutator } from './stream-mutator.ts'

const STREAMS = Number(process.env['LAKELET_STREAMS'] ?? 1000)
const SEED = Number(process.env['LAKELET_SEED'] ?? 20261122)
/** Statements have a timeout of 300 ms, waits for locks one of 50 ms. */
const HANG_MS = 10_000
const CHECK_EVERY = 100
const RENEW_EVERY = 1000

let branch: Branch
let host: ConnectionHost
let bystander: Bystander
const unhandled: unknown[] = []
const noteUnhandled = (error: unknown): void => void unhandled.push(error)

beforeAll(async () => {
  process.on('unhandledRejection', noteUnhandled)
  branch = await Branch.open(memoryPlatform(), {
    databaseName: 'lakelet',
    superuser: 'lakelet',
    superuserSecret: () => createScramSecret('lakelet'),
    storage: { prefix: 'local/main/' },
  })
  host = memoryHost(branch)
  bystander = new Bystander(host)
  await bystander.begin()
})
afterAll(() => void process.off('unhandledRejection', noteUnhandled))

/** What became of a stream. */
interface Outcome {
  readonly faults: readonly string[]
  readonly wasReady: boolean
  readonly wasOpen: boolean
}

async function feed(pieces: Iterable<Uint8Array>): Promise<Outcome> {
  const checker = new AnswerChecker()
  let isOpen = true
  const socket = {
    send: (bytes: Uint8Array) => checker.take(bytes),
    close: () => void (isOpen = false),
    unsentBytes: () => 0,
    changed: () => undefined,
  }
  const connection = new Connection(host, socket, 'cleartext')
  connection.begin()
  const faults: string[] = []
  for (const piece of pieces) {
    const received = connection.receive(piece)
    if (checker.awaitsCopyData) await Promise.race([received, sleep(0)])
    else if (!(await settles(received, checker))) faults.push('a message is never answered')
    if (!isOpen) break
  }
  const wasOpen = isOpen
  connection.close()
  checker.end()
  if (!(await settles(connection.ended))) faults.push('the connection never ends')
  return { faults: [...faults, ...checker.faults], wasReady: checker.wasReady, wasOpen }
}

/** False when it takes for ever. COPY that waits for data has answered what there was. */
async function settles(work: Promise<void>, checker?: AnswerChecker): Promise<boolean> {
  const state = { isDone: false }
  void work.then(() => void (state.isDone = true))
  const isOver = (): boolean => state.isDone || checker?.awaitsCopyData === true
  const deadline = Date.now() + HANG_MS
  for (let turns = 0; !isOver(); turns++) {
    if (Date.now() > deadline) return false
    await (turns < 100 ? new Promise((resolve) => void setImmediate(resolve)) : sleep(1))
  }
  return true
}

test(`${STREAMS} mutated streams, seed ${SEED}`, { timeout: 60_000 + STREAMS * 50 }, async () => {
  const mutator = new StreamMutator(new SeededRandom(SEED))
  const counts = { ready: 0, open: 0 }
  for (let stream = 0; stream < STREAMS; stream++) {
    const bytes = mutator.next()
    const { faults, wasReady, wasOpen } = await feed(mutator.pieces(bytes))
    expect(
      faults,
      `stream ${stream}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`,
    ).toEqual([])
    if (wasReady) counts.ready++
    if (wasOpen) counts.open++
    if (stream % CHECK_EVERY === 0) expect(await bystander.check(), `stream ${stream}`).toEqual([])
    if (stream % RENEW_EVERY === 0) expect(await bystander.renew(), `stream ${stream}`).toEqual([])
  }
  expect(await bystander.renew()).toEqual([])
  expect(unhandled).toEqual([])
  // The bystander alone is left.
  expect(host.connections.count(() => true)).toBe(1)
  await branch.run(branch.store.check())
  // All kinds must have been there, or the streams prove nothing.
  expect(counts.ready).toBeGreaterThan(STREAMS / 3)
  expect(counts.open).toBeGreaterThan(STREAMS / 10)
  expect(counts.open).toBeLessThan(STREAMS)
})
