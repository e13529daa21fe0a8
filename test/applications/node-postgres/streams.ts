/** What a shop does beside queries, with pg and its companions: cursors, streams, COPY, notifications, cancelling. */
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { once } from 'node:events'
import type { Client as PgClient, Notification, Pool } from 'pg'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import type { Scenarios } from '../../runtime/clients/scenario.ts'

export function streamScenarios(pool: Pool, url: string): Scenarios {
  return { ...cursorScenarios(pool), ...copyScenarios(pool), ...eventScenarios(url) }
}

function cursorScenarios(pool: Pool): Scenarios {
  const numbers = 'SELECT n, repeat($1, n) AS text FROM generate_series(1, $2::int) AS n'
  return {
    'a cursor, batch by batch': async () => {
      const client = await pool.connect()
      const cursor = client.query(new Cursor(numbers, ['x', 5]))
      const batches = [
        await cursor.read(2),
        await cursor.read(2),
        await cursor.read(2),
        await cursor.read(2),
      ]
      await cursor.close()
      client.release()
      return batches
    },
    'a cursor closed early': async () => {
      const client = await pool.connect()
      const cursor = client.query(new Cursor(numbers, ['x', 1_000_000]))
      const first = await cursor.read(1)
      await cursor.close()
      const { rows } = await client.query('SELECT 1 AS after')
      client.release()
      return { first, rows }
    },
    'two cursors of one transaction, and one of SQL': async () => {
      const client = await pool.connect()
      await client.query('BEGIN')
      await client.query('DECLARE c SCROLL CURSOR FOR SELECT n FROM generate_series(1, 10) AS n')
      const one = await client.query('FETCH 3 FROM c')
      const back = await client.query('FETCH BACKWARD 1 FROM c')
      const moved = await client.query('MOVE FORWARD ALL IN c')
      await client.query('COMMIT')
      const gone = await client.query('FETCH 1 FROM c').catch((error: unknown) => error)
      client.release()
      return { rows: one.rows, back: back.rows, moved: moved.rowCount, gone }
    },
    'a stream of rows': async () => {
      const client = await pool.connect()
      let sum = 0
      for await (const row of client.query(new QueryStream(numbers, ['y', 500], { batchSize: 60 })))
        sum += (row as { n: number }).n
      client.release()
      return sum
    },
  }
}

function copyScenarios(pool: Pool): Scenarios {
  const copyIn = async (options: string, ...chunks: readonly string[]): Promise<unknown> => {
    const client = await pool.connect()
    try {
      const stream = client.query(copyFrom(`COPY stocktaking ${options}`))
      await pipeline(Readable.from(chunks), stream)
      return {
        rows: stream.rowCount,
        now: (await client.query('SELECT * FROM stocktaking ORDER BY sku')).rows,
      }
    } finally {
      client.release()
    }
  }
  return {
    'a table for copies': () =>
      pool.query(
        'CREATE TABLE stocktaking (sku text PRIMARY KEY, counted int CHECK (counted >= 0), day date)',
      ),
    'copy in, text cut anywhere': () =>
      copyIn('FROM STDIN', 'a\t1\t2026-01-01\nb\\tx\t', '2', '\t\\N\n'),
    'copy in, CSV': () =>
      copyIn(
        "FROM STDIN WITH (FORMAT csv, HEADER, NULL 'none')",
        'sku,counted,day\n"c, ""d""",3,',
        'none\n',
      ),
    'copy in of a broken row': () => copyIn('FROM STDIN', 'ok\t1\t\\N\n', 'bad\tmany\t\\N\n'),
    'copy in against a constraint': () => copyIn('FROM STDIN', 'neg\t-1\t\\N\n'),
    'copy out': async () => {
      const client = await pool.connect()
      let text = ''
      const sink = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          text += chunk.toString()
          done()
        },
      })
      await pipeline(
        client.query(
          copyTo(
            'COPY (SELECT * FROM stocktaking ORDER BY sku) TO STDOUT WITH (FORMAT csv, HEADER, FORCE_QUOTE *)',
          ),
        ),
        sink,
      )
      client.release()
      return text
    },
    'ten thousand rows there and back': async () => {
      const client = await pool.connect()
      const rows = Array.from({ length: 10_000 }, (_, i) => `s${i}\t${i}\t2026-02-03\n`)
      await client.query('TRUNCATE stocktaking')
      await pipeline(Readable.from(rows), client.query(copyFrom('COPY stocktaking FROM STDIN')))
      let bytes = 0
      for await (const chunk of client.query(copyTo('COPY stocktaking TO STDOUT')))
        bytes += (chunk as Buffer).length
      const { rows: sums } = await client.query('SELECT count(*), sum(counted) FROM stocktaking')
      client.release()
      return { bytes, sums }
    },
  }
}

function eventScenarios(url: string): Scenarios {
  const connected = async (): Promise<PgClient> => {
    const client = new pg.Client(url)
    await client.connect()
    return client
  }
  return {
    'listen and notify': async () => {
      const [listener, speaker] = [await connected(), await connected()]
      const heard: unknown[] = []
      listener.on('notification', ({ channel, payload }: Notification) =>
        heard.push([channel, payload]),
      )
      await listener.query('LISTEN stock')
      await speaker.query('BEGIN')
      await speaker.query("NOTIFY stock, 'undone'")
      await speaker.query('ROLLBACK')
      await speaker.query("SELECT pg_notify('stock', 'one'), pg_notify('stock', 'one')")
      const last = once(listener, 'notification')
      await speaker.query("NOTIFY other; NOTIFY stock, 'two'")
      if (heard.length < 2) await last
      await Promise.all([listener.end(), speaker.end()])
      return heard
    },
    'a running statement is cancelled': async () => {
      const [busy, other] = [await connected(), await connected()]
      const { rows } = await busy.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const work = busy.query('SELECT pg_sleep(20)').catch((error: unknown) => error)
      await new Promise((done) => setTimeout(done, 100))
      const asked = await other.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid])
      const error = await work
      const after = await busy.query('SELECT 1 AS one')
      await Promise.all([busy.end(), other.end()])
      return { asked: asked.rows, error, after: after.rows }
    },
    'two that update one row wait for each other': async () => {
      const [one, other] = [await connected(), await connected()]
      await one.query(
        'CREATE TABLE counter (id int PRIMARY KEY, n int); INSERT INTO counter VALUES (1, 0)',
      )
      await one.query('BEGIN')
      await one.query('UPDATE counter SET n = n + 1')
      const waiting = other.query('UPDATE counter SET n = n + 10 RETURNING n')
      const locked = await one.query('SELECT n FROM counter FOR UPDATE NOWAIT')
      await one.query('COMMIT')
      const { rows } = await waiting
      await other.query('BEGIN; SELECT n FROM counter FOR UPDATE')
      const refused = await one
        .query('SELECT n FROM counter FOR UPDATE NOWAIT')
        .catch((error: unknown) => error)
      const skipped = await one.query('SELECT n FROM counter FOR UPDATE SKIP LOCKED')
      await Promise.all([one.end(), other.end()])
      return { locked: locked.rows, rows, refused, skipped: skipped.rows }
    },
  }
}
