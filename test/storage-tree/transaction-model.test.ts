/** Random statements against a transaction and against sorted arrays; every seed replays. */
import { describe, expect, it } from 'vitest'
import type { Lsn, Savepoint, TreeId, TreeSchema } from '../../src/storage/access.ts'
import { SerializableTransactions } from '../../src/storage/serializable/serializable-transactions.ts'
import { BranchCounters } from '../../src/storage/transaction/branch-counters.ts'
import {
  mergeOntoNewest,
  sealCommit,
  touchedTrees,
} from '../../src/storage/transaction/commit-transaction.ts'
import {
  applyRecord,
  decodeLogRecord,
  encodeLogRecord,
} from '../../src/storage/transaction/log-record.ts'
import { Transaction } from '../../src/storage/transaction/transaction.ts'
import { EMPTY_ROOTS } from '../../src/storage/tree/tree-root.ts'
import type { BranchRoots } from '../../src/storage/tree/tree-root.ts'
import { compareCodePoints } from '../../src/storage/tree/key-order.ts'
import { checkRoots } from '../../src/storage/check/check-roots.ts'
import { batch, vectorOf } from '../../src/storage/vector.ts'
import type { Batch, ColumnKind, Datum } from '../../src/storage/vector.ts'
import { BOX_CODEC, Box, ForgetfulPages, collect, randomOf, rowsOf, run } from './harness.ts'
import type { Row } from './harness.ts'

const TABLE = 1000 as TreeId
const BY_TEXT = 1001 as TreeId
const BY_NUMBER = 1002 as TreeId
const KINDS: readonly ColumnKind[] = ['int64', 'text', 'int32', 'datum', 'bool', 'float64']
const TABLE_SCHEMA: TreeSchema = { kind: 'table', columns: KINDS }
const TEXT_SCHEMA: TreeSchema = {
  kind: 'index',
  columns: ['text', 'int32'],
  order: [
    { descending: true, nullsFirst: false },
    { descending: false, nullsFirst: true },
  ],
}
const NUMBER_SCHEMA: TreeSchema = {
  kind: 'index',
  columns: ['int64'],
  order: [{ descending: false, nullsFirst: false }],
}

class Model {
  rows = new Map<number, Row>()
  clone(): Model {
    const copy = new Model()
    copy.rows = new Map(this.rows)
    return copy
  }
  sorted(): [number, Row][] {
    return [...this.rows].sort((a, b) => a[0] - b[0])
  }
}

function randomRow(random: () => number): Row {
  const n = random()
  const wide = random() < 0.02
  return [
    n < 0.1 ? null : wide ? 2n ** 60n + BigInt(Math.floor(n * 100)) : Math.floor(n * 5000) - 2500,
    random() < 0.1 ? null : randomText(random),
    random() < 0.1 ? null : Math.floor(random() * 40),
    random() < 0.3 ? null : new Box('b'.repeat(Math.floor(random() * 10))),
    random() < 0.5,
    random() < 0.05 ? NaN : random() * 10,
  ]
}

function randomText(random: () => number): string {
  const kind = random()
  if (kind < 0.01) return 'large '.repeat(1500) + Math.floor(random() * 100)
  if (kind < 0.1) return String.fromCodePoint(0xe000 + Math.floor(random() * 100))
  if (kind < 0.2) return String.fromCodePoint(0x1f600 + Math.floor(random() * 50))
  return `text ${Math.floor(random() * 300)}`
}

function toBatch(rows: readonly Row[], kinds = KINDS, positions = kinds.map((_, i) => i)): Batch {
  return batch(
    positions.map((position, i) =>
      vectorOf(
        kinds[i]!,
        rows.map((row) => row[position]!),
      ),
    ),
    rows.length,
  )
}

/** Long text cannot be a key. */
function textKey(row: Row): Row {
  const text = row[1] as string | null
  return [text === null ? null : text.slice(0, 100), row[2]!]
}

