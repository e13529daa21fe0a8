/**
 * Looks for anomalies in a history of appends, in the manner of Elle (Kingsbury and Alvaro, "Elle: Inferring Isolation
 * Anomalies from Experimental Observations", 2020): a list that was read tells in which order its values were written, so
 * that the dependencies between transactions are known:
 *
 *   ww  one appended right after the other      wr  one read a list that the other's value ends
 *   rw  one read a list without the value that the other appended to it       rt  one had ended when the other began
 *
 * What no database may show at any level: reads of what was rolled back or not final, lists that contradict each other.
 * A cycle of ww, wr and rt is forbidden at READ COMMITTED. Snapshots (REPEATABLE READ) allow cycles only with two rw in a
 * row (Fekete and others, 2005; Cerone and Gotsman, 2018). SERIALIZABLE allows none.
 */
import { findCycle } from './find-cycle.ts'
import type { Edge } from './find-cycle.ts'
import type { ClientTransaction, History, Operation } from './history.ts'

export type Level = 'read committed' | 'repeatable read' | 'serializable'

interface Writer {
  readonly transaction: ClientTransaction
  /** It appended nothing to the key afterwards. */
  readonly isLast: boolean
}

/** What is wrong, in words; empty when nothing is. The last transactions should read every key. */
export function checkHistory(history: History, level: Level): readonly string[] {
  const committed = history.filter(({ isCommitted }) => isCommitted)
  const writers = writersOf(committed)
  const orders = versionOrders(committed)
  const wrong = committed.flatMap((transaction) => [
    ...lostWrites(transaction, orders),
    ...ownWrites(transaction),
    ...readsOf(transaction).flatMap(({ key, list }) => [
      ...contradiction(transaction, key, list, orders.get(key) ?? []),
      ...badReads(transaction, list, writers),
    ]),
  ])
  const cycle = findCycle(dependencies(committed, writers, orders), {
    usesRw: level !== 'read committed',
    allowsAdjacentRw: level !== 'serializable',
  })
  if (cycle !== undefined) wrong.push(`cycle: ${cycle.map(describeEdge).join(' ')}`)
  return wrong
}

function describeEdge({ from, kind, to }: Edge): string {
  return `T${from} -${kind}-> T${to}`
}

/** Of an operation that comes after own appends only what others had written counts as read. */
function readsOf({ operations }: ClientTransaction) {
  const reads: { readonly key: number; readonly list: readonly number[] }[] = []
  const own = new Set<number>()
  for (const operation of operations) {
    if (operation.kind === 'append') own.add(operation.value)
    else reads.push({ key: operation.key, list: operation.list.filter((value) => !own.has(value)) })
  }
  return reads
}

/** A transaction sees its own appends, last of all. */
function ownWrites({ id, operations }: ClientTransaction): readonly string[] {
  const own = new Map<number, number[]>()
  const wrong: string[] = []
  for (const operation of operations) {
    const { key } = operation
    const appended = own.get(key) ?? []
    own.set(key, appended)
    if (operation.kind === 'append') appended.push(operation.value)
    else if (!endsWith(operation.list, appended)) {
      wrong.push(
        `T${id} read [${operation.list.join()}] of ${key} after appending ${appended.join()}`,
      )
    }
  }
  return wrong
}

function lostWrites(
  { id, operations }: ClientTransaction,
  orders: ReadonlyMap<number, readonly number[]>,
): readonly string[] {
  return operations.flatMap((operation) => {
    if (operation.kind === 'read') return []
    const { key, value } = operation
    return orders.get(key)?.includes(value) === true ? [] : [`lost: ${value} of T${id}`]
  })
}

function endsWith(list: readonly number[], end: readonly number[]): boolean {
  return end.every((value, i) => list[list.length - end.length + i] === value)
}

function writersOf(committed: History): ReadonlyMap<number, Writer> {
  const writers = new Map<number, Writer>()
  for (const transaction of committed) {
    const last = new Map<number, Operation & { kind: 'append' }>()
    for (const operation of transaction.operations) {
      if (operation.kind !== 'append') continue
      const before = last.get(operation.key)
      if (before !== undefined) writers.set(before.value, { transaction, isLast: false })
      last.set(operation.key, operation)
      writers.set(operation.value, { transaction, isLast: true })
    }
  }
  return writers
}

/** By key: the longest list that was read. */
function versionOrders(committed: History): ReadonlyMap<number, readonly number[]> {
  const orders = new Map<number, readonly number[]>()
  for (const transaction of committed) {
    for (const { key, list } of readsOf(transaction)) {
      if (list.length > (orders.get(key)?.length ?? -1)) orders.set(key, list)
    }
  }
  return orders
}

function contradiction(
  { id }: ClientTransaction,
  key: number,
  list: readonly number[],
  order: readonly number[],
): readonly string[] {
  if (list.every((value, i) => order[i] === value)) return []
  return [`T${id} read [${list.join()}] of ${key}, others [${order.join()}]`]
}

function badReads(
  { id }: ClientTransaction,
  list: readonly number[],
  writers: ReadonlyMap<number, Writer>,
): readonly string[] {
  const wrong: string[] = []
  list.forEach((value, i) => {
    if (!writers.has(value)) wrong.push(`G1a: T${id} read ${value}, which was rolled back`)
    if (list.indexOf(value) !== i) wrong.push(`T${id} read ${value} twice`)
  })
  const last = writers.get(list.at(-1) ?? NaN)
  if (last?.isLast === false) wrong.push(`G1b: T${id} read ${list.at(-1)}, which was not the last`)
  return wrong
}

function dependencies(
  committed: History,
  writers: ReadonlyMap<number, Writer>,
  orders: ReadonlyMap<number, readonly number[]>,
): readonly Edge[] {
  const edges: Edge[] = []
  const add = (from: ClientTransaction | undefined, kind: Edge['kind'], to: typeof from): void => {
    if (from !== undefined && to !== undefined && from !== to) {
      edges.push({ from: from.id, kind, to: to.id })
    }
  }
  const writer = (value: number | undefined) => writers.get(value ?? NaN)?.transaction
  for (const order of orders.values()) {
    for (let i = 1; i < order.length; i++) add(writer(order[i - 1]), 'ww', writer(order[i]))
  }
  for (const reader of committed) {
    for (const { key, list } of readsOf(reader)) {
      add(writer(list.at(-1)), 'wr', reader)
      add(reader, 'rw', writer(orders.get(key)?.[list.length]))
    }
    for (const later of committed) if (reader.endedAt < later.begunAt) add(reader, 'rt', later)
  }
  return edges
}
