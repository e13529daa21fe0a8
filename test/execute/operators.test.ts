/** Every operator over small and larger inputs, with storage that suspends before each batch. */
import { describe, expect, test } from 'vitest'
import type { Oid } from '../../src/sql/catalog/catalog.ts'
import type { Expression } from '../../src/sql/plan/expression.ts'
import type { JoinNode, JoinType, PlanNode } from '../../src/sql/plan/plan-node.ts'
import { PgArray } from '../../src/sql/types/value-classes.ts'
import type { Datum } from '../../src/storage/vector.ts'
import { MemoryAccess } from './memory-access.ts'
import {
  aggregate,
  bool,
  by,
  call,
  column,
  constant,
  MemorySpill,
  op,
  parameter,
  ref,
  run,
  table,
  typeOf,
} from './plan-builder.ts'

const access = new MemoryAccess({ suspends: true })
const int = (value: number | null) => constant(value, 'int4')
const small = table(access, { a: 'int4', b: 'text' }, [
  [1, 'one'],
  [2, 'two'],
  [3, null],
  [null, 'none'],
  [2, 'zwei'],
])
const other = table(access, { x: 'int4', y: 'text' }, [
  [2, 'B'],
  [2, 'C'],
  [4, 'D'],
  [null, 'N'],
])
const many = table(
  access,
  { id: 'int4', g: 'int4', f: 'float8', t: 'text' },
  Array.from({ length: 5000 }, (_, i) => [i, i % 7, i / 2, `t${(i * 7919) % 5000}`]),
)

