/**
 * A shop on the interface of node-postgres. `@neondatabase/serverless` has the same one over WebSockets, so the same
 * application runs on both, and both have to get what pg got from PostgreSQL.
 */
import type { Client, Pool, PoolClient } from 'pg'
import type { Scenarios } from '../../runtime/clients/scenario.ts'
import { MIGRATIONS } from './migrations.ts'

export interface Driver {
  readonly Pool: typeof Pool
  readonly Client: typeof Client
}

const PURCHASE = '11111111-1111-4111-8111-111111111111'

export function shopScenarios(pool: Pool, driver: Driver, url: string): Scenarios {
  return {
    ...schemaScenarios(pool),
    ...customerScenarios(pool),
    ...purchaseScenarios(pool),
    ...errorScenarios(pool),
    ...reportScenarios(pool),
    ...sessionScenarios(pool, driver, url),
  }
}

async function migrate(pool: Pool): Promise<string[]> {
  await pool.query(
    'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, run_at timestamptz DEFAULT now())',
  )
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM migration')
  const done = new Set(rows.map(({ name }) => name))
  const run: string[] = []
  for (const [name, text] of MIGRATIONS.filter(([name]) => !done.has(name))) {
    await inTransaction(pool, async (client) => {
      await client.query(text)
      await client.query('INSERT INTO migration (name) VALUES ($1)', [name])
    })
    run.push(name)
  }
  return run
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

function schemaScenarios(pool: Pool): Scenarios {
  return {
    migrate: () => migrate(pool),
    'migrate again': () => migrate(pool),
    'columns of all tables': async () =>
      (
        await pool.query(`SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default,
            character_maximum_length, numeric_precision, numeric_scale, is_identity, generation_expression
          FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`)
      ).rows,
    constraints: async () =>
      (
        await pool.query(`SELECT conrelid::regclass::text AS "table", conname, contype, pg_get_constraintdef(oid) AS text
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`)
      ).rows,
  }
}

function customerScenarios(pool: Pool): Scenarios {
  const insert =
    'INSERT INTO customer (email, name, address, tags, birthday) VALUES ($1, $2, $3, $4, $5)'
  return {
    'insert with JSON, an array and a date': async () =>
      pool.query(`${insert} RETURNING id, email, name, address, tags`, [
        'ann@example.com',
        'Ann',
        { city: 'Oslo', lines: ['a', 1] },
        ['new', 'with "quotes", and comma'],
        '1990-02-28',
      ]),
    'twenty at once, each on a connection of its own': async () => {
      const numbers = Array.from({ length: 20 }, (_, i) => i)
      await Promise.all(
        numbers.map((i) => pool.query(insert, [`c${i}@example.com`, `C${i}`, {}, [], null])),
      )
      return (await pool.query('SELECT count(*), count(DISTINCT id) FROM customer')).rows
    },
    upsert: async () =>
      (
        await pool.query(
          `INSERT INTO customer (email, name) VALUES ($1, $2), ($3, $4)
           ON CONFLICT (email) DO UPDATE SET name = excluded.name || '!' RETURNING email, name`,
          ['c1@example.com', 'Carl', 'new@example.com', 'Nina'],
        )
      ).rows,
    'update and what it returns': async () =>
      pool.query(
        `UPDATE customer SET address = jsonb_set(address, '{city}', to_jsonb($2::text)), tags = array_append(tags, $3)
         WHERE email = $1 RETURNING name, address, tags`,
        ['ann@example.com', 'Bergen', 'moved'],
      ),
    'delete in a list': async () =>
      pool.query('DELETE FROM customer WHERE email = ANY($1::text[])', [
        ['c18@example.com', 'c19@example.com', 'nobody'],
      ]),
    'pages by key': async () => {
      const pages: unknown[] = []
      for (let after = ''; ;) {
        const { rows } = await pool.query<{ email: string }>(
          'SELECT email, name FROM customer WHERE email > $1 ORDER BY email LIMIT $2',
          [after, 8],
        )
        if (rows.length === 0) return pages
        pages.push(rows)
        after = rows.at(-1)?.email ?? ''
      }
    },
    'rows as arrays': async () =>
      pool.query({ text: 'SELECT email, tags FROM customer ORDER BY 1 LIMIT 2', rowMode: 'array' }),
  }
}

function purchaseScenarios(pool: Pool): Scenarios {
  return {
    'products with enum and domain': async () =>
      (
        await pool.query(
          `INSERT INTO product (sku, label, category, price, stock)
           SELECT * FROM unnest($1::text[], $2::text[], $3::category[], $4::numeric[], $5::int[]) RETURNING *`,
          [
            ['b1', 'm1', 't1'],
            ['Book', 'Record', 'Saw'],
            ['book', 'music', 'tool'],
            ['9.90', '20', '0.5'],
            [10, 5, 1],
          ],
        )
      ).rows,
    'a purchase in one transaction': async () =>
      inTransaction(pool, (client) => buy(client, 'm1', 2)),
    'a purchase that fails is rolled back': async () => {
      const error = await inTransaction(pool, (client) => buy(client, 't1', 2)).catch(
        (e: unknown) => e,
      )
      const { rows } = await pool.query('SELECT sku, stock FROM product ORDER BY sku')
      return { error, rows }
    },
    'a savepoint': async () =>
      inTransaction(pool, async (client) => {
        await client.query("UPDATE product SET stock = stock + 1 WHERE sku = 'b1'")
        await client.query('SAVEPOINT before')
        const error = await client
          .query("UPDATE product SET stock = -1 WHERE sku = 'b1'")
          .catch((e: unknown) => e)
        const ignored = await client.query('SELECT 1').catch((e: unknown) => e)
        await client.query('ROLLBACK TO SAVEPOINT before')
        const { rows } = await client.query("SELECT stock FROM product WHERE sku = 'b1'")
        return { error, ignored, rows }
      }),
    'a read-only snapshot': async () =>
      inTransaction(pool, async (client) => {
        await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
        const count = async (): Promise<unknown> =>
          (await client.query('SELECT count(*) FROM migration')).rows
        const before = await count()
        await pool.query("INSERT INTO migration (name) VALUES ('later')")
        const seen = await count()
        await pool.query("DELETE FROM migration WHERE name = 'later'")
        const error = await client.query('DELETE FROM migration').catch((e: unknown) => e)
        return { before, seen, error }
      }).catch((e: unknown) => e),
  }
}

async function buy(client: PoolClient, sku: string, quantity: number): Promise<unknown> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM customer WHERE email = 'ann@example.com' FOR UPDATE",
  )
  const made = await client.query(
    'INSERT INTO purchase (id, customer_id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING number, placed_at, paid',
    [PURCHASE, rows[0]?.id],
  )
  await client.query(
    `INSERT INTO purchase_line (purchase_id, position, sku, quantity)
     SELECT $1, coalesce(max(position), 0) + 1, $2, $3 FROM purchase_line WHERE purchase_id = $1`,
    [PURCHASE, sku, quantity],
  )
  const left = await client.query(
    'UPDATE product SET stock = stock - $2 WHERE sku = $1 RETURNING stock',
    [sku, quantity],
  )
  return { made: made.rows, left: left.rows }
}

