/**
 * Asks a real PostgreSQL for the answers that test/functions-b compares ours with.
 *
 *   node scripts/record-answers-b.ts <connection string> [name of a case file …]
 *
 * Cases are lines of test/functions-b/cases/*.txt, see test/functions-b/case-file.ts; answers go to
 * test/functions-b/recorded/*.json.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { parseCases, type Answer, type Case } from '../test/functions-b/case-file.ts'

const CASES = new URL('../test/functions-b/cases/', import.meta.url)
const RECORDED = new URL('../test/functions-b/recorded/', import.meta.url)

/** The output function's text: a cast to text prints some types differently. */
const PRINTED = `case when num_nulls(r) = 1 then null else format('%s', r) end`

function literal({ type, text }: { type: string; text: string | null }): string {
  return text === null ? `null::${type}` : `${pg.escapeLiteral(text)}::${type}`
}

/** The SQL of a case: its answer comes as (text, type) rows. */
async function sqlOf(client: pg.Client, one: Case): Promise<string> {
  if (one.kind === 'io') return `select ${PRINTED}, 0 from (select ${literal(one.value)} r) s`
  const { rows } = await client.query(
    `select quote_ident(proname) as name, provariadic <> 0 and provariadic <> '"any"'::regtype as variadic from pg_proc
      where prosrc = $1 and (pronargs = $2 or provariadic <> 0) order by pronargs = $2 desc, oid`,
    [one.symbol, one.args.length],
  )
  const found = rows[0]
  if (found === undefined) throw new Error(`no function ${one.symbol} with ${one.args.length}`)
  const args = one.args.map(literal)
  if (found.variadic) args.push(`variadic ${args.pop()}`)
  const call = `pg_catalog.${found.name}(${args.join(', ')})`
  return `select ${PRINTED}, pg_typeof(r)::oid::int from (select ${call} r offset 0) s`
}

async function answer(client: pg.Client, one: Case): Promise<Answer> {
  const sql = await sqlOf(client, one)
  await client.query('begin')
  try {
    for (const [name, value] of Object.entries(one.settings)) {
      await client.query('select set_config($1, $2, true)', [name, value])
    }
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    const type = rows[0]?.[1] ?? 0
    return { line: one.line, rows: rows.map((row: unknown[]) => row[0] as string | null), type }
  } catch (error) {
    const { code, message, detail, hint } = error as pg.DatabaseError
    if (code === undefined || (code.startsWith('42') && !one.mayNotResolve)) {
      console.error(`${one.line}: ${message}`)
    }
    return { line: one.line, error: { code: code ?? '', message, detail, hint } }
  } finally {
    await client.query('rollback')
  }
}

const [connectionString, ...names] = process.argv.slice(2)
const client = new pg.Client({ connectionString })
await client.connect()
for (const file of readdirSync(CASES)) {
  const name = file.replace(/\.txt$/, '')
  if (names.length > 0 && !names.includes(name)) continue
  const answers: Answer[] = []
  for (const one of parseCases(readFileSync(new URL(file, CASES), 'utf8'))) {
    answers.push(await answer(client, one))
  }
  const lines = answers.map((one) => JSON.stringify(one)).join(',\n')
  writeFileSync(new URL(`${name}.json`, RECORDED), `[\n${lines}\n]\n`)
  console.log(`${name}: ${answers.length} answers`)
}
await client.end()
