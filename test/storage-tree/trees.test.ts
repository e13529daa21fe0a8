/** Shapes of trees: growing, shrinking, skipping, spilling, and what breaks is named. */
import { describe, expect, it } from 'vitest'
import type { TreeId, TreeSchema, ZoneFilter } from '../../src/storage/access.ts'
import { checkIndex } from '../../src/storage/check/check-index.ts'
import { checkRoots } from '../../src/storage/check/check-roots.ts'
import { BranchCounters } from '../../src/storage/transaction/branch-counters.ts'
import { touchedTrees } from '../../src/storage/transaction/commit-transaction.ts'
import { Transaction } from '../../src/storage/transaction/transaction.ts'
import { dirtyNodes } from '../../src/storage/tree/checkpoint.ts'
import { PersistentMap } from '../../src/storage/tree/persistent-map.ts'
import { EMPTY_ROOTS } from '../../src/storage/tree/tree-root.ts'
import { batch, vectorOf } from '../../src/storage/vector.ts'
import type { Batch, Datum } from '../../src/storage/vector.ts'
import { BOX_CODEC, ForgetfulPages, IN_MEMORY, collect, randomOf, rowsOf, run } from './harness.ts'

const TABLE = 1 as TreeId
const INDEX = 2 as TreeId
const SCHEMA: TreeSchema = { kind: 'table', columns: ['int32', 'text'] }

function numbered(from: number, count: number): Batch {
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  const texts = numbers.map((n) => `row ${String(n).padStart(8, '0')}`)
  return batch([vectorOf('int32', numbers), vectorOf('text', texts)], count)
}

function filled(count: number, context = IN_MEMORY): Transaction {
  const transaction = new Transaction(EMPTY_ROOTS, context, new BranchCounters())
  transaction.createTree(TABLE, SCHEMA)
  for (let at = 0; at < count; at += 1000) {
    run(transaction.insert(TABLE, numbered(at, Math.min(1000, count - at))))
  }
  return transaction
}

describe('trees', () => {
  it('appended leaves are full, and so are the nodes above', () => {
    const root = filled(300_000).snapshot().trees.get(TABLE)!
    expect(root.height).toBe(2)
    const sizes: number[] = []
    for (const { node } of dirtyNodes({
      ...EMPTY_ROOTS,
      trees: PersistentMap.empty<typeof root>().set(1, root),
    })) {
      if (node.kind === 'leaf') sizes.push(node.length)
    }
    expect(sizes.slice(0, -1).every((size) => size === 1024)).toBe(true)
  })

  it('shrink again, to nothing', () => {
    const transaction = filled(50_000)
    const random = randomOf(5)
    let ids = Float64Array.from({ length: 50_000 }, (_, i) => i + 1)
    while (ids.length > 0) {
      const keep = ids.filter(() => random() < 0.6)
      const kept = new Set(ids.length < 50 ? [] : keep)
      run(
        transaction.delete(
          TABLE,
          ids.filter((id) => !kept.has(id)),
        ),
      )
      ids = ids.filter((id) => kept.has(id))
      run(checkRoots(transaction.snapshot(), IN_MEMORY))
      let leaves = 0
      for (const { node } of dirtyNodes(transaction.snapshot())) if (node.kind === 'leaf') leaves++
      expect(leaves).toBeLessThanOrEqual(Math.ceil(ids.length / 200) + 1)
    }
    expect(transaction.snapshot().trees.get(TABLE)!.top).toBeUndefined()
    run(transaction.insert(TABLE, numbered(0, 3)))
    expect(transaction.rowCount(TABLE)).toBe(3)
  })

  it('the n-th row is found by counts', () => {
    const transaction = filled(5000)
    run(transaction.delete(TABLE, [1, 2, 3, 2000]))
    expect(run(transaction.rowAtRank(TABLE, 0))).toBe(4)
    expect(run(transaction.rowAtRank(TABLE, 1996))).toBe(2001)
    expect(run(transaction.rowAtRank(TABLE, 4995))).toBe(5000)
    expect(run(transaction.rowAtRank(TABLE, 4996))).toBeUndefined()
  })

  it('statistics come from the root', () => {
    expect(filled(5000).statistics(TABLE)).toEqual({
      rowCount: 5000,
      columns: [
        { min: 0, max: 4999 },
        { min: 'row 00000000', max: 'row 00004999' },
      ],
    })
  })

  it('a scan does not see what is written while it runs', () => {
    const transaction = filled(3000)
    let seen = 0
    for (const item of transaction.scan(TABLE, { columns: [0], withRowId: true })) {
      if (item.kind !== 'batch') continue
      const ids = (item.columns[1]!.values as Float64Array).slice(0, item.length)
      const before = rowsOf([item])
      run(transaction.update(TABLE, ids, numbered(seen + 100_000, item.length)))
      run(transaction.insert(TABLE, numbered(0, item.length)))
      expect(rowsOf([item])).toEqual(before)
      seen += item.length
    }
    expect(seen).toBe(3000)
  })
})

