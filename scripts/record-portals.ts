/**
 * Records how PostgreSQL 17 answers the conversation of test/wire/portal-steps.ts. Run after changing it:
 *
 *   node scripts/record-portals.ts           (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { writeFileSync } from 'node:fs'
import { PORTAL_STEPS, shown } from '../test/wire/portal-steps.ts'
import { RawClient } from '../test/wire/raw-client.ts'
import { withScratchDatabase } from './oracle.ts'

const DATABASE = 'record_portals'

await withScratchDatabase(DATABASE, async ({ port, username }) => {
  const client = await RawClient.login(Number(port), username, DATABASE)
  const answers: string[] = []
  for (const step of PORTAL_STEPS) {
    client.send(...step)
    answers.push(shown(await client.until('Z')))
  }
  client.close()
  writeFileSync('test/wire/portals.recorded.json', `${JSON.stringify(answers, null, 1)}\n`)
})
