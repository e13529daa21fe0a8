/** Two sessions put the same key into a unique index while both wait for pages: the second to write gives way, with PostgreSQL's error. */
import { describe, expect, test } from 'vitest'
import type { Branch } from '../../src/durable/branch.ts'
import { forgetPages } from '../isolation/forget-pages.ts'
import { memoryPlatform, openMemoryBranch, TestClient } from './memory-branch.ts'

const ROWS = 20_000

/** Every page has to be fetched. */
async function openAsleep(): Promise<Branch> {
  const platform = memoryPlatform()
  const branch = await openMemoryBranch(platform)
  await new TestClient(branch).script(
    `CREATE TABLE item (id int PRIMARY KEY, code text UNIQUE, note text);
     INSERT INTO item SELECT i, 'code ' || i, repeat('x', 50) FROM generate_series(1, ${ROWS}) AS i`,
  )
  await forgetPages(branch, platform)
  return branch
}

/** Each runs its statement in a transaction and commits, as soon as it can. What became of them, in the order of their ends. */
async function raceOn(
  branch: Branch,
  level: string,
  statements: readonly [string, string],
): Promise<string[]> {
  const clients = statements.map(() => new TestClient(branch))
  for (const client of clients) await client.query(`BEGIN ISOLATION LEVEL ${level}`)
  const outcomes: string[] = []
  const work = clients.map(async (client, i) => {
    try {
      await client.query(statements[i] ?? '')
      await client.query('COMMIT')
      outcomes.push('committed')
    } catch (error) {
      outcomes.push((error as { code: string }).code)
    }
  })
  await Promise.all(work)
  return outcomes
}

async function race(level: string, statements: readonly [string, string]): Promise<string[]> {
  const branch = await openAsleep()
  const outcomes = await raceOn(branch, level, statements)
  const keys = await new TestClient(branch).rows(
    "SELECT count(*), count(DISTINCT code) FROM item WHERE code = 'taken' OR id > 30000",
  )
  expect(keys).toEqual([['1', '1']])
  return outcomes
}

describe.each(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])('%s', (level) => {
  test.each<[string, readonly [string, string]]>([
    [
      'two new rows',
      [
        "INSERT INTO item VALUES (30001, 'taken', NULL)",
        "INSERT INTO item VALUES (30002, 'taken', NULL)",
      ],
    ],
    [
      'two moved keys, one far from the other',
      [
        "UPDATE item SET code = 'taken' WHERE id = 3",
        "UPDATE item SET code = 'taken' WHERE id = 19000",
      ],
    ],
    [
      'a new row and a moved key',
      [
        "INSERT INTO item VALUES (30001, 'taken', NULL)",
        "UPDATE item SET code = 'taken' WHERE id = 9000",
      ],
    ],
    [
      'many new rows and one',
      [
        "INSERT INTO item SELECT i, 'many ' || i, NULL FROM generate_series(20001, 20100) AS i UNION ALL SELECT 30001, 'taken', NULL",
        "INSERT INTO item VALUES (30002, 'taken', NULL)",
      ],
    ],
  ])('%s', async (_name, statements) => {
    expect(await race(level, statements)).toEqual(['committed', '23505'])
  })
})

describe('ON CONFLICT', () => {
  const insert = (id: number, action: string): string =>
    `INSERT INTO item VALUES (${id}, 'taken', '1') ON CONFLICT (code) DO ${action}`

  test.each([
    ['NOTHING', '1'],
    ["UPDATE SET note = item.note || '+' || excluded.note", '1+1'],
  ])('DO %s meets the row of who was faster', async (action, note) => {
    const branch = await openAsleep()
    const outcomes = await raceOn(branch, 'READ COMMITTED', [
      insert(30_001, action),
      insert(30_002, action),
    ])
    expect(outcomes).toEqual(['committed', 'committed'])
    const client = new TestClient(branch)
    expect(await client.rows("SELECT note FROM item WHERE code = 'taken'")).toEqual([[note]])
  })

  test('another unique index is violated all the same', async () => {
    const outcomes = await race('READ COMMITTED', [
      insert(30_001, 'NOTHING'),
      `INSERT INTO item VALUES (30001, 'other', NULL) ON CONFLICT (code) DO NOTHING`,
    ])
    expect(outcomes).toEqual(['committed', '23505'])
  })

  test('above READ COMMITTED it cannot go on with a row that it does not see', async () => {
    const outcomes = await race('REPEATABLE READ', [
      insert(30_001, 'NOTHING'),
      insert(30_002, 'NOTHING'),
    ])
    expect(outcomes).toEqual(['committed', '40001'])
  })
})