const OPERATORS: Record<ZoneFilter['operator'], (a: Datum, b: Datum) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

describe('wide rows', () => {
  it('come in full batches though their leaves are small, in both directions', () => {
    const transaction = filled(0)
    const wide = (n: number): string => `${n}:`.padEnd(2000, 'w')
    const numbers = Array.from({ length: 3000 }, (_, i) => (i % 5 === 0 ? null : i))
    const texts = Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? null : wide(i)))
    const rows = batch([vectorOf('int32', numbers), vectorOf('text', texts)], 3000)
    run(transaction.insert(TABLE, rows))
    for (const reverse of [false, true]) {
      const batches = collect(
        transaction.scan(TABLE, { columns: [1, 0], withRowId: true, reverse }),
      )
      expect(batches.length).toBeLessThan(6)
      const expected = texts.map((text, i) => [text, numbers[i]!, i + 1])
      expect(rowsOf(batches)).toEqual(reverse ? expected.reverse() : expected)
    }
  })

  it('large values are read a few MB at a time', () => {
    const pages = new ForgetfulPages()
    const transaction = filled(0, { source: pages, codec: BOX_CODEC })
    const texts = Array.from({ length: 12 }, (_, i) => String(i).repeat(i < 10 ? 1_000_000 : 10))
    const rows = batch(
      [
        vectorOf(
          'int32',
          texts.map((_, i) => i),
        ),
        vectorOf('text', texts),
      ],
      12,
    )
    run(transaction.insert(TABLE, rows))
    pages.checkpoint(transaction.snapshot(), transaction.snapshot())
    const batches = collect(transaction.scan(TABLE, { columns: [1], reverse: true }), pages)
    expect(rowsOf(batches).flat()).toEqual(texts.toReversed())
    expect(batches.map((rows) => rows.length)).toEqual([4, 4, 4])
  })
})

describe('zone filters', () => {
  for (const [operator, holds] of Object.entries(OPERATORS)) {
    it(`skip pages and lose no row, ${operator}`, () => {
      const transaction = filled(20_000)
      const bounds = [-1, 0, 1023, 1024, 12_345, 19_999, 20_000]
      for (const [column, value] of bounds.flatMap((n): [number, Datum][] => [
        [0, n],
        [1, `row ${String(n).padStart(8, '0')}`],
      ])) {
        const filter = { column, operator: operator as ZoneFilter['operator'], value }
        const request = { columns: [column], zoneFilters: [filter] }
        const rows = rowsOf(collect(transaction.scan(TABLE, request))).flat() as Datum[]
        const all = rowsOf(
          collect(transaction.scan(TABLE, { columns: [column] })),
        ).flat() as Datum[]
        const matching = all.filter((datum) => holds(datum, value))
        expect(rows.filter((datum) => holds(datum, value))).toEqual(matching)
        expect(rows.length).toBeLessThanOrEqual(matching.length + 2048)
      }
    })
  }
})

