/**
 * Records PostgreSQL's answers to calls of the functions in our library, for test/functions-a: every function whose
 * argument types have samples, over a spread of combinations. Needs a PostgreSQL 17 (environment variables PGHOST …).
 *
 *   node scripts/record-answers.ts [symbol…]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { registerGeneralFunctions } from '../src/sql/functions/general-functions.ts'
import { Functions } from '../src/sql/functions/registry.ts'
import { OVERRIDES, SAMPLES, SKIPPED } from '../test/functions-a/samples.ts'
import type { RecordedFunction } from '../test/functions-a/recorded-calls.ts'

const OUT = new URL('../test/functions-a/recorded/calls.json', import.meta.url)
/** Combinations of arguments kept for one function. */
const MAX_CASES = 48
const MAX_OVERRIDDEN_CASES = 400
/** Longer answers are dropped: a thousand digits prove no more than a hundred. */
const MAX_ANSWER = 200

interface Proc {
  readonly symbol: string
  readonly name: string
  readonly types: readonly string[]
  readonly result: string
}

const PROCS = `
  select case when l.lanname = 'internal' then p.prosrc
    else p.proname || '(' || (select string_agg(t.typname, ',' order by o) from unnest(p.proargtypes) with ordinality x(a, o) join pg_type t on t.oid = a) || ')' end as symbol,
    p.proname as name,
    array(select t.typname::text from unnest(p.proargtypes) with ordinality x(a, o) join pg_type t on t.oid = a order by o) as types,
    r.typname as result
  from pg_proc p join pg_type r on r.oid = p.prorettype join pg_language l on l.oid = p.prolang
  where p.pronamespace = 11 and p.prokind = 'f' and not p.proretset and p.pronargs > 0 and p.provariadic = 0
    and p.provolatile <> 'v' and l.lanname in ('internal', 'sql')
  order by symbol, p.oid`

const TRY = `
  create or replace function pg_temp.try(query text) returns text language plpgsql as $$
  declare answer text; code text; message text;
  begin
    execute query into answer;
    return to_json(answer)::text;
  exception when others then
    get stacked diagnostics code = returned_sqlstate, message = message_text;
    return json_build_array(code, message)::text;
  end $$`

/** A spread of index tuples: all of them when few, else evenly strided ones. */
function combinations(lists: readonly (readonly string[])[], max: number): string[][] {
  const total = lists.reduce((product, list) => product * list.length, 1)
  const count = Math.min(total, max)
  const chosen: string[][] = []
  for (let i = 0; i < count; i++) {
    let rest = Math.floor((i * total) / count)
    const tuple: string[] = []
    for (const list of lists) {
      tuple.push(list[rest % list.length])
      rest = Math.floor(rest / list.length)
    }
    chosen.push(tuple)
  }
  return chosen
}

function quote(text: string): string {
  return text.includes('\\')
    ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`
}

function queryOf(proc: Proc, args: readonly string[]): string {
  const written = args.map((arg, i) => `${quote(arg)}::pg_catalog."${proc.types[i]}"`)
  const call = `pg_catalog."${proc.name}"(${written.join(', ')})`
  return `select case when x is null then null else format('%s', x) end from (select ${call} as x) t`
}

async function record(client: pg.Client, proc: Proc): Promise<RecordedFunction> {
  const overrides = OVERRIDES[proc.symbol]
  const lists = proc.types.map((type, i) => overrides?.[i] ?? SAMPLES[type])
  const calls = combinations(lists, overrides === undefined ? MAX_CASES : MAX_OVERRIDDEN_CASES)
  const queries = calls.map((args) => queryOf(proc, args))
  const { rows } = await client.query<{ answer: string }>(
    'select pg_temp.try(q) as answer from unnest($1::text[]) with ordinality u(q, o) order by o',
    [queries],
  )
  return {
    symbol: proc.symbol,
    types: proc.types,
    result: proc.result,
    calls: calls
      .map((args, i) => [args, JSON.parse(rows[i].answer ?? 'null')] as const)
      .filter(([, answer]) => answer === null || answer.length <= MAX_ANSWER),
  }
}

const library = new Functions()
registerGeneralFunctions(library)
const wanted = new Set(process.argv.slice(2))
const client = new pg.Client()
await client.connect()
await client.query(TRY)
await client.query(`set standard_conforming_strings = on`)
const { rows } = await client.query<Proc>(PROCS)
const procs = rows.filter(
  ({ symbol, types }) =>
    !SKIPPED.has(symbol) &&
    library.findScalar(symbol) !== undefined &&
    types.every((type) => Object.hasOwn(SAMPLES, type)) &&
    (wanted.size === 0 || wanted.has(symbol)),
)
const previous: RecordedFunction[] = wanted.size === 0 ? [] : JSON.parse(readFileSync(OUT, 'utf8'))
const kept = previous.filter(({ symbol }) => !wanted.has(symbol))
for (const proc of procs) kept.push(await record(client, proc))
kept.sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0))
writeFileSync(OUT, `[\n${kept.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`)
console.log(
  `${kept.length} functions, ${kept.reduce((sum, entry) => sum + entry.calls.length, 0)} calls`,
)
await client.end()
