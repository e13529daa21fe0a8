/**
 * Records how PostgreSQL 17 answers the conversations of test/wire/copy/copy-cases.json. Run after changing them:
 *
 *   node scripts/record-copy.ts           (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { writeFileSync } from 'node:fs'
import { COPY_CASES, COPY_SETUP, converse, query } from '../test/wire/copy/copy-conversation.ts'
import { RawClient } from '../test/wire/raw-client.ts'
import { withScratchDatabase } from './oracle.ts'

const DATABASE = 'record_copy'

await withScratchDatabase(DATABASE, async ({ port, username }) => {
  const client = await RawClient.login(Number(port), username, DATABASE)
  for (const statement of COPY_SETUP) await query(client, statement)
  const answers: (readonly string[])[] = []
  for (const one of COPY_CASES) answers.push(await converse(client, one))
  client.close()
  const lines = answers.map((answer) => JSON.stringify(answer)).join(',\n')
  writeFileSync('test/wire/copy/copy.recorded.json', `[\n${lines}\n]\n`)
})