it('min and max put NaN above every number', () => {
  const table = 5 as TreeId
  for (const [values, min, max] of [
    [[Infinity, NaN], Infinity, NaN],
    [[NaN, Infinity], Infinity, NaN],
    [[NaN], NaN, NaN],
    [[NaN, -Infinity, null, 3], -Infinity, NaN],
    [[-Infinity], -Infinity, -Infinity],
  ] as const) {
    const transaction = filled(0)
    transaction.createTree(table, { kind: 'table', columns: ['float64'] })
    run(transaction.insert(table, batch([vectorOf('float64', values)], values.length)))
    expect(transaction.statistics(table).columns).toEqual([{ min, max }])
    const filter = { column: 0, operator: '=' as const, value: values[0] }
    const scan = transaction.scan(table, { columns: [0], zoneFilters: [filter] })
    expect(rowsOf(collect(scan)).length).toBe(values.length)
  }
})

describe('a giant transaction', () => {
  it('spills its pages and goes on', () => {
    const pages = new ForgetfulPages()
    const context = { source: pages, codec: BOX_CODEC }
    const transaction = filled(20_000, context)
    expect(transaction.unspilledBytes).toBeGreaterThan(20_000 * 12)
    const touched = touchedTrees(transaction.writeSet)
    expect([...dirtyNodes(transaction.snapshot(), new Set([INDEX]))]).toEqual([])
    expect([...dirtyNodes(transaction.snapshot(), touched)].length).toBeGreaterThan(19)
    pages.checkpoint(transaction.snapshot(), transaction.snapshot())
    expect([...dirtyNodes(transaction.snapshot())]).toEqual([])
    run(transaction.insert(TABLE, numbered(20_000, 500)), pages)
    run(transaction.update(TABLE, [1, 10_000], numbered(7, 2)), pages)
    expect([...dirtyNodes(transaction.snapshot())].length).toBeLessThan(8)
    const rows = rowsOf(collect(transaction.scan(TABLE, { columns: [0] }), pages))
    expect(rows.length).toBe(20_500)
    expect([rows[0], rows[9999], rows[20_499]]).toEqual([[7], [8], [20_499]])
    run(checkRoots(transaction.snapshot(), context), pages)
  })
})

describe('a cache smaller than what is asked for', () => {
  it('slows a fetch of scattered rows, but it ends', () => {
    const pages = new ForgetfulPages()
    const transaction = filled(60_000, { source: pages, codec: BOX_CODEC })
    pages.checkpoint(transaction.snapshot(), transaction.snapshot())
    const ids = Array.from({ length: 200 }, (_, i) => 1 + ((i * 7919) % 60_000))
    const rows = rowsOf([run(transaction.fetch(TABLE, ids, [0]), pages)])
    expect(rows).toEqual(ids.map((id) => [id - 1, id]))
    expect(pages.asked).toBeLessThan(60_000)
  })
})

describe('limits', () => {
  it('a row of more than 64 MB is refused', () => {
    const transaction = filled(0)
    const text = 'x'.repeat(64 * 1024 * 1024 + 1)
    const rows = batch([vectorOf('int32', [1]), vectorOf('text', [text])], 1)
    expect(() => run(transaction.insert(TABLE, rows))).toThrow(
      expect.objectContaining({ code: '54000' }),
    )
  })
})

