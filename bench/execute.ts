/** How fast the executor is on its own: typical analytical shapes over rows that are already in memory. Prints milliseconds. */
import { prepare } from '../src/sql/execute/build-operator.ts'
import type { Oid } from '../src/sql/catalog/catalog.ts'
import type { Expression } from '../src/sql/plan/expression.ts'
import type { PlanNode } from '../src/sql/plan/plan-node.ts'
import { MemoryAccess } from '../test/execute/memory-access.ts'
import {
  aggregate,
  by,
  column,
  constant,
  contextOf,
  environment,
  op,
  parameter,
  ref,
  table,
} from '../test/execute/plan-builder.ts'

const ROWS = 100_000
const RUNS = Number(process.env['RUNS'] ?? 15)
const only = process.argv[2]
const access = new MemoryAccess()
let seed = 1
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647

const kv = table(
  access,
  { id: 'int4', a: 'text', b: 'int4', c: 'float8', ts: 'timestamptz' },
  Array.from({ length: ROWS }, (_, i) => [
    i,
    `name-${Math.floor(random() * 1e6)}`,
    i % 1000,
    random() * 1000,
    i * 1e6,
  ]),
)
const small = table(
  access,
  { k: 'int4', w: 'int4' },
  Array.from({ length: 10_000 }, (_, i) => [i * 3, i % 10]),
)
const items = table(
  access,
  {
    flag: 'text',
    status: 'text',
    quantity: 'float8',
    price: 'float8',
    discount: 'float8',
    tax: 'float8',
    ship: 'date',
  },
  Array.from({ length: 60_000 }, () => [
    'ANR'[Math.floor(random() * 3)],
    'OF'[Math.floor(random() * 2)],
    Math.ceil(random() * 50),
    random() * 1e5,
    random() / 10,
    random() / 12,
    -2000 + Math.floor(random() * 2500),
  ]),
)

function group(
  input: PlanNode,
  groups: Expression[],
  aggregates: ReturnType<typeof aggregate>[],
): PlanNode {
  const output = [...groups, ...aggregates].map((one) => ({
    ...column('o', 'int4'),
    type: one.type,
  }))
  return { kind: 'aggregate', input, groups, aggregates, groupings: [], output }
}

const { id, a, b, c } = kv.c
const joined: PlanNode = {
  kind: 'join',
  type: 'inner',
  left: kv,
  right: small,
  output: [...kv.output, ...small.output],
  keys: [{ left: ref(id), right: ref(small.c['k']), procedure: 65 as Oid }],
}
const one = constant(1, 'float8')
const discounted = op('*', ref(items.c['price']), op('-', one, ref(items.c['discount'])))
const sum = (x: Expression) => aggregate('sum(float8)', [x])
const avg = (x: Expression) => aggregate('avg(float8)', [x])
const i = items.c
const sort = (keys: ReturnType<typeof by>[], limit?: number): PlanNode => ({
  kind: 'sort',
  input: kv,
  keys,
  output: kv.output,
  ...(limit !== undefined && { limit: constant(limit, 'int8') }),
})

const shapes: Record<string, { readonly plan: PlanNode; readonly bar: number }> = {
  'GROUP BY b: count, sum, avg': {
    plan: group(kv, [ref(b)], [aggregate('count()', []), sum(ref(c)), avg(ref(c))]),
    bar: 4,
  },
  'hash join 100k x 10k, GROUP BY': {
    plan: group(joined, [ref(small.c['w'])], [aggregate('count()', []), sum(ref(c))]),
    bar: 6,
  },
  'sort by c, top 100': { plan: sort([by(ref(c), { descending: true })], 100), bar: 5 },
  'sort by c, all': { plan: sort([by(ref(c))]), bar: 60 },
  'sort by a (text), all': { plan: sort([by(ref(a))]), bar: 60 },
  'TPC-H Q1 shape, 60k': {
    plan: group(
      { ...items, filter: op('<=', ref(i['ship']), constant(300, 'date')) },
      [ref(i['flag']), ref(i['status'])],
      [
        sum(ref(i['quantity'])),
        sum(ref(i['price'])),
        sum(discounted),
        sum(op('*', discounted, op('+', one, ref(i['tax'])))),
        avg(ref(i['quantity'])),
        avg(ref(i['price'])),
        avg(ref(i['discount'])),
        aggregate('count()', []),
      ],
    ),
    bar: 8,
  },
  'filter b = 7 and sum': {
    plan: group({ ...kv, filter: op('=', ref(b), constant(7, 'int4')) }, [], [sum(ref(c))]),
    bar: 2,
  },
  'GROUP BY a (text)': { plan: group(kv, [ref(a)], [aggregate('count()', [])]), bar: 60 },
}

function drain(plan: ReturnType<typeof prepare>, parameters: readonly number[] = []): number {
  let rows = 0
  for (const item of plan.run(contextOf(access, { parameters, memoryBytes: 1e9 })))
    if (item.kind === 'batch') rows += item.length
  return rows
}

for (const [name, { plan, bar }] of Object.entries(shapes)) {
  if (only !== undefined && !name.includes(only)) continue
  const prepared = prepare(plan, environment)
  const times: number[] = []
  let rows = 0
  for (let k = 0; k < RUNS; k++) {
    const start = performance.now()
    rows = drain(prepared)
    times.push(performance.now() - start)
  }
  times.sort((x, y) => x - y)
  const median = times[times.length >> 1]
  console.log(
    `${name.padEnd(34)} ${median.toFixed(2).padStart(8)} ms  (bar ${bar}, best ${times[0].toFixed(2)}) ${rows} rows ${median <= bar ? '' : 'OVER'}`,
  )
}

if (only === undefined || 'point'.includes(only)) {
  const point: PlanNode = {
    kind: 'project',
    input: {
      kind: 'values',
      rows: [[parameter(0, 'int4'), constant('x', 'text')]],
      output: [column('n', 'int4'), column('s', 'text')],
    },
    expressions: [],
    output: [column('r', 'int4'), column('s', 'text')],
  }
  const input = point.input
  const expressions = [op('+', ref(input.output[0]), constant(1, 'int4')), ref(input.output[1])]
  const prepared = prepare({ ...point, expressions }, environment)
  for (let k = 0; k < 20_000; k++) drain(prepared, [k])
  const start = performance.now()
  for (let k = 0; k < 100_000; k++) drain(prepared, [k])
  console.log(
    `one row through values and project ${((performance.now() - start) / 100).toFixed(2).padStart(8)} µs`,
  )
}
