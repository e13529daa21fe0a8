/** A table goes on working after columns of every kind were dropped from it. */
import { expect, test } from 'vitest'
import { openTestClient } from './memory-branch.ts'

test.each(['bool', 'int', 'bigint', 'float', 'text', 'numeric'])(
  'a dropped column of type %s',
  async (type) => {
    const client = await openTestClient()
    await client.script(`CREATE TABLE t (id serial PRIMARY KEY, gone ${type}, a int);
    INSERT INTO t (a) VALUES (1), (2); ALTER TABLE t DROP COLUMN gone`)
    await client.query('INSERT INTO t (a) VALUES (3)')
    await client.query('INSERT INTO t (a) VALUES (4), (5)')
    await client.query('INSERT INTO t (a) SELECT i FROM generate_series(6, 9) AS i')
    await client.query('UPDATE t SET a = a + 10 WHERE id % 2 = 0')
    await client.query('INSERT INTO t VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET a = t.a + 100')
    await client.query('DELETE FROM t WHERE id = 9')
    await client.query('ALTER TABLE t ALTER COLUMN a TYPE bigint')
    await client.query('INSERT INTO t (id, a) VALUES (10, 10)')
    expect((await client.rows('SELECT * FROM t ORDER BY id')).map((row) => row.join(' '))).toEqual([
      '1 101',
      '2 12',
      '3 3',
      '4 14',
      '5 5',
      '6 16',
      '7 7',
      '8 18',
      '10 10',
    ])
    await client.branch.run(client.branch.store.check())
  },
)
