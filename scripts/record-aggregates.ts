/** Records PostgreSQL's answers to the aggregate calls of test/functions-a/aggregate-samples.ts. */
import { writeFileSync } from 'node:fs'
import pg from 'pg'
import { AGGREGATE_SAMPLES } from '../test/functions-a/aggregate-samples.ts'
import type { AggregateSample } from '../test/functions-a/aggregate-samples.ts'

const OUT = new URL('../test/functions-a/recorded/aggregates.json', import.meta.url)

function literal(text: string | null, type: string): string {
  return `${text === null ? 'null' : `'${text}'`}::pg_catalog."${type}"`
}

function queryOf({ signature, types, direct, rows }: AggregateSample): string {
  const name = signature.slice(0, signature.indexOf('('))
  const columns = types.slice(direct?.length ?? 0)
  const names = columns.map((_, i) => `c${i}`)
  const values = rows.map(
    (row) => `(${row.map((text, i) => literal(text, columns[i])).join(', ')})`,
  )
  const empty = `select ${columns.map((type, i) => `${literal(null, type)} as c${i}`).join(', ')} where false`
  const source = rows.length === 0 ? empty : `values ${values.join(', ')}`
  const call =
    direct === undefined
      ? `${name}(${names.join(', ')})`
      : `${name}(${direct.map((text, i) => literal(text, types[i])).join(', ')}) within group (order by ${names.join(', ')})`
  return `select case when x is null then null else format('%s', x) end, pg_typeof(x)::oid from (select ${call} as x from (${source}) t(${names.join(', ')})) y`
}

const client = new pg.Client()
await client.connect()
await client.query(`set timezone = 'UTC'`)
const recorded: unknown[] = []
for (const sample of AGGREGATE_SAMPLES) {
  try {
    const { rows } = await client.query({ text: queryOf(sample), rowMode: 'array' })
    recorded.push([rows[0][0], rows[0][1]])
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    recorded.push([[error.code, error.message], 0])
  }
}
writeFileSync(OUT, `[\n${recorded.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`)
console.log(`${recorded.length} aggregate calls`)
await client.end()
