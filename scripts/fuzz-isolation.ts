/**
 * Random steps of several sessions, on PostgreSQL 17 and on Lakelet: prints where they part. Two sessions, so that what
 * PostgreSQL does depends on nothing but the steps.
 *
 *   node scripts/fuzz-isolation.ts FROM COUNT [--keep]       --keep adds what is the same to test/isolation/scripts/random.steps
 */
import { appendFileSync } from 'node:fs'
import pg from 'pg'
import { SeededRandom } from '../src/storage/platform/memory/seeded-random.ts'
import { LakeletTarget } from '../test/isolation/lakelet-target.ts'
import { PostgresTarget } from '../test/isolation/postgres-target.ts'
import { RANDOM_SETUP, playRandomSteps } from '../test/isolation/random-steps.ts'
import { runScenario } from '../test/isolation/run-scenario.ts'
import type { Scenario } from '../test/isolation/step-script.ts'
import { withOracle } from './oracle.ts'

const DATABASE = 'fuzz_isolation'
const SESSIONS = 2
const KEPT = 'test/isolation/scripts/random.steps'

const [from, count] = process.argv.slice(2).map(Number)
const keeps = process.argv.includes('--keep')

await withOracle(async (server) => {
  const admin = new pg.Client(server)
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE} (FORCE)`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  const url = new URL(DATABASE, server).href
  let same = 0
  for (let seed = from ?? 1; seed < (from ?? 1) + (count ?? 100); seed++) {
    if (await plays(seed, url)) same++
  }
  console.log(`${same} of ${count ?? 100} the same`)
  await admin.query(`DROP DATABASE ${DATABASE} (FORCE)`)
  await admin.end()
})

async function plays(seed: number, url: string): Promise<boolean> {
  const target = await PostgresTarget.connect(url)
  const steps = await playRandomSteps(new SeededRandom(seed), target, SESSIONS)
  await target.end()
  const scenario: Scenario = { name: `random ${seed}`, setup: RANDOM_SETUP, steps }
  const oracle = await PostgresTarget.connect(url)
  const expected = await runScenario(scenario, oracle)
  await oracle.end()
  const lakelet = await LakeletTarget.open(seed % 2 === 1)
  const played = await runScenario(scenario, lakelet)
  await lakelet.end()
  if (played !== expected) printParting(expected.split('\n'), played.split('\n'))
  else if (keeps) {
    const lines = steps.map(({ session, text }) => `${session}: ${text}`)
    appendFileSync(KEPT, `\n=== ${scenario.name}\n${lines.join('\n')}\n`)
  }
  return played === expected
}

function printParting(expected: readonly string[], played: readonly string[]): void {
  const at = expected.findIndex((line, i) => line !== played[i])
  console.log(expected.slice(0, at).join('\n'))
  for (const line of expected.slice(at, at + 4)) console.log(`PostgreSQL> ${line}`)
  for (const line of played.slice(at, at + 4)) console.log(`Lakelet>    ${line}`)
  console.log()
}
