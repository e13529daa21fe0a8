/**
 * Records what PostgreSQL 17 does at each step of test/isolation/scripts. Run after changing them:
 *
 *   node scripts/record-isolation.ts [name…]       (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { PostgresTarget } from '../test/isolation/postgres-target.ts'
import { runScenario } from '../test/isolation/run-scenario.ts'
import { parseScenarios } from '../test/isolation/step-script.ts'
import { withScratchDatabase } from './oracle.ts'

const FOLDER = 'test/isolation/scripts'
const DATABASE = 'record_isolation'

const chosen = process.argv.slice(2)
await withScratchDatabase(DATABASE, async ({ href }) => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.steps'))) {
    if (chosen.length > 0 && !chosen.some((name) => file.startsWith(name))) continue
    const played: string[] = []
    for (const scenario of parseScenarios(readFileSync(`${FOLDER}/${file}`, 'utf8'))) {
      const target = await PostgresTarget.connect(href)
      played.push(await runScenario(scenario, target))
      await target.end()
    }
    writeFileSync(`${FOLDER}/${file.replace('.steps', '.golden.txt')}`, played.join('\n'))
  }
})