function sorted(rows: (Datum | null)[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

function project(input: PlanNode, ...expressions: Expression[]): PlanNode {
  const output = expressions.map((expression) => ({
    ...column('c', 'int4'),
    type: expression.type,
  }))
  return { kind: 'project', input, expressions, output }
}

describe('scan, filter, project', () => {
  test('a filter keeps what is true, not what is null', () => {
    const plan: PlanNode = {
      kind: 'filter',
      input: small,
      condition: op('>', ref(small.c['a']), int(1)),
      output: small.output,
    }
    expect(run(plan, access)).toEqual([
      [2, 'two'],
      [3, null],
      [2, 'zwei'],
    ])
  })
  test('the scan filters by itself, over many batches', () => {
    const plan: PlanNode = {
      ...many,
      filter: bool('and', op('<', ref(many.c['id']), int(3000)), op('=', ref(many.c['g']), int(3))),
    }
    expect(run(plan, access)).toHaveLength(429)
  })
  test('AND and CASE do not evaluate what is not reached', () => {
    const x = ref(many.c['g'])
    const safe = bool('and', op('<>', x, int(0)), op('>', op('/', int(6), x), int(1)))
    expect(run({ ...many, filter: safe }, access)).toHaveLength(2143)
    const kase: Expression = {
      kind: 'case',
      branches: [{ when: op('<>', x, int(0)), then: op('/', int(6), x) }],
      otherwise: int(-1),
      type: typeOf('int4'),
      typmod: -1,
      collation: 0 as Oid,
    }
    expect(run(project(many, kase), access).slice(0, 4)).toEqual([[-1], [6], [3], [2]])
  })
  test('parameters come with the execution', () => {
    const plan: PlanNode = { ...small, filter: op('=', ref(small.c['a']), parameter(0, 'int4')) }
    expect(run(plan, access, { parameters: [2] })).toHaveLength(2)
    expect(run(plan, access, { parameters: [null] })).toHaveLength(0)
  })
  test('IN over a constant list is three-valued', () => {
    const list = constant(new PgArray([1, null]), 'int4[]')
    const equals = op('=', int(1), int(1))
    if (equals.kind !== 'call') throw new Error('a call')
    const test: Expression = {
      kind: 'arrayComparison',
      procedure: equals.procedure,
      operator: equals.operator as Oid,
      quantifier: 'any',
      left: ref(small.c['a']),
      array: list,
      inputCollation: 0 as Oid,
      type: typeOf('bool'),
      typmod: -1,
      collation: 0 as Oid,
    }
    expect(run(project(small, test), access).flat()).toEqual([true, null, null, null, null])
  })
  test('division by zero is raised where it is reached', () => {
    expect(() => run(project(small, op('/', ref(small.c['a']), int(0))), access)).toThrow(
      'division by zero',
    )
  })
})

describe('joins', () => {
  function joined(type: JoinType, more: Partial<JoinNode> = {}, hash = true): string[] {
    const [left, right] = [ref(small.c['a']), ref(other.c['x'])]
    const equals = op('=', left, right)
    const output =
      type === 'semi' || type === 'anti' ? small.output : [...small.output, ...other.output]
    const plan: JoinNode = {
      kind: 'join',
      type,
      left: small,
      right: other,
      output,
      ...(hash
        ? {
            keys: [
              { left, right, procedure: equals.kind === 'call' ? equals.procedure : (0 as Oid) },
            ],
          }
        : { condition: equals }),
      ...more,
    }
    return sorted(run(plan, access))
  }
  test.each(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const)(
    '%s: by hash as by loop',
    (type) => {
      const byHash = joined(type)
      expect(byHash).toEqual(joined(type, {}, false))
      const counts = { inner: 4, left: 7, right: 6, full: 9, semi: 2, anti: 3 }
      expect(byHash).toHaveLength(counts[type])
    },
  )
  test.each(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const)(
    '%s with a residual condition',
    (type) => {
      const residual = op('=', ref(other.c['y']), constant('B', 'text'))
      const looped = bool('and', op('=', ref(small.c['a']), ref(other.c['x'])), residual)
      expect(joined(type, { condition: residual })).toEqual(
        joined(type, { condition: looped }, false),
      )
    },
  )
  test('NOT IN with a null on the right keeps nothing', () => {
    expect(joined('anti', { nullAware: true })).toEqual([])
  })
  test('marks are three-valued', () => {
    const mark = column('m', 'bool')
    const rows = joined('semi', { mark, nullAware: true, output: [...small.output, mark] })
    expect(rows).toEqual(
      sorted([
        [1, 'one', null],
        [2, 'two', true],
        [2, 'zwei', true],
        [3, null, null],
        [null, 'none', null],
      ]),
    )
  })
  test('many to many over many batches', () => {
    const twin = {
      ...many,
      output: many.output.map((one) => ({ ...column(one.name, 'int4'), type: one.type })),
    }
    const left = ref(many.c['g'])
    const right = ref(twin.output[1])
    const plan: PlanNode = {
      kind: 'join',
      type: 'inner',
      left: { ...many, filter: op('<', ref(many.c['id']), int(700)) },
      right: twin,
      keys: [{ left, right, procedure: 0 as Oid }],
      output: [...many.output, ...twin.output],
    }
    const count: PlanNode = {
      kind: 'aggregate',
      input: plan,
      groups: [],
      aggregates: [aggregate('count()', [])],
      groupings: [],
      output: [column('n', 'int8')],
    }
    expect(run(count, access)).toEqual([[500000]])
  })
})

describe('grouping', () => {
  const grouped = (
    input: PlanNode,
    groups: Expression[],
    aggregates: ReturnType<typeof aggregate>[],
    more = {},
  ): PlanNode => ({
    kind: 'aggregate',
    input,
    groups,
    aggregates,
    groupings: [],
    output: [...groups, ...aggregates].map((one) => ({ ...column('g', 'int4'), type: one.type })),
    ...more,
  })
  test('by a number', () => {
    const rows = run(
      grouped(
        many,
        [ref(many.c['g'])],
        [aggregate('count()', []), aggregate('sum(float8)', [ref(many.c['f'])])],
      ),
      access,
    )
    expect(rows).toHaveLength(7)
    expect(rows[0]).toEqual([0, 715, 893392.5])
    expect(rows.reduce((sum, row) => sum + (row[2] as number), 0)).toBe((4999 * 5000) / 4)
  })
  test('nulls make one group; several keys', () => {
    expect(run(grouped(small, [ref(small.c['a'])], [aggregate('count()', [])]), access)).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [null, 1],
    ])
    expect(
      run(
        grouped(small, [ref(small.c['a']), ref(small.c['b'])], [aggregate('count()', [])]),
        access,
      ),
    ).toHaveLength(5)
  })
  test('no rows: one row without groups, none with', () => {
    const none: PlanNode = { kind: 'empty', output: small.output }
    expect(
      run(
        grouped(none, [], [aggregate('count()', []), aggregate('sum(int4)', [ref(small.c['a'])])]),
        access,
      ),
    ).toEqual([[0, null]])
    expect(run(grouped(none, [ref(small.c['a'])], [aggregate('count()', [])]), access)).toEqual([])
  })
  test('count(*) of a table is its row count', () => {
    expect(run(grouped(many, [], [aggregate('count()', [])]), access)).toEqual([[5000]])
  })
  test('FILTER, DISTINCT and grouping sets', () => {
    const a = ref(small.c['a'])
    const filtered = aggregate('count()', [], { filter: op('>', a, int(1)) })
    const distinct = aggregate('count(any)', [a], { distinct: true })
    expect(run(grouped(small, [], [filtered, distinct]), access)).toEqual([[3, 3]])
    const sets = grouped(small, [a], [aggregate('count()', [])], {
      groupingSets: [[0], []],
      groupings: [
        { kind: 'grouping', groups: [0], type: typeOf('int4'), typmod: -1, collation: 0 },
      ],
    })
    expect(run(sets, access)).toEqual([
      [1, 1, 0],
      [2, 2, 0],
      [3, 1, 0],
      [null, 1, 0],
      [null, 5, 1],
    ])
  })
  test('spills groups beyond its memory', () => {
    const spill = new MemorySpill()
    const plan = grouped(many, [ref(many.c['t'])], [aggregate('sum(int4)', [ref(many.c['id'])])])
    const rows = run(plan, access, { memoryBytes: 60_000, spill })
    expect(spill.appended).toBeGreaterThan(0)
    expect(spill.kept.size).toBe(0)
    expect(sorted(rows)).toEqual(sorted(run(plan, access)))
  })
  test('DISTINCT and set operations', () => {
    const as = project(small, ref(small.c['a']))
    const xs = project(other, ref(other.c['x']))
    expect(run({ kind: 'distinct', input: as, output: as.output }, access)).toEqual([
      [1],
      [2],
      [3],
      [null],
    ])
    const set = (operation: 'union' | 'intersect' | 'except', all: boolean) =>
      sorted(
        run(
          { kind: 'setOperation', operation, all, left: as, right: xs, output: as.output },
          access,
        ),
      )
    expect(set('union', true)).toHaveLength(9)
    expect(set('union', false)).toHaveLength(5)
    expect(set('intersect', false)).toEqual(['[2]', '[null]'])
    expect(set('intersect', true)).toEqual(['[2]', '[2]', '[null]'])
    expect(set('except', true)).toEqual(['[1]', '[3]'])
  })
})