function errorScenarios(pool: Pool): Scenarios {
  return {
    'unique violation': () =>
      pool.query("INSERT INTO customer (email, name) VALUES ('ann@example.com', 'x')"),
    'partial unique index': () =>
      pool.query("INSERT INTO purchase (customer_id) SELECT id FROM customer WHERE name = 'Ann'"),
    'foreign key, inserting': () =>
      pool.query(`INSERT INTO purchase_line VALUES ('${PURCHASE}', 9, 'nope', 1)`),
    'foreign key, deleting': () => pool.query("DELETE FROM customer WHERE name = 'Ann'"),
    'check violation': () => pool.query("UPDATE product SET stock = -1 WHERE sku = 'b1'"),
    'domain check': () => pool.query("UPDATE product SET price = -1 WHERE sku = 'b1'"),
    'not-null violation': () => pool.query("UPDATE customer SET name = NULL WHERE name = 'Ann'"),
    'enum value': () => pool.query("UPDATE product SET category = $1 WHERE sku = 'b1'", ['food']),
    'too long': () => pool.query("UPDATE product SET sku = repeat('x', 30) WHERE sku = 'b1'"),
    'out of range': () => pool.query('SELECT $1::int', [3_000_000_000]),
    'bad uuid': () => pool.query('SELECT * FROM purchase WHERE id = $1', ['nope']),
    'generated column': () => pool.query('UPDATE product SET gross = 1'),
    'identity always': () => pool.query(`INSERT INTO purchase (number, customer_id) VALUES (1, 1)`),
    'undefined table, with a hint where': () => pool.query('SELECT custmer.id FROM customer'),
    'syntax error': () => pool.query('SELEC 1'),
    'too few parameters': () => pool.query('SELECT $1::int + $2::int', [1]),
    'primary key changes and references follow': async () => {
      await pool.query("UPDATE product SET sku = 'm2' WHERE sku = 'm1'")
      return (await pool.query('SELECT sku FROM purchase_line')).rows
    },
  }
}

