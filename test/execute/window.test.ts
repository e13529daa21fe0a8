/** Window functions: ranks, neighbours, and aggregates over every kind of frame. Expected values are PostgreSQL's. */
import { expect, test } from 'vitest'
import type { Oid } from '../../src/sql/catalog/catalog.ts'
import type { Expression, WindowCall } from '../../src/sql/plan/expression.ts'
import type { FrameBound, WindowNode } from '../../src/sql/plan/plan-node.ts'
import { MemoryAccess } from './memory-access.ts'
import { by, column, constant, ref, run, table, typeOf } from './plan-builder.ts'

const access = new MemoryAccess({ suspends: true })
// g a 1,2,2,3 / g b 5,null
const rows = table(access, { g: 'text', x: 'int4' }, [
  ['a', 2],
  ['b', 5],
  ['a', 1],
  ['a', 3],
  ['b', null],
  ['a', 2],
])
const x = ref(rows.c['x'])

function windowCall(signature: string, args: readonly Expression[], type: string): WindowCall {
  const isAggregate = /^(sum|count|array_agg)/.test(signature)
  return {
    kind: 'window',
    procedure: 0 as Oid,
    signature,
    args,
    isAggregate,
    inputCollation: 0 as Oid,
    type: typeOf(type),
    typmod: -1,
    collation: 0 as Oid,
  }
}

function results(call: WindowCall, frame: Partial<WindowNode['frame']> = {}, descending = false) {
  const plan: WindowNode = {
    kind: 'window',
    input: rows,
    partitionBy: [ref(rows.c['g'])],
    orderBy: [by(x, { descending })],
    frame: {
      mode: 'range',
      start: { kind: 'unboundedPreceding' },
      end: { kind: 'currentRow' },
      exclude: 'none',
      ...frame,
    },
    functions: [call],
    output: [...rows.output, { ...column('w', 'int8'), type: call.type }],
  }
  return run(plan, access).map((row) => row[2])
}

const preceding = (n: number): FrameBound => ({ kind: 'preceding', offset: constant(n, 'int8') })
const following = (n: number): FrameBound => ({ kind: 'following', offset: constant(n, 'int8') })
const current: FrameBound = { kind: 'currentRow' }
const last: FrameBound = { kind: 'unboundedFollowing' }
const sum = windowCall('sum(int4)', [x], 'int8')

test.each([
  ['row_number()', 'int8', [1, 2, 3, 4, 1, 2]],
  ['rank()', 'int8', [1, 2, 2, 4, 1, 2]],
  ['dense_rank()', 'int8', [1, 2, 2, 3, 1, 2]],
  ['percent_rank()', 'float8', [0, 1 / 3, 1 / 3, 1, 0, 1]],
  ['cume_dist()', 'float8', [0.25, 0.75, 0.75, 1, 0.5, 1]],
] as const)('%s', (signature, type, expected) => {
  expect(results(windowCall(signature, [], type))).toEqual(expected)
})

test('ntile, lag, lead, first, last and nth value', () => {
  expect(results(windowCall('ntile(int4)', [constant(3, 'int4')], 'int4'))).toEqual([
    1, 1, 2, 3, 1, 2,
  ])
  expect(results(windowCall('lag(anyelement)', [x], 'int4'))).toEqual([null, 1, 2, 2, null, 5])
  const lead = windowCall(
    'lead(anycompatible,int4,anycompatible)',
    [x, constant(2, 'int4'), constant(-1, 'int4')],
    'int4',
  )
  expect(results(lead)).toEqual([2, 3, -1, -1, -1, -1])
  expect(results(windowCall('first_value(anyelement)', [x], 'int4'))).toEqual([1, 1, 1, 1, 5, 5])
  expect(results(windowCall('last_value(anyelement)', [x], 'int4'))).toEqual([1, 2, 2, 3, 5, null])
  expect(
    results(windowCall('nth_value(anyelement,int4)', [x, constant(2, 'int4')], 'int4'), {
      end: last,
    }),
  ).toEqual([2, 2, 2, 2, null, null])
})

test('aggregates: default frame, whole partition, running rows', () => {
  expect(results(sum)).toEqual([1, 5, 5, 8, 5, 5])
  expect(results(sum, { end: last })).toEqual([8, 8, 8, 8, 5, 5])
  expect(results(sum, { mode: 'rows' })).toEqual([1, 3, 5, 8, 5, 5])
})

test('sliding frames by rows, groups and range', () => {
  expect(results(sum, { mode: 'rows', start: preceding(1), end: following(1) })).toEqual([
    3, 5, 7, 5, 5, 5,
  ])
  expect(results(sum, { mode: 'groups', start: preceding(1), end: current })).toEqual([
    1, 5, 5, 7, 5, 5,
  ])
  expect(results(sum, { mode: 'range', start: preceding(1), end: current })).toEqual([
    1,
    5,
    5,
    7,
    5,
    null,
  ])
  expect(results(sum, { mode: 'range', start: preceding(1), end: following(1) }, true)).toEqual([
    7,
    8,
    8,
    5,
    null,
    5,
  ])
  expect(results(sum, { mode: 'rows', start: following(2), end: following(9) })).toEqual([
    5,
    3,
    null,
    null,
    null,
    null,
  ])
})

test('exclusions', () => {
  const whole = { mode: 'rows', start: { kind: 'unboundedPreceding' }, end: last } as const
  expect(results(sum, { ...whole, exclude: 'currentRow' })).toEqual([7, 6, 6, 5, null, 5])
  expect(results(sum, { ...whole, exclude: 'group' })).toEqual([7, 4, 4, 5, null, 5])
  expect(results(sum, { ...whole, exclude: 'ties' })).toEqual([8, 6, 6, 8, 5, 5])
})

test('a negative offset is refused', () => {
  expect(() => results(sum, { mode: 'rows', start: preceding(-1), end: current })).toThrow(
    'frame starting offset must not be negative',
  )
})