function compareTextKeys(a: Row, b: Row): number {
  const [x, y] = [a[0] as string | null, b[0] as string | null]
  if (x === null || y === null) {
    if (x !== y) return x === null ? 1 : -1
  } else if (x !== y) return -compareCodePoints(x, y)
  const [m, n] = [a[1] as number | null, b[1] as number | null]
  if (m === null || n === null) return m === n ? 0 : m === null ? -1 : 1
  return m - n
}

class Driver {
  readonly random: () => number
  readonly pages = new ForgetfulPages()
  readonly context = { source: this.pages, codec: BOX_CODEC }
  readonly counters = new BranchCounters()
  roots: BranchRoots = EMPTY_ROOTS
  committed = new Model()
  log: Uint8Array[] = []

  constructor(seed: number) {
    this.random = randomOf(seed)
  }

  begin(): Transaction {
    return new Transaction(this.roots, this.context, this.counters, {
      surroundings: {
        newest: () => this.roots,
        writers: new Set(),
        writeCount: 0,
        serializable: new SerializableTransactions(BOX_CODEC),
      },
    })
  }

  commit(transaction: Transaction): void {
    const merged = run(
      mergeOntoNewest(transaction, () => this.roots, this.context),
      this.pages,
    )
    const lsn = (this.roots.lsn + 1) as Lsn
    const sequences = this.counters.takeDirtySequences()
    this.roots = sealCommit(merged, touchedTrees(transaction.writeSet), lsn, sequences)
    const record = {
      lsn,
      transactionId: lsn,
      commitTimeMs: 0,
      operations: transaction.writeSet,
      sequences,
    }
    this.log.push(encodeLogRecord(record, BOX_CODEC))
  }

  insert(t: Transaction, model: Model, rows: Row[]): void {
    const ids = run(t.insert(TABLE, toBatch(rows)), this.pages)
    run(t.insertKeys(BY_TEXT, toBatch(rows.map(textKey), ['text', 'int32']), ids), this.pages)
    run(t.insertKeys(BY_NUMBER, toBatch(rows, ['int64'], [0]), ids), this.pages)
    rows.forEach((row, i) => model.rows.set(ids[i]!, row))
  }

  pick(model: Model, count: number): number[] {
    const ids = [...model.rows.keys()]
    const picked = new Set<number>()
    if (this.random() < 0.5) {
      const from = Math.floor(this.random() * ids.length)
      for (const id of ids.slice(from, from + count)) picked.add(id)
    } else {
      while (picked.size < Math.min(count, ids.length)) {
        picked.add(ids[Math.floor(this.random() * ids.length)]!)
      }
    }
    return [...picked]
  }

  remove(t: Transaction, model: Model, ids: number[]): void {
    const rows = ids.map((id) => model.rows.get(id)!)
    run(t.deleteKeys(BY_TEXT, toBatch(rows.map(textKey), ['text', 'int32']), ids), this.pages)
    run(t.deleteKeys(BY_NUMBER, toBatch(rows, ['int64'], [0]), ids), this.pages)
    run(
      t.delete(
        TABLE,
        ids.toSorted((a, b) => a - b),
      ),
      this.pages,
    )
    for (const id of ids) model.rows.delete(id)
  }

  update(t: Transaction, model: Model, ids: number[]): void {
    const old = ids.map((id) => model.rows.get(id)!)
    const rows = ids.map(() => randomRow(this.random))
    run(t.update(TABLE, ids, toBatch(rows)), this.pages)
    run(t.deleteKeys(BY_TEXT, toBatch(old.map(textKey), ['text', 'int32']), ids), this.pages)
    run(t.insertKeys(BY_TEXT, toBatch(rows.map(textKey), ['text', 'int32']), ids), this.pages)
    run(t.deleteKeys(BY_NUMBER, toBatch(old, ['int64'], [0]), ids), this.pages)
    run(t.insertKeys(BY_NUMBER, toBatch(rows, ['int64'], [0]), ids), this.pages)
    ids.forEach((id, i) => model.rows.set(id, rows[i]!))
  }

  change(t: Transaction, model: Model): void {
    const choice = this.random()
    const many = this.random() < 0.15
    const count = 1 + Math.floor(this.random() * (many ? 1500 : 20))
    if (choice < 0.5) {
      this.insert(
        t,
        model,
        Array.from({ length: count }, () => randomRow(this.random)),
      )
    } else if (choice < 0.7) this.remove(t, model, this.pick(model, count))
    else this.update(t, model, this.pick(model, count))
  }