function reportScenarios(pool: Pool): Scenarios {
  return {
    'totals through a view': async () =>
      (await pool.query('SELECT number, total FROM purchase_total')).rows,
    'nested JSON': async () =>
      (
        await pool.query(`SELECT name, (SELECT json_agg(json_build_object('number', number, 'lines',
            (SELECT json_agg(line ORDER BY position) FROM (
              SELECT position, sku, quantity, label FROM purchase_line JOIN product USING (sku)
              WHERE purchase_id = purchase.id) AS line))) FROM purchase WHERE customer_id = customer.id) AS purchases
          FROM customer WHERE name = 'Ann'`)
      ).rows,
    'groups, filters and windows': async () =>
      (
        await pool.query(`SELECT category, count(*), sum(stock), sum(stock) FILTER (WHERE price > 1) AS dear,
            rank() OVER (ORDER BY sum(gross) DESC) FROM product GROUP BY ROLLUP (category) ORDER BY category NULLS LAST`)
      ).rows,
    recursive: async () =>
      (
        await pool.query(`WITH RECURSIVE day AS (SELECT date '2026-01-30' AS d UNION ALL SELECT d + 1 FROM day WHERE d < '2026-02-02')
          SELECT d::text, extract(isodow FROM d) AS weekday FROM day`)
      ).rows,
  }
}

function sessionScenarios(pool: Pool, { Client }: Driver, url: string): Scenarios {
  return {
    'a named statement, prepared once': async () => {
      const client = new Client(url)
      await client.connect()
      const find = { name: 'find', text: 'SELECT label, gross FROM product WHERE sku = $1' }
      const rows: unknown[] = []
      for (const sku of ['b1', 'm2', 'none']) rows.push((await client.query(find, [sku])).rows)
      const { rows: prepared } = await client.query(
        'SELECT name, statement, parameter_types::text FROM pg_prepared_statements',
      )
      await client.end()
      return { rows, prepared }
    },
    'several statements in one query': async () =>
      pool.query('SELECT 1 AS a; UPDATE product SET stock = stock; SELECT 2 AS b'),
    'settings of the connection': async () => {
      const client = new Client(
        `${url}?application_name=shop&options=-c%20statement_timeout%3D1234`,
      )
      await client.connect()
      const { rows } = await client.query(
        "SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout",
      )
      await client.end()
      return rows
    },
    'a statement that runs too long': async () =>
      inTransaction(pool, async (client) => {
        await client.query('SET LOCAL statement_timeout = 50')
        return client.query('SELECT pg_sleep(5)')
      }),
    notices: async () => {
      const client = new Client(url)
      const notices: unknown[] = []
      client.on('notice', ({ severity, code, message }) =>
        notices.push({ severity, code, message }),
      )
      await client.connect()
      await client.query('DROP TABLE IF EXISTS nothing_here')
      await client.end()
      return notices
    },
  }
}