describe('order', () => {
  const sortBy = (input: PlanNode, keys: ReturnType<typeof by>[], limit?: number): PlanNode => ({
    kind: 'sort',
    input,
    keys,
    output: input.output,
    ...(limit !== undefined && { limit: constant(limit, 'int8') }),
  })
  test('few rows, nulls at either end', () => {
    const a = ref(small.c['a'])
    expect(run(sortBy(small, [by(a)]), access).map((row) => row[1])).toEqual([
      'one',
      'two',
      'zwei',
      null,
      'none',
    ])
    expect(run(sortBy(small, [by(a, { descending: true })]), access).map((row) => row[1])).toEqual([
      'none',
      null,
      'two',
      'zwei',
      'one',
    ])
  })
  test.each([
    ['int', 'g'],
    ['float', 'f'],
    ['text', 't'],
  ])('many rows by %s, then by id descending', (_, name) => {
    const keys = [
      by(ref(many.c[name]), { descending: name === 'f' }),
      by(ref(many.c['id']), { descending: true }),
    ]
    const rows = run(sortBy(many, keys), access)
    const position = many.output.findIndex((one) => one.name === name)
    const sign = name === 'f' ? -1 : 1
    const wanted = run(many, access).sort((p, q) => {
      const [x, y] = [p[position] as number, q[position] as number]
      return x < y ? -sign : x > y ? sign : (q[0] as number) - (p[0] as number)
    })
    expect(rows).toEqual(wanted)
    expect(run(sortBy(many, keys, 10), access)).toEqual(wanted.slice(0, 10))
    const spill = new MemorySpill()
    expect(run(sortBy(many, keys), access, { memoryBytes: 50_000, spill })).toEqual(wanted)
    expect(spill.appended).toBeGreaterThan(2)
    expect(spill.kept.size).toBe(0)
  })
  test('LIMIT, OFFSET, WITH TIES', () => {
    const limit = (more: object): PlanNode => ({
      kind: 'limit',
      input: many,
      output: many.output,
      ...more,
    })
    const n = (value: number) => constant(value, 'int8')
    expect(run(limit({ limit: n(3), offset: n(2000) }), access).map((row) => row[0])).toEqual([
      2000, 2001, 2002,
    ])
    expect(() => run(limit({ limit: n(-1) }), access)).toThrow('LIMIT must not be negative')
    const tied = sortBy(many, [by(ref(many.c['g']))])
    expect(
      run(
        { ...limit({ limit: n(1), tiesBy: [by(ref(many.c['g']))] }), input: tied } as PlanNode,
        access,
      ),
    ).toHaveLength(715)
  })
})