  verify(t: Transaction, model: Model): void {
    const { pages } = this
    const sorted = model.sorted()
    expect(t.rowCount(TABLE)).toBe(sorted.length)
    const all = { columns: [0, 1, 2, 3, 4, 5], withRowId: true }
    const expected = sorted.map(([id, row]) => [...row, id])
    expect(rowsOf(collect(t.scan(TABLE, all), pages))).toEqual(expected)
    const some = { columns: [1], withRowId: true, reverse: true }
    const names = sorted.map(([id, row]) => [row[1]!, id] as Row).reverse()
    expect(rowsOf(collect(t.scan(TABLE, some), pages))).toEqual(names)
    this.verifyRanges(t, sorted)
    this.verifyIndexes(t, sorted)
    run(checkRoots(t.snapshot(), this.context), pages)
  }

  verifyRanges(t: Transaction, sorted: [number, Row][]): void {
    if (sorted.length === 0) return
    const a = sorted[Math.floor(this.random() * sorted.length)]![0]
    const b = a + Math.floor(this.random() * 2000)
    for (const reverse of [false, true]) {
      const request = { columns: [2], fromRowId: a as never, toRowId: b as never, reverse }
      const found = rowsOf(collect(t.scan(TABLE, request), this.pages))
      const expected = sorted.filter(([id]) => id >= a && id <= b).map(([, row]) => [row[2]!])
      expect(found).toEqual(reverse ? expected.reverse() : expected)
    }
    const filter = { column: 0, operator: '<' as const, value: -2000 }
    const request = { columns: [0], zoneFilters: [filter] }
    const hits = rowsOf(collect(t.scan(TABLE, request), this.pages)).filter(
      ([n]) => n !== null && (n as number) < -2000,
    )
    expect(hits).toEqual(
      sorted.filter(([, r]) => r[0] !== null && (r[0] as number) < -2000).map(([, r]) => [r[0]!]),
    )
    const ids = [b, a, 999999999, a]
    const fetched = rowsOf([run(t.fetch(TABLE, ids, [0, 1]), this.pages)])
    const byId = new Map(sorted)
    expect(fetched).toEqual(
      ids.filter((id) => byId.has(id)).map((id) => [byId.get(id)![0]!, byId.get(id)![1]!, id]),
    )
  }

  verifyIndexes(t: Transaction, sorted: [number, Row][]): void {
    const entries = sorted.map(([id, row]) => [...textKey(row), id] as Row)
    entries.sort((a, b) => compareTextKeys(a, b) || (a[2] as number) - (b[2] as number))
    const request = { columns: [0, 1] }
    expect(rowsOf(collect(t.seek(BY_TEXT, request), this.pages))).toEqual(entries)
    if (entries.length === 0) return
    const lower = entries[Math.floor(this.random() * entries.length)]!
    const upper = entries[Math.floor(this.random() * entries.length)]!
    for (const [inclusive, reverse, width] of [
      [true, false, 1],
      [false, true, 1],
      [true, true, 2],
      [false, false, 2],
    ] as const) {
      const found = collect(
        t.seek(BY_TEXT, {
          ...request,
          lower: { values: lower.slice(0, width), inclusive },
          upper: { values: upper.slice(0, width), inclusive: !inclusive },
          reverse,
        }),
        this.pages,
      )
      const order = (entry: Row, bound: Row): number =>
        width === 1
          ? compareTextKeys([entry[0]!, 0], [bound[0]!, 0])
          : compareTextKeys(entry, bound)
      const expected = entries.filter((entry) => {
        const low = order(entry, lower)
        const high = order(entry, upper)
        return inclusive ? low >= 0 && high < 0 : low > 0 && high <= 0
      })
      expect(rowsOf(found)).toEqual(reverse ? expected.reverse() : expected)
    }
    const key = lower.slice(0, 2)
    expect(run(t.firstMatch(BY_TEXT, key), this.pages)).toBe(
      entries.find((entry) => compareTextKeys(entry, key) === 0)![2],
    )
    this.verifyProbes(t, entries)
    this.verifyNumbers(t, sorted)
  }

