/**
 * Records what PostgreSQL 17 answers to the queries of test/queries, so that the tests need no server. Run after changing them:
 *
 *   node scripts/record-queries.ts           (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import '../src/sql/parse/libpg-query/load-in-node.ts'
import { splitStatements } from '../src/sql/parse/split-statements.ts'
import { withOracle } from './oracle.ts'

const DATABASES = [
  { name: 'chinook', script: 'demo/chinook.sql' },
  { name: 'northwind', script: '../shared/data/northwind.sql' },
]

/** All values as the text the server sends. */
const asText = { getTypeParser: () => (value: string) => value }

await withOracle(async (url) => {
  const admin = new pg.Client(url)
  await admin.connect()
  for (const { name, script } of DATABASES) {
    const database = `record_${name}`
    await admin.query(`DROP DATABASE IF EXISTS ${database}`)
    await admin.query(`CREATE DATABASE ${database}`)
    const client = new pg.Client({ connectionString: new URL(database, url).href, types: asText })
    await client.connect()
    for (const text of statementsOf(script)) {
      if (!/^\s*(create|drop)\s+database/im.test(text)) await client.query(text)
    }
    const answers = []
    for (const text of statementsOf(`test/queries/${name}.sql`)) {
      const { fields, rows } = await client.query({ text, rowMode: 'array' })
      answers.push({ columns: fields.map((field) => [field.name, field.dataTypeID]), rows })
    }
    writeFileSync(`test/queries/${name}.recorded.json`, `${JSON.stringify(answers, null, 1)}\n`)
    await client.end()
    await admin.query(`DROP DATABASE ${database}`)
  }
  await admin.end()
})

function statementsOf(file: string): readonly string[] {
  return splitStatements(readFileSync(file, 'utf8')).flatMap((part) =>
    part.kind === 'statement' ? [part.text] : [],
  )
}