describe('shared and correlated plans', () => {
  const a = ref(small.c['a'])
  const matching: PlanNode = project(
    { ...other, filter: op('=', ref(other.c['x']), a) },
    ref(other.c['y']),
  )
  const apply = (
    form: 'inner' | 'left' | 'scalar' | 'array' | 'exists' | 'semi' | 'anti',
    output = small.output,
  ): PlanNode => ({
    kind: 'apply',
    form,
    left: small,
    right: matching,
    correlation: [small.c['a'].id],
    output,
  })
  test('apply forms', () => {
    expect(run(apply('inner', [...small.output, ...matching.output]), access)).toHaveLength(4)
    expect(run(apply('left', [...small.output, ...matching.output]), access)).toHaveLength(7)
    expect(
      run(apply('exists', [...small.output, column('e', 'bool')]), access).map((row) => row[2]),
    ).toEqual([false, true, false, false, true])
    expect(run(apply('semi'), access)).toHaveLength(2)
    expect(run(apply('anti'), access)).toHaveLength(3)
    expect(() => run(apply('scalar', [...small.output, column('s', 'text')]), access)).toThrow(
      'more than one row returned',
    )
    const arrays = run(apply('array', [...small.output, column('s', 'text[]')]), access)
    expect((arrays[1][2] as PgArray).elements).toEqual(['B', 'C'])
  })
  test('WITH RECURSIVE counts', () => {
    const n = column('n', 'int4')
    const scan: PlanNode = {
      kind: 'cteScan',
      cte: 1,
      name: 'r',
      columns: [n.id],
      output: [column('n', 'int4')],
    }
    const inner: PlanNode = { ...scan, output: [column('n', 'int4')] } as PlanNode
    const step = project(
      {
        kind: 'filter',
        input: inner,
        condition: op('<', ref(inner.output[0]), int(3000)),
        output: inner.output,
      },
      op('+', ref(inner.output[0]), int(1)),
    )
    const initial: PlanNode = { kind: 'values', rows: [[int(1)]], output: [n] }
    const plan: PlanNode = {
      kind: 'with',
      input: scan,
      output: scan.output,
      ctes: [
        {
          id: 1,
          name: 'r',
          isModifying: false,
          plan: { kind: 'recursiveUnion', cte: 1, all: true, initial, step, output: [n] },
        },
      ],
    }
    expect(run(plan, access)).toHaveLength(3000)
  })
  test('set-returning functions', () => {
    const series = call('generate_series', ['int4', 'int4'], [int(1), int(2500)])
    const plan: PlanNode = {
      kind: 'functionScan',
      functions: [{ call: series, width: 1, spreads: false }],
      withOrdinality: true,
      output: [column('n', 'int4'), column('o', 'int8')],
    }
    const rows = run(plan, access)
    expect(rows[2499]).toEqual([2500, 2500])
    const set: PlanNode = {
      kind: 'projectSet',
      input: small,
      output: [column('a', 'int4'), column('n', 'int4')],
      expressions: [
        { expression: a, returnsSet: false },
        { expression: call('generate_series', ['int4', 'int4'], [int(1), a]), returnsSet: true },
      ],
    }
    expect(run(set, access)).toHaveLength(8)
  })
  test('spilling hash join', () => {
    const left = ref(many.c['t'])
    const twin = {
      ...many,
      output: many.output.map((one) => ({ ...column(one.name, 'int4'), type: one.type })),
    }
    const plan: PlanNode = {
      kind: 'join',
      type: 'full',
      left: many,
      right: { ...twin, filter: op('<', ref(twin.output[0]), int(4000)) },
      keys: [{ left, right: ref(twin.output[3]), procedure: 0 as Oid }],
      output: [...many.output, ...twin.output],
    }
    const spill = new MemorySpill()
    expect(sorted(run(plan, access, { memoryBytes: 50_000, spill }))).toEqual(
      sorted(run(plan, access)),
    )
    expect(spill.appended).toBeGreaterThan(10)
    expect(spill.kept.size).toBe(0)
  })
})