  /** Keys that are there and keys that are not, in any order. */
  verifyProbes(t: Transaction, entries: readonly Row[]): void {
    const probes = Array.from({ length: 40 }, (_, i) => {
      const entry = entries[Math.floor(this.random() * entries.length)]!
      const text = entry[0] === null || i % 3 > 0 ? entry[0]! : `${entry[0]}~`
      return [text, entry[1]!] as Row
    })
    if (this.random() < 0.5) probes.sort((a, b) => compareTextKeys(a, b))
    const keys = batch(
      [
        vectorOf(
          'text',
          probes.map((probe) => probe[0]!),
        ),
        vectorOf(
          'int32',
          probes.map((probe) => probe[1]!),
        ),
      ],
      probes.length,
    )
    const found = run(t.firstMatches(BY_TEXT, keys), this.pages)
    for (const [i, probe] of probes.entries()) {
      const owners = entries.filter((entry) => compareTextKeys(entry, probe) === 0)
      if (owners.length === 0) expect(found[i]).toBe(-1)
      else expect(owners.map((entry) => entry[2])).toContain(found[i])
    }
  }

  verifyNumbers(t: Transaction, sorted: [number, Row][]): void {
    const some = sorted[Math.floor(this.random() * sorted.length)]![1][0]!
    const bound = { values: [some] as (Datum | null)[], inclusive: true }
    const found = rowsOf(
      collect(t.seek(BY_NUMBER, { columns: [0], lower: bound, upper: bound }), this.pages),
    )
    expect(found).toEqual(
      sorted.filter(([, row]) => row[0] === some).map(([id, row]) => [row[0]!, id]),
    )
  }
}

function startedDriver(seed: number): Driver {
  const driver = new Driver(seed)
  const first = driver.begin()
  first.createTree(TABLE, TABLE_SCHEMA)
  first.createTree(BY_TEXT, TEXT_SCHEMA)
  first.createTree(BY_NUMBER, NUMBER_SCHEMA)
  driver.commit(first)
  return driver
}

describe('transactions agree with a model', () => {
  for (let seed = 1; seed <= 12; seed++) {
    it(`seed ${seed}`, () => {
      const driver = startedDriver(seed)
      for (let round = 0; round < 8; round++) {
        const t = driver.begin()
        let model = driver.committed.clone()
        const marks: { savepoint: Savepoint; model: Model }[] = []
        for (let step = 0; step < 6; step++) {
          if (driver.random() < 0.3) marks.push({ savepoint: t.savepoint(), model: model.clone() })
          driver.change(t, model)
          if (marks.length > 0 && driver.random() < 0.25) {
            const mark = marks.pop()!
            t.rollbackTo(mark.savepoint)
            model = mark.model.clone()
          }
          if (driver.random() < 0.1) driver.pages.checkpoint(t.snapshot(), t.snapshot())
        }
        driver.verify(t, model)
        if (driver.random() < 0.2) continue
        const before = driver.roots
        driver.commit(t)
        const old = driver.committed
        driver.committed = model
        if (driver.random() < 0.5) driver.pages.checkpoint(driver.roots, driver.roots)
        driver.verify(driver.begin(), model)
        // The state before the commit is still what it was.
        driver.verify(new Transaction(before, driver.context, driver.counters), old)
      }
      replayAgrees(driver)
    })
  }
})

function replayAgrees(driver: Driver): void {
  let roots = EMPTY_ROOTS
  for (const bytes of driver.log) {
    const record = decodeLogRecord(bytes, BOX_CODEC)
    roots = run(applyRecord(roots, record, driver.context), driver.pages)
  }
  driver.verify(new Transaction(roots, driver.context, new BranchCounters()), driver.committed)
}

