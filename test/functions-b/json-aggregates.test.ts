/** json_agg and its kin over groups, with the layout PostgreSQL gives their text. */
import { expect, test } from 'vitest'
import { vectorOf, type Datum } from '../../src/storage/vector.ts'
import { builtinCatalog } from '../../src/sql/catalog/load-catalog.ts'
import type { Oid } from '../../src/sql/catalog/catalog.ts'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import { createTypeIo } from '../../src/sql/types/type-io-library.ts'
import { printJsonb } from '../../src/sql/types/json/jsonb-value.ts'
import { Jsonb, PgArray } from '../../src/sql/types/value-classes.ts'
import { testSession } from './evaluate-case.ts'

const catalog = builtinCatalog()
const library = createFunctionLibrary()
const INT4 = 23 as Oid
const INT4_ARRAY = 1007 as Oid
const TEXT = 25 as Oid

function aggregate(signature: string, types: Oid[], ...columns: (Datum | null)[][]) {
  const make = library.findAggregate(signature)
  if (make === undefined) throw new Error(`no aggregate ${signature}`)
  const accumulator = make({
    session: testSession({}),
    catalog,
    io: createTypeIo(),
    argumentTypes: types,
    resultType: TEXT,
    locale: undefined,
    memo: new Map(),
  })
  const vectors = columns.map((data, i) => vectorOf(catalog.type(types[i] ?? INT4).kind, data))
  const n = columns[0]?.length ?? 0
  accumulator.grow(2)
  accumulator.add(
    Int32Array.from({ length: n }, (_, i) => (i === 1 ? -1 : 0)),
    vectors,
    n,
  )
  const result = accumulator.finish(2)
  if (result.kind !== 'text' && result.kind !== 'datum') throw new Error('text or datum expected')
  return Array.from({ length: 2 }, (_, i) => {
    const value = result.values[i] ?? null
    return value instanceof Jsonb ? printJsonb(value.root) : value
  })
}

test('json_agg keeps nulls, skips filtered rows, and gives null for an empty group', () => {
  expect(aggregate('json_agg(anyelement)', [INT4], [1, 2, null, 4])).toEqual(['[1, null, 4]', null])
  expect(aggregate('json_agg_strict(anyelement)', [INT4], [1, 2, null])).toEqual(['[1]', null])
  expect(aggregate('jsonb_agg(anyelement)', [TEXT], ['a', 'b', 'c'])).toEqual(['["a", "c"]', null])
})

test('json_agg puts nested values on lines of their own', () => {
  const arrays = [new PgArray([1, 2]), new PgArray([]), new PgArray([3])]
  expect(aggregate('json_agg(anyelement)', [INT4_ARRAY], arrays)).toEqual(['[[1,2], \n [3]]', null])
})

test('objects', () => {
  const keys = ['b', 'x', 'a', 'b']
  const types = [TEXT, INT4]
  expect(aggregate('json_object_agg(any,any)', types, keys, [1, 2, null, 4])).toEqual([
    '{ "b" : 1, "a" : null, "b" : 4 }',
    null,
  ])
  expect(aggregate('jsonb_object_agg(any,any)', types, keys, [1, 2, null, 4])).toEqual([
    '{"a": null, "b": 4}',
    null,
  ])
  expect(() => aggregate('jsonb_object_agg_unique(any,any)', types, keys, [1, 2, 3, 4])).toThrow(
    'duplicate JSON object key value',
  )
})
