/** Point selects through `POST /sql`, beside an empty Worker and an object that answers a constant (`floor-worker.ts`). */
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { CONNECTION, WorkerdLakelet } from '../../test/runtime/workerd-lakelet.ts'
import { startFloor } from './floor.ts'

export interface RequestTimes {
  /** Median milliseconds. */
  readonly empty: number
  readonly object: number
  readonly select: number
}

export async function measureRequests(rounds: number): Promise<RequestTimes> {
  const empty = new Miniflare(
    convertV4MiniflareOptions({
      modules: [
        {
          type: 'ESModule',
          path: 'empty.mjs',
          contents: 'export default { fetch: () => new Response("") }',
        },
      ],
      compatibilityDate: '2026-10-01',
      cf: false,
      telemetry: { enabled: false },
    }),
  )
  const emptyUrl = (await empty.ready).origin
  const floor = await startFloor()
  const lakelet = await WorkerdLakelet.start()
  await lakelet.post({ query: 'CREATE TABLE item (id int PRIMARY KEY, name text, price numeric)' })
  await lakelet.post({
    query: `INSERT INTO item SELECT i, 'item ' || i, i / 7.0 FROM generate_series(1, 100000) AS i`,
  })
  const headers = { 'Neon-Connection-String': CONNECTION, 'Neon-Raw-Text-Output': 'true' }
  const query = (url: string): Promise<number> => {
    const id = String(1 + Math.floor(Math.random() * 100_000))
    const body = JSON.stringify({ query: 'SELECT * FROM item WHERE id = $1', params: [id] })
    return timed(`${url}/sql`, { method: 'POST', headers, body })
  }
  const nothing = (): Promise<number> => timed(emptyUrl, { method: 'POST', body: '{}' })
  // In turns, so that what else the machine does hits both.
  const [emptyMs, objectMs, selectMs]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    emptyMs.push(await nothing())
    objectMs.push(await query(floor.url))
    selectMs.push(await query(lakelet.url))
  }
  await Promise.all([empty.dispose(), floor.stop(), lakelet.stop()])
  // The first quarter warms up.
  const late = (times: number[]): number => median(times.slice(rounds / 4))
  return { empty: late(emptyMs), object: late(objectMs), select: late(selectMs) }
}

async function timed(url: string, init: RequestInit): Promise<number> {
  const started = performance.now()
  const response = await fetch(url, init)
  await response.arrayBuffer()
  const ms = performance.now() - started
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return ms
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
