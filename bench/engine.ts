/**
 * `npm run bench`: Lakelet's engine in Node against PGlite, SQLite, native PostgreSQL 17 and pg-mem on the same work in one run.
 * Prints each peer's figures and how many times longer than Lakelet it took. Name peers to run only those.
 */
import { withOracle } from '../scripts/oracle.ts'
import { openLakelet } from './peers/lakelet.ts'
import type { Peer } from './peers/peer.ts'
import { openPgMem } from './peers/pg-mem.ts'
import { openPglite } from './peers/pglite.ts'
import { openPostgres } from './peers/postgres.ts'
import { openSqlite } from './peers/sqlite.ts'
import { Workload } from './workload.ts'
import type { Measurement } from './workload.ts'

const PEERS: readonly {
  readonly name: string
  readonly scale: number
  open(url: string): Promise<Peer> | Peer
}[] = [
  { name: 'lakelet', scale: 1, open: openLakelet },
  { name: 'pglite', scale: 0.25, open: openPglite },
  { name: 'postgres', scale: 0.25, open: openPostgres },
  { name: 'sqlite', scale: 1, open: openSqlite },
]

/** So slow, and so much garbage, that it would only be in the others' way. */
const SLOW_PEERS: typeof PEERS = [{ name: 'pg-mem', scale: 0.01, open: openPgMem }]

async function main(names: readonly string[]): Promise<void> {
  const isChosen = ({ name }: { readonly name: string }): boolean =>
    name === 'lakelet' || names.length === 0 || names.includes(name)
  const results = new Map<string, readonly Measurement[]>()
  const runAll = async (url: string): Promise<void> => {
    for (const together of [PEERS, SLOW_PEERS]) {
      const contenders = []
      for (const { scale, open } of together.filter(isChosen)) {
        contenders.push({ peer: await open(url), scale })
      }
      const measured = await new Workload(contenders).run()
      for (const [name, measurements] of measured) results.set(name, measurements)
      for (const { peer } of contenders) await peer.close()
    }
  }
  if (PEERS.filter(isChosen).some(({ name }) => name === 'postgres')) await withOracle(runAll)
  else await runAll('')
  print(results)
}

function print(results: ReadonlyMap<string, readonly Measurement[]>): void {
  const own = results.get('lakelet') ?? []
  const peers = [...results.keys()].filter((name) => name !== 'lakelet')
  console.log(
    ['', 'lakelet', ...peers]
      .map((text, i) => (i === 0 ? text.padEnd(30) : text.padStart(20)))
      .join(''),
  )
  for (const [index, { name, unit, value }] of own.entries()) {
    const cells = peers.map((peer) => {
      const other = results.get(peer)?.[index]?.value ?? Number.NaN
      return `${format(other)} ${unit} (${(other / value).toFixed(1)}x)`.padStart(20)
    })
    console.log(`${name.padEnd(30)}${`${format(value)} ${unit}`.padStart(20)}${cells.join('')}`)
  }
}

function format(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0)
}

await main(process.argv.slice(2))
