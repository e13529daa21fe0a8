/** Parse speed, ours beside pgsql-ast-parser, the pure JavaScript alternative: `node bench/parse.ts`. */
import { parse as peerParse } from 'pgsql-ast-parser'
import '../src/sql/parse/libpg-query/load-in-node.ts'
import { parse } from '../src/sql/parse/parse.ts'

const rows = (count: number): string =>
  Array.from({ length: count }, (_, i) => `(${i}, 'name ${i}', 1.5, null, true)`).join(', ')

const STATEMENTS: readonly (readonly [string, string])[] = [
  ['point select', 'select id, name from users where id = $1'],
  ['insert', 'insert into users (id, name, email) values ($1, $2, $3) returning id'],
  [
    'join and aggregate',
    `select c.name, sum(o.total) as total, count(*) from customers c join orders o on o.customer = c.id
     left join items i on i.order_id = o.id where o.placed > '2024-01-01' and c.region in ('a', 'b')
     group by c.name having count(*) > 3 order by total desc limit 10`,
  ],
  ['create table', 'create table t (id bigint primary key, name text not null, tags text[])'],
  ['100-row insert', `insert into t values ${rows(100)}`],
  ['500-row insert', `insert into t values ${rows(500)}`],
]

/** Median time of a call in microseconds, after a warm-up. */
function medianUs(action: () => unknown, budgetMs: number): number {
  const samples: number[] = []
  const end = performance.now() + budgetMs
  while (performance.now() < end || samples.length < 5) {
    const start = performance.now()
    action()
    samples.push((performance.now() - start) * 1000)
  }
  samples.splice(0, samples.length >> 2)
  samples.sort((a, b) => a - b)
  return samples[samples.length >> 1] ?? Number.NaN
}

for (const [name, sql] of STATEMENTS) {
  const ours = medianUs(() => parse(sql), 400)
  const peer = medianUs(() => peerParse(sql), 400)
  const ratio = (peer / ours).toFixed(1)
  console.log(
    `${name.padEnd(20)} ours ${ours.toFixed(1)} µs  peer ${peer.toFixed(1)} µs  ${ratio}x`,
  )
}
