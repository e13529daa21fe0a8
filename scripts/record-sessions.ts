/**
 * Records what PostgreSQL 17 answers to the scripts of test/session, statement by statement: rows, tags, notices and errors with all
 * their fields. Run after changing them:
 *
 *   node scripts/record-sessions.ts           (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import '../src/sql/parse/libpg-query/load-in-node.ts'
import type { RecordedAnswer } from '../test/session/recorded-answer.ts'
import { messagesOf } from '../test/session/script-messages.ts'
import { withOracle } from './oracle.ts'

const FOLDER = 'test/session'
const DATABASE = 'record_sessions'
/** All values as the text the server sends. */
const asText = { getTypeParser: () => (value: string) => value }

await withOracle(async (url) => {
  const admin = new pg.Client(url)
  await admin.connect()
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.sql'))) {
    await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
    await admin.query(`CREATE DATABASE ${DATABASE}`)
    const connectionString = new URL(DATABASE, url).href
    const client = new pg.Client({ connectionString, types: asText })
    await client.connect()
    const answers: RecordedAnswer[] = []
    for (const text of messagesOf(readFileSync(`${FOLDER}/${file}`, 'utf8'))) {
      answers.push(await ask(client, text))
    }
    await client.end()
    writeFileSync(
      `${FOLDER}/${file.replace('.sql', '.recorded.json')}`,
      `[\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`,
    )
  }
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.end()
})

async function ask(client: pg.Client, text: string): Promise<RecordedAnswer> {
  try {
    const answered: unknown = await client.query({ text, rowMode: 'array' })
    const results = (Array.isArray(answered) ? answered : [answered]) as pg.QueryArrayResult[] // pg's own shape
    return {
      results: results.map(({ command, rowCount, fields, rows }) => ({
        command: rowCount === null ? command : `${command} ${rowCount}`,
        columns: fields.map(({ name }) => name),
        rows: rows as (string | null)[][], // asText makes them so
      })),
    }
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    const { code = '', message, detail, hint, position } = error
    return { error: { code, message, detail, hint, position } }
  }
}
