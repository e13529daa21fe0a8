/** The checker itself: it sees what is wrong in histories made by hand, at the levels that forbid it, and nothing else. */
import { expect, test } from 'vitest'
import { checkHistory } from './check-history.ts'
import type { Level } from './check-history.ts'
import type { ClientTransaction, Operation } from './history.ts'

const LEVELS: readonly Level[] = ['read committed', 'repeatable read', 'serializable']
const [X, Y, Z] = [1, 2, 3]

function append(key: number, value: number): Operation {
  return { kind: 'append', key, value }
}

function read(key: number, ...list: readonly number[]): Operation {
  return { kind: 'read', key, list }
}

/** All at the same time, but for the last, which reads everything. */
function historyOf(...transactions: readonly (readonly Operation[])[]): ClientTransaction[] {
  return transactions.map((operations, id) => {
    const isLast = id === transactions.length - 1
    const [begunAt, endedAt] = isLast ? [100, 101] : [0, 50]
    return { id, operations, undone: [], isCommitted: true, begunAt, endedAt }
  })
}

/** The levels at which something is wrong. */
function wrongAt(history: readonly ClientTransaction[]): readonly Level[] {
  return LEVELS.filter((level) => checkHistory(history, level).length > 0)
}

test('nothing is wrong with one after the other', () => {
  const history = historyOf([append(X, 1)], [read(X, 1), append(X, 2)], [read(X, 1, 2)])
  expect(wrongAt(history)).toEqual([])
})

test('G0: writes of two lists in different orders', () => {
  const history = historyOf(
    [append(X, 1), append(Y, 1)],
    [append(X, 2), append(Y, 2)],
    [read(X, 1, 2), read(Y, 2, 1)],
  )
  expect(wrongAt(history)).toEqual(LEVELS)
})

test('G1a: a value that was rolled back', () => {
  const history = historyOf([append(X, 1)], [read(X, 1)], [read(X)])
  const [first, ...others] = history
  if (first === undefined) throw new Error('there is one')
  expect(wrongAt([{ ...first, isCommitted: false }, ...others])).toEqual(LEVELS)
})

test('G1b: a value that was not the last', () => {
  const history = historyOf([append(X, 1), append(X, 2)], [read(X, 1)], [read(X, 1, 2)])
  expect(wrongAt(history)).toEqual(LEVELS)
})

test('G1c: each has read what the other wrote', () => {
  const history = historyOf(
    [append(X, 1), read(Y, 2)],
    [append(Y, 2), read(X, 1)],
    [read(X, 1), read(Y, 2)],
  )
  expect(wrongAt(history)).toEqual(LEVELS)
})

test('lost update', () => {
  const history = historyOf([read(X), append(X, 1)], [read(X), append(X, 2)], [read(X, 2)])
  expect(wrongAt(history)).toEqual(LEVELS)
})

test('G-single: two lists of different moments', () => {
  const history = historyOf(
    [append(X, 1), append(Y, 1)],
    [read(X), read(Y, 1)],
    [read(X, 1), read(Y, 1)],
  )
  expect(wrongAt(history)).toEqual(['repeatable read', 'serializable'])
})

test('G2-item: write skew', () => {
  const history = historyOf(
    [read(X), append(Y, 1)],
    [read(Y), append(X, 2)],
    [read(X, 2), read(Y, 1)],
  )
  expect(wrongAt(history)).toEqual(['serializable'])
})

test('the anomaly of a reader', () => {
  const history = historyOf(
    [read(X), read(Y), append(X, 1)],
    [append(Y, 2)],
    [read(X), read(Y, 2)],
    [read(X, 1), read(Y, 2)],
  )
  expect(wrongAt(history)).toEqual(['serializable'])
})

test('G-nonadjacent: two readers who disagree about two writers', () => {
  const history = historyOf(
    [append(X, 1)],
    [append(Y, 2)],
    [read(X, 1), read(Y)],
    [read(X), read(Y, 2)],
    [read(X, 1), read(Y, 2), read(Z)],
  )
  expect(wrongAt(history)).toEqual(['repeatable read', 'serializable'])
})

test('a snapshot of before a transaction that had ended', () => {
  const history = historyOf([append(X, 1)], [read(X)], [read(X, 1)])
  const [first, late, ...others] = history
  if (first === undefined || late === undefined) throw new Error('there are three')
  const stale = [first, { ...late, begunAt: 60, endedAt: 70 }, ...others]
  expect(wrongAt(stale)).toEqual(['repeatable read', 'serializable'])
  expect(wrongAt(history)).toEqual([])
})

test('own appends are not seen', () => {
  expect(wrongAt(historyOf([append(X, 1), read(X)], [read(X, 1)]))).toEqual(LEVELS)
})
