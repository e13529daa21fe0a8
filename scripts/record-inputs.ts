/** Records how PostgreSQL reads and prints the texts of test/functions-a/input-samples.ts. */
import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { INPUT_SAMPLES } from '../test/functions-a/input-samples.ts'

const OUT = new URL('../test/functions-a/recorded/inputs.json', import.meta.url)
const client = new pg.Client()
await client.connect()
const recorded: unknown[] = []
for (const { type, sql, texts } of INPUT_SAMPLES) {
  for (const text of texts) {
    const literal = `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    try {
      recorded.push(await readBack(sql ?? `pg_catalog."${type}"`, literal))
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error
      await client.query('rollback')
      recorded.push([error.code, error.message, error.detail ?? null])
    }
  }
}

/** Through a column, so that the type's modifier applies as in an assignment. */
async function readBack(sqlType: string, literal: string): Promise<string> {
  await client.query('begin')
  await client.query(`create temp table t(a ${sqlType}) on commit drop`)
  await client.query(`insert into t values (${literal})`)
  const { rows } = await client.query(`select format('%s', a) as x from t`)
  await client.query('rollback')
  return rows[0].x
}

writeFileSync(OUT, `[\n${recorded.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`)
console.log(`${recorded.length} inputs`)
await client.end()
