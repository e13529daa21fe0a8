/**
 * Records what PostgreSQL answers to random queries of `test/plan/random-query.ts`: `node scripts/record-random-queries.ts`
 * writes test/plan/random.recorded.json.
 */
import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { SeededRandom } from '../src/storage/platform/memory/seeded-random.ts'
import { QueryGenerator, TABLES_SQL } from '../test/plan/random-query.ts'
import { withOracle } from './oracle.ts'

const QUERIES = 250
const FIRST_SEED = 100_000
/** Longer answers are left out: the file is read by people, too. */
const ANSWER_MOST = 400
const TIMEOUT_MS = 3000

async function record(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${TABLES_SQL}`)
  await client.query(`SET statement_timeout = ${TIMEOUT_MS}`)
  const recorded: { seed: number; sql: string; answer: string }[] = []
  for (let seed = FIRST_SEED; seed < FIRST_SEED + QUERIES; seed++) {
    const sql = new QueryGenerator(new SeededRandom(seed)).query()
    const answer = await answerOf(client, sql)
    if (answer !== undefined && answer.length <= ANSWER_MOST) recorded.push({ seed, sql, answer })
  }
  writeFileSync(
    new URL('../test/plan/random.recorded.json', import.meta.url),
    `${JSON.stringify(recorded, undefined, 1)}\n`,
  )
  await client.end()
}

const AS_TEXT = { getTypeParser: () => (text: string) => text }

/** Undefined when it failed: errors may depend on the plan. */
async function answerOf(client: pg.Client, sql: string): Promise<string | undefined> {
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array', types: AS_TEXT })
    return rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join('\n')
  } catch {
    return undefined
  }
}

const url = process.argv[2]
if (url === undefined) await withOracle(record)
else await record(url)
