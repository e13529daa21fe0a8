/** Point selects through `POST /sql`, and an empty Worker beside it: what a request to Lakelet costs over a request as such. */
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { CONNECTION, WorkerdLakelet } from '../../test/runtime/workerd-lakelet.ts'

export interface RequestTimes {
  /** Median milliseconds. */
  readonly empty: number
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
  const lakelet = await WorkerdLakelet.start()
  await lakelet.post({ query: 'CREATE TABLE item (id int PRIMARY KEY, name text, price numeric)' })
  await lakelet.post({
    query: `INSERT INTO item SELECT i, 'item ' || i, i / 7.0 FROM generate_series(1, 100000) AS i`,
  })
  const headers = { 'Neon-Connection-String': CONNECTION, 'Neon-Raw-Text-Output': 'true' }
  const select = (): Promise<number> => {
    const id = String(1 + Math.floor(Math.random() * 100_000))
    const body = JSON.stringify({ query: 'SELECT * FROM item WHERE id = $1', params: [id] })
    return timed(`${lakelet.url}/sql`, { method: 'POST', headers, body })
  }
  const nothing = (): Promise<number> => timed(emptyUrl, { method: 'POST', body: '{}' })
  // In turns, so that what else the machine does hits both.
  const times: { readonly empty: number[]; readonly select: number[] } = { empty: [], select: [] }
  for (let round = -rounds / 4; round < rounds; round++) {
    const [emptyMs, selectMs] = [await nothing(), await select()]
    if (round < 0) continue
    times.empty.push(emptyMs)
    times.select.push(selectMs)
  }
  await Promise.all([empty.dispose(), lakelet.stop()])
  return { empty: median(times.empty), select: median(times.select) }
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
