/**
 * Records what PostgreSQL 17 does at each step of test/isolation/scripts. Run after changing them:
 *
 *   node scripts/record-isolation.ts [name…]       (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { PostgresTarget } from '../test/isolation/postgres-target.ts'
import { runScenario } from '../test/isolation/run-scenario.ts'
import { parseScenarios } from '../test/isolation/step-script.ts'
import { withOracle } from './oracle.ts'

const FOLDER = 'test/isolation/scripts'
const DATABASE = 'record_isolation'

const chosen = process.argv.slice(2)
await withOracle(async (url) => {
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.steps'))) {
    if (chosen.length > 0 && !chosen.some((name) => file.startsWith(name))) continue
    const played: string[] = []
    for (const scenario of parseScenarios(readFileSync(`${FOLDER}/${file}`, 'utf8'))) {
      const target = await PostgresTarget.connect(new URL(DATABASE, url).href)
      played.push(await runScenario(scenario, target))
      await target.end()
    }
    writeFileSync(`${FOLDER}/${file.replace('.steps', '.golden.txt')}`, played.join('\n'))
  }
  await admin.query(`DROP DATABASE ${DATABASE} (FORCE)`)
  await admin.end()
})
