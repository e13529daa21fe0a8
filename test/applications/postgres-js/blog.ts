/** A blog with postgres.js: tagged templates, helpers, pipelines, cursors, streams of COPY, LISTEN, savepoints. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { runScenarios } from '../../runtime/clients/scenario.ts'
import type { Outcomes, Scenarios } from '../../runtime/clients/scenario.ts'

const SCHEMA = `
  CREATE TYPE state AS ENUM ('draft', 'live');
  CREATE TABLE author (
    id serial PRIMARY KEY, handle text NOT NULL UNIQUE, joined date NOT NULL, profile jsonb NOT NULL DEFAULT '{}'
  );
  CREATE TABLE post (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id int NOT NULL REFERENCES author ON DELETE CASCADE,
    title varchar(40) NOT NULL CHECK (length(title) > 0),
    tags text[] NOT NULL DEFAULT '{}',
    states state[] NOT NULL DEFAULT '{}',
    score numeric(5, 1),
    seen_at timestamptz,
    body bytea
  );
  CREATE INDEX post_tags ON post (author_id, title);`

export async function runBlog(url: string): Promise<Outcomes> {
  const sql = postgres(url, { max: 4, onnotice: () => undefined })
  try {
    return await runScenarios({
      schema: () => sql.unsafe(SCHEMA).simple(),
      ...writeScenarios(sql),
      ...readScenarios(sql),
      ...streamScenarios(sql),
      ...transactionScenarios(sql),
      ...sessionScenarios(sql, url),
      ...errorScenarios(sql),
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function writeScenarios(sql: Sql): Scenarios {
  const authors = [
    { handle: 'ann', joined: '2026-01-02', profile: sql.json({ langs: ['en', 'no'] }) },
    { handle: 'bob', joined: new Date(Date.UTC(2026, 1, 3)), profile: sql.json({}) },
  ]
  return {
    'insert with a helper': () => sql`INSERT INTO author ${sql(authors)} RETURNING *`,
    'arrays, enums, bytes and dates': () =>
      sql`INSERT INTO post (author_id, title, tags, states, score, seen_at, body) VALUES
        (1, 'First', ${['a', 'b "c"', '', 'x,y']}, ${['draft', 'live']}::state[], ${'12.5'}, ${new Date(0)}, ${Buffer.from('hi')}),
        (2, 'Second', ${[]}, '{}', ${null}, null, null) RETURNING *`,
    'many rows': () =>
      sql`INSERT INTO post ${sql(
        Array.from({ length: 50 }, (_, i) => ({ author_id: 1 + (i % 2), title: `Post ${i}` })),
        'author_id',
        'title',
      )}`,
    'update from values': () =>
      sql`UPDATE post SET title = v.title, score = v.score::numeric
        FROM (VALUES ${sql([
          [3, 'Third', 1],
          [4, 'Fourth', 2],
        ])}) AS v (id, title, score) WHERE post.id = v.id::bigint RETURNING post.id, post.title, post.score`,
    'update with a helper': () =>
      sql`UPDATE author SET ${sql({ handle: 'robert' }, 'handle')} WHERE handle = 'bob' RETURNING handle`,
    'delete in a list': () =>
      sql`DELETE FROM post WHERE title IN ${sql(['Post 48', 'Post 49', 'none'])} RETURNING title`,
  }
}

function readScenarios(sql: Sql): Scenarios {
  const named = (handle: string): postgres.PendingQuery<postgres.Row[]> => sql`handle = ${handle}`
  return {
    'fragments and identifiers': () =>
      sql`SELECT ${sql(['id', 'handle'])} FROM ${sql('author')} WHERE ${named('ann')} OR ${named('robert')} ORDER BY ${sql('id')}`,
    'a hundred statements in one pipeline': async () => {
      const sums = await Promise.all(
        Array.from({ length: 100 }, (_, i) => sql`SELECT ${i}::int + 1 AS sum`),
      )
      return sums.map(([row]) => row?.['sum'] as number).reduce((total, one) => total + one, 0)
    },
    'a failure within the pipeline': async () =>
      Promise.all([
        sql`SELECT 1 AS a`,
        sql`SELECT 1 / ${0}::int AS b`.catch((error: unknown) => error),
        sql`SELECT 3 AS c`,
      ]),
    'a cursor': async () => {
      const batches: number[] = []
      for await (const rows of sql`SELECT id FROM post ORDER BY id`.cursor(20))
        batches.push(rows.length)
      return batches
    },
    'a cursor that stops early': () =>
      sql`SELECT id FROM post ORDER BY id`.cursor(10, () => sql.CLOSE),
    forEach: async () => {
      const titles: unknown[] = []
      await sql`SELECT title FROM post ORDER BY id LIMIT 3`.forEach(({ title }) =>
        titles.push(title),
      )
      return titles
    },
    'values and raw': async () => [
      await sql`SELECT 1 AS a, 'x' AS a`.values(),
      await sql`SELECT 1::int AS a`.raw(),
    ],
    describe: async () => {
      const { types, columns } =
        await sql`SELECT id, title, score FROM post WHERE id = ${1} AND title = ${'x'}`.describe()
      return { types, columns: columns.map(({ name, type }) => ({ name, type })) }
    },
    'several statements': () => sql`SELECT 1 AS a; SELECT 2 AS b`.simple(),
    'numbers larger than a double': () =>
      sql`SELECT 9007199254740993::int8 AS big, 1.10::numeric AS exact, '{1,NULL}'::int[] AS ints`,
    'user types in arrays': () => sql`SELECT states, tags FROM post WHERE id = 1`,
  }
}

function streamScenarios(sql: Sql): Scenarios {
  return {
    'copy in': async () => {
      const target = await sql`COPY post (author_id, title, tags) FROM STDIN`.writable()
      await pipeline(Readable.from(['1\tcopied one\t{a,b}\n2\tcop', 'ied two\t{}\n']), target)
      return sql`SELECT title, tags FROM post WHERE title LIKE 'copied%' ORDER BY title`
    },
    'copy out': async () => {
      const source =
        await sql`COPY (SELECT id, title, score FROM post WHERE id < 6 ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)`.readable()
      let text = ''
      for await (const chunk of source) text += String(chunk)
      return text
    },
  }
}

function transactionScenarios(sql: Sql): Scenarios {
  const count = (): Promise<unknown> =>
    sql`SELECT count(*)::int FROM author`.then(([row]) => row?.['count'])
  return {
    commit: async () => [
      await sql.begin((tx) => [
        tx`SELECT 1 AS a`,
        tx`INSERT INTO author (handle, joined) VALUES ('c', '2026-01-01')`,
      ]),
      await count(),
    ],
    'rolls back when the work throws': async () => {
      const work = sql.begin(async (tx) => {
        await tx`DELETE FROM author`
        throw new Error('no')
      })
      return [await work.catch((error: unknown) => error), await count()]
    },
    savepoint: async () => {
      await sql.begin('isolation level repeatable read', async (tx) => {
        await tx`INSERT INTO author (handle, joined) VALUES ('d', '2026-01-01')`
        await tx
          .savepoint(
            (inner) => inner`INSERT INTO author (handle, joined) VALUES ('ann', '2026-01-01')`,
          )
          .catch(() => undefined)
      })
      return sql`SELECT handle FROM author ORDER BY id`.values()
    },
    'a reserved connection': async () => {
      const one = await sql.reserve()
      try {
        await one`SET search_path = pg_catalog`
        return await one`SHOW search_path`
      } finally {
        await one`RESET search_path`
        one.release()
      }
    },
  }
}

function sessionScenarios(sql: Sql, url: string): Scenarios {
  return {
    'listen and notify': async () => {
      const heard: string[] = []
      const { promise, resolve } = Promise.withResolvers<void>()
      const listening = await sql.listen('news', (payload) => {
        heard.push(payload)
        if (heard.length === 2) resolve()
      })
      await sql.notify('news', 'one')
      await sql.begin((tx) => tx`SELECT pg_notify('news', 'two')`)
      await promise
      await listening.unlisten()
      return heard
    },
    cancel: async () => {
      const query = sql`SELECT count(*) FROM generate_series(1, 100000000)`
      setTimeout(() => query.cancel(), 100)
      return query
    },
    'settings at connect': async () => {
      const other = postgres(url, {
        max: 1,
        connection: { application_name: 'blog', statement_timeout: 5000 },
      })
      try {
        return await other`SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout`
      } finally {
        await other.end()
      }
    },
  }
}

function errorScenarios(sql: Sql): Scenarios {
  return {
    'unique violation': () => sql`INSERT INTO author (handle, joined) VALUES ('ann', '2026-01-01')`,
    'foreign key violation': () => sql`INSERT INTO post (author_id, title) VALUES (99, 'x')`,
    'check violation': () => sql`UPDATE post SET title = '' WHERE id = 1`,
    'too long': () => sql`UPDATE post SET title = repeat('x', 41) WHERE id = 1`,
    'bad date': () => sql`SELECT ${'2026-13-01'}::date`,
    'syntax error': () => sql`SELECT FROM WHERE`,
    'undefined function': () => sql`SELECT nope(1)`,
  }
}