describe('checks name what is broken', () => {
  it('an index entry without a row', () => {
    const transaction = filled(10)
    transaction.createTree(INDEX, { kind: 'index', columns: ['int32'] })
    const ids = Array.from({ length: 10 }, (_, i) => i + 1)
    run(transaction.insertKeys(INDEX, batch([vectorOf('int32', ids)], 10), ids))
    const check = (): void => {
      const { trees } = transaction.snapshot()
      run(checkIndex(trees.get(TABLE)!, trees.get(INDEX)!, IN_MEMORY))
    }
    check()
    run(transaction.delete(TABLE, [4]))
    expect(check).toThrow('index 2 has 10 entries for 9 rows')
    run(transaction.insert(TABLE, numbered(1, 1)))
    expect(check).toThrow('index 2 has an entry for row 4, which does not exist')
  })

  it('a unique key twice', () => {
    const transaction = filled(0)
    transaction.createTree(INDEX, { kind: 'index', columns: ['int32'], unique: true })
    const insert = (key: number | null, id: number): void =>
      run(transaction.insertKeys(INDEX, batch([vectorOf('int32', [key])], 1), [id]))
    const check = (): void => run(checkRoots(transaction.snapshot(), IN_MEMORY))
    insert(null, 1)
    insert(null, 2)
    insert(5, 3)
    check()
    insert(5, 4)
    expect(check).toThrow('tree 2: rows 3 and 4 have the same key')
  })

  it('rows out of order, wrong counts', () => {
    const roots = filled(3000).snapshot()
    const top = roots.trees.get(TABLE)!.top!
    const damaged = (
      change: (node: Extract<typeof top.pointer, { kind: 'interior' }>) => void,
    ): (() => void) => {
      const fresh = filled(3000).snapshot()
      const pointer = fresh.trees.get(TABLE)!.top!.pointer
      if (!('kind' in pointer) || pointer.kind !== 'interior') throw new Error('grew otherwise')
      change(pointer)
      return () => run(checkRoots(fresh, IN_MEMORY))
    }
    expect(damaged((node) => node.children.reverse())).toThrow('tree 1: ')
    expect(damaged((node) => node.children.pop())).toThrow(
      'tree 1: children have 2048 rows, not 3000',
    )
    expect(
      damaged((node) => {
        const leaf = node.children[1]!.pointer
        if ('kind' in leaf && leaf.kind === 'leaf') leaf.rowIds[5] = 1
      }),
    ).toThrow('tree 1: row 1 is out of order')
  })
})

describe('PersistentMap', () => {
  it('agrees with Map, and old versions stay', () => {
    const random = randomOf(9)
    let map = PersistentMap.empty<{ n: number }>()
    const model = new Map<number, { n: number }>()
    const versions: [PersistentMap<{ n: number }>, number][] = []
    for (let step = 0; step < 3000; step++) {
      const bank = random() < 0.3 ? Math.floor(random() * 3) * 99_999 : 0
      const key = bank * 2 ** 32 + Math.floor(random() ** 4 * 2 ** 32)
      if (random() < 0.7) {
        map = map.set(key, { n: step })
        model.set(key, { n: step })
      } else {
        map = map.delete(key)
        model.delete(key)
      }
      expect(map.size).toBe(model.size)
      expect(map.get(key)).toEqual(model.get(key))
      if (step % 500 === 0) versions.push([map, map.size])
    }
    expect([...map.entries()]).toEqual([...model].sort((a, b) => a[0] - b[0]))
    for (const [version, size] of versions) expect([...version.entries()].length).toBe(size)
  })

  it('changes in place for an owner what it has copied for it, and nothing else', () => {
    const before = PersistentMap.empty<{ n: number }>().set(1, { n: 1 }).set(70_000, { n: 2 })
    const owner = {}
    let after = before
    for (let n = 0; n < 100; n++) after = after.set(n * 700, { n }, owner)
    const later = after.set(1, { n: -1 }, {})
    expect([...before.entries()]).toEqual([
      [1, { n: 1 }],
      [70_000, { n: 2 }],
    ])
    expect(after.size).toBe(102)
    expect([after.get(1), later.get(1), later.get(700)]).toEqual([{ n: 1 }, { n: -1 }, { n: 1 }])
  })
})
