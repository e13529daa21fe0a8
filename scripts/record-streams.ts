/**
 * Records what real clients send over the wire, as the raw material of the fuzzing test:
 *
 *   node scripts/record-streams.ts           (psql is recorded where there is one)
 *
 * Each connection's bytes become one entry of test/wire/fuzz/recorded-streams.json, in base64.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import postgres from 'postgres'
import { MemoryServer } from '../test/wire/memory-server.ts'

const OUTPUT = fileURLToPath(new URL('../test/wire/fuzz/recorded-streams.json', import.meta.url))
const OPTIONS = 'options=-c%20statement_timeout%3D300%20-c%20lock_timeout%3D50'
const SCHEMA = `
  CREATE TABLE kept (id int PRIMARY KEY, note text);
  INSERT INTO kept SELECT i, 'row ' || i FROM generate_series(1, 50) AS i;
  CREATE TABLE item (id int PRIMARY KEY, label text, price numeric, made timestamptz DEFAULT now(), tags text[], data jsonb)`

interface Recorded {
  readonly client: string
  readonly bytes: string
}

const server = await MemoryServer.start('cleartext')
const recorded: Recorded[] = []
let currentClient = ''

/** Between the client and the server: notes what the client says. */
const tap = createServer((socket) => {
  const chunks: Buffer[] = []
  const client = currentClient
  const upstream = connect(server.port, '127.0.0.1')
  socket.on('data', (chunk) => void chunks.push(chunk))
  socket.on('error', () => undefined)
  upstream.on('error', () => undefined)
  socket.on('close', () => {
    recorded.push({ client, bytes: Buffer.concat(chunks).toString('base64') })
  })
  socket.pipe(upstream).pipe(socket)
})
await new Promise<void>((done) => void tap.listen(0, '127.0.0.1', done))
const { port } = tap.address() as AddressInfo // it listens on a port
const url = `postgres://lakelet:lakelet@127.0.0.1:${port}/lakelet?${OPTIONS}`

async function record(client: string, work: () => Promise<void>): Promise<void> {
  currentClient = client
  await work()
}

async function withPg(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await work(client)
  await client.end()
}

const setup = new pg.Client(server.url)
await setup.connect()
await setup.query(SCHEMA)
await setup.end()

await record('pg: simple queries', () =>
  withPg(async (client) => {
    await client.query('SELECT 1; SELECT $$two$$ AS two; SELECT id, note FROM kept WHERE id < 4')
    await client.query(
      'BEGIN; SAVEPOINT s; INSERT INTO item (id) VALUES (1); ROLLBACK TO s; COMMIT',
    )
    await client.query('SELECT 1/0').catch(() => undefined)
    await client.query('')
  }),
)
await record('pg: parameters and named statements', () =>
  withPg(async (client) => {
    await client.query(
      'INSERT INTO item (id, label, price, tags, data) VALUES ($1, $2, $3, $4, $5)',
      [2, 'two', '3.14', ['a', 'b'], { x: [1, 2] }],
    )
    const named = { name: 'by id', text: 'SELECT * FROM item WHERE id = $1' }
    await client.query({ ...named, values: [2] })
    await client.query({ ...named, values: [3] })
    await client.query({ text: 'SELECT $1::bytea, $2::int8', values: [Buffer.from([0, 1, 2]), 5] })
    await client.query('UPDATE item SET label = $2 WHERE id = $1 RETURNING *', [2, 'zwei'])
  }),
)
await record('pg: a transaction of a cursor', () =>
  withPg(async (client) => {
    const cursor = client.query(new Cursor('SELECT i, i::text FROM generate_series(1, 300) AS i'))
    while ((await cursor.read(100)).length > 0);
    await cursor.close()
    await client.query('BEGIN')
    await client.query('DECLARE c CURSOR FOR SELECT * FROM kept ORDER BY id')
    await client.query('FETCH 5 FROM c; MOVE 3 FROM c; FETCH ALL FROM c; CLOSE c')
    await client.query('ROLLBACK')
  }),
)
await record('pg: COPY', () =>
  withPg(async (client) => {
    await client.query('CREATE TEMP TABLE copied (id int, label text)')
    const rows = Array.from({ length: 50 }, (_, i) => `${i}\tlabel ${i}\n`)
    await pipeline(Readable.from(rows), client.query(copyFrom('COPY copied FROM STDIN')))
    await pipeline(
      Readable.from(['1,"one, two"\n', '2,three\n']),
      client.query(copyFrom('COPY copied FROM STDIN WITH (FORMAT csv)')),
    )
    for await (const _chunk of client.query(copyTo('COPY copied TO STDOUT'))); // read to its end
  }),
)
await record('pg: LISTEN and settings', () =>
  withPg(async (client) => {
    await client.query('LISTEN fuzz; NOTIFY fuzz, $$said$$; UNLISTEN *')
    await client.query(`SET search_path = public; SET TimeZone = 'Asia/Tokyo'; SHOW ALL`)
    await client.query('PREPARE p (int) AS SELECT $1 + 1; EXECUTE p (1); DEALLOCATE p')
    await client.query('DISCARD ALL')
  }),
)
await record('postgres.js', async () => {
  const sql = postgres(url.replace(`?${OPTIONS}`, ''), {
    max: 1,
    onnotice: () => undefined,
    connection: { statement_timeout: 300, lock_timeout: 50 },
  })
  await Promise.all(Array.from({ length: 5 }, (_, i) => sql`SELECT ${i}::int AS i, ${'x'} AS x`))
  await sql.begin(async (transaction) => {
    await transaction`INSERT INTO item ${transaction([
      { id: 5, label: 'five' },
      { id: 6, label: 'six' },
    ])}`
    await transaction.savepoint((inner) => inner`SELECT 1/0`).catch(() => undefined)
  })
  for await (const rows of sql`SELECT * FROM generate_series(1, 100) AS i`.cursor(30)) void rows
  await sql.unsafe('SELECT 1; SELECT 2').simple()
  await sql`SELECT ${sql.json({ a: 1 })}::jsonb, ${sql.array([1, 2])}::int[], ${new Date(0)}::timestamptz`
  await sql.end()
})
const psql = async (...args: string[]): Promise<unknown> =>
  promisify(execFile)(
    'psql',
    ['-X', ...args, `postgres://lakelet:lakelet@127.0.0.1:${port}/lakelet`],
    {
      env: { ...process.env, PGOPTIONS: '-c statement_timeout=300 -c lock_timeout=50' },
    },
  ).catch(() => undefined)
await record('psql', async () => {
  await psql('-c', '\\d', '-c', '\\d item', '-c', '\\l', '-c', '\\du', '-c', 'TABLE kept')
  await psql('-c', 'SELECT $1 \\bind 5 \\g', '-c', '\\copy kept TO STDOUT')
})

await new Promise((resolve) => void setTimeout(resolve, 100))
writeFileSync(OUTPUT, `${JSON.stringify(recorded, null, 1)}\n`)
process.stdout.write(`${recorded.length} streams\n`)
tap.close()
await server.stop()
process.exit(0)