describe('concurrent transactions', () => {
  for (let seed = 100; seed < 106; seed++) {
    it(`disjoint writes both survive, seed ${seed}`, () => {
      const driver = startedDriver(seed)
      const first = driver.begin()
      driver.insert(
        first,
        driver.committed,
        Array.from({ length: 3000 }, () => randomRow(driver.random)),
      )
      driver.commit(first)
      const [a, b] = [driver.begin(), driver.begin()]
      const ids = [...driver.committed.rows.keys()]
      const model = driver.committed.clone()
      const evens = ids.filter((id) => id % 2 === 0).slice(0, 700)
      const odds = ids.filter((id) => id % 2 === 1).slice(100, 900)
      driver.insert(
        a,
        model,
        Array.from({ length: 40 }, () => randomRow(driver.random)),
      )
      driver.insert(
        b,
        model,
        Array.from({ length: 60 }, () => randomRow(driver.random)),
      )
      driver.update(a, model, evens)
      driver.remove(b, model, odds)
      driver.commit(a)
      driver.pages.checkpoint(driver.roots, driver.roots)
      driver.commit(b)
      driver.verify(driver.begin(), model)
      driver.committed = model
      replayAgrees(driver)
    })
  }

  it('a transaction that advances sees what others committed, and its own writes', () => {
    const driver = startedDriver(9)
    const rows = (count: number): Row[] =>
      Array.from({ length: count }, () => randomRow(driver.random))
    const first = driver.begin()
    driver.insert(first, driver.committed, rows(2000))
    driver.commit(first)
    const a = driver.begin()
    const model = driver.committed.clone()
    driver.insert(a, model, rows(10))
    const early = { mark: a.savepoint(), model: model.clone() }
    for (let round = 0; round < 5; round++) {
      const b = driver.begin()
      const ids = [...driver.committed.rows.keys()].filter((id) => id % 7 === round)
      driver.update(b, driver.committed, ids)
      driver.insert(b, driver.committed, rows(30))
      driver.commit(b)
      run(a.advance(), driver.pages)
      driver.remove(a, model, [...model.rows.keys()].filter((id) => id % 7 === 6).slice(0, 20))
      for (const [id, row] of driver.committed.rows)
        if (id % 7 === round || id > 2010) model.rows.set(id, row)
      driver.verify(a, model)
    }
    a.rollbackTo(early.mark)
    run(a.advance(), driver.pages)
    for (const [id, row] of early.model.rows) if (id > 2000) driver.committed.rows.set(id, row)
    driver.verify(a, driver.committed)
    driver.commit(a)
    driver.verify(driver.begin(), driver.committed)
    replayAgrees(driver)
  })

  it('the second to change a row fails', () => {
    const driver = startedDriver(7)
    const first = driver.begin()
    driver.insert(first, driver.committed, [randomRow(driver.random), randomRow(driver.random)])
    driver.commit(first)
    const [a, b, c] = [driver.begin(), driver.begin(), driver.begin()]
    const [id] = driver.committed.rows.keys()
    driver.update(b, driver.committed.clone(), [id!])
    driver.remove(c, driver.committed.clone(), [id!])
    driver.update(a, driver.committed, [id!])
    driver.commit(a)
    const failure = {
      code: '40001',
      message: /could not serialize access due to concurrent update/,
    }
    expect(() => driver.commit(b)).toThrow(expect.objectContaining({ code: failure.code }))
    expect(() => driver.commit(c)).toThrow(failure.message)
    driver.verify(driver.begin(), driver.committed)
  })

  it('the second to insert a unique key fails', () => {
    const driver = startedDriver(8)
    const first = driver.begin()
    const unique = 2000 as TreeId
    first.createTree(unique, { ...NUMBER_SCHEMA, unique: true })
    driver.commit(first)
    const [a, b, c] = [driver.begin(), driver.begin(), driver.begin()]
    run(a.insertKeys(unique, toBatch([[5], [null]], ['int64']), [1, 2]))
    run(b.insertKeys(unique, toBatch([[4], [5]], ['int64']), [3, 4]))
    run(c.insertKeys(unique, toBatch([[6], [null]], ['int64']), [5, 6]))
    driver.commit(a)
    expect(() => driver.commit(b)).toThrow('could not serialize access')
    driver.commit(c)
    expect(driver.begin().rowCount(unique)).toBe(4)
  })
})
