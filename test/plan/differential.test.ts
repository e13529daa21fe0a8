/**
 * The optimizer must not change answers: random queries give the same rows with all rules as with the indispensable ones alone.
 * A failure prints the seed of its query.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { INDISPENSABLE_RULES } from '../../src/sql/plan/optimize.ts'
import type { OptimizeOptions } from '../../src/sql/plan/optimize.ts'
import { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import { openTestClient } from '../engine/memory-branch.ts'
import { PlanHarness } from './plan-harness.ts'
import { QueryGenerator, TABLES_SQL } from './random-query.ts'

const QUERIES = Number(process.env['PLAN_QUERIES'] ?? 600)
const FIRST_SEED = Number(process.env['PLAN_SEED'] ?? 1)

let harness: PlanHarness

beforeAll(async () => {
  const client = await openTestClient()
  await client.script(TABLES_SQL)
  harness = new PlanHarness(client)
})

async function answer(sql: string, options?: OptimizeOptions): Promise<string> {
  try {
    const rows = await harness.run(harness.plan(sql, options))
    return rows.map((row) => JSON.stringify(row)).sort().join('\n') // prettier-ignore
  } catch (error) {
    if (error instanceof SqlError) return `ERROR ${error.code} ${error.message}`
    throw error
  }
}

test(`${QUERIES} random queries`, { timeout: 120_000 }, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + QUERIES; seed++) {
    const sql = new QueryGenerator(new SeededRandom(seed)).query()
    const plain = await answer(sql, { rules: INDISPENSABLE_RULES })
    expect(await answer(sql), `seed ${seed}: ${sql}`).toBe(plain)
  }
})

test('random queries answer as PostgreSQL does', { timeout: 60_000 }, async () => {
  const text = readFileSync(new URL('random.recorded.json', import.meta.url), 'utf8')
  const recorded = JSON.parse(text) as readonly { seed: number; sql: string; answer: string }[]
  for (const { seed, sql, answer: expected } of recorded) {
    expect(await answer(sql), `seed ${seed}: ${sql}`).toBe(expected)
  }
})
