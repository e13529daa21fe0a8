/** The workload: accounts whose balances always add up to the same, in a table with an index. */
import type { RowId, TransactionAccess, TreeId } from '../../../src/storage/access.ts'
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { Task } from '../../../src/storage/task.ts'
import { batch, datumAt, vectorOf } from '../../../src/storage/vector.ts'

export const ACCOUNTS = 1 as TreeId // brand
export const ACCOUNTS_BY_NUMBER = 2 as TreeId // brand
export const TRANSFERS = 3 as TreeId // brand
export const SEQUENCE = 9 as TreeId // brand
export const OPENING_BALANCE = 1000

/** Balances by account number. */
export type Balances = ReadonlyMap<number, number>

export interface Transfer {
  readonly from: number
  readonly to: number
  readonly amount: number
}

export function createBank(transaction: TransactionAccess): void {
  transaction.createTree(ACCOUNTS, { kind: 'table', columns: ['int32', 'int64', 'text'] })
  transaction.createTree(ACCOUNTS_BY_NUMBER, {
    kind: 'index',
    columns: ['int32'],
    order: [{ descending: false, nullsFirst: false }],
    unique: true,
  })
  transaction.createTree(TRANSFERS, { kind: 'table', columns: ['int32', 'int32', 'int64'] })
}

export function* openAccounts(
  transaction: TransactionAccess,
  numbers: readonly number[],
): Task<void> {
  const keys = vectorOf('int32', numbers)
  const balances = vectorOf(
    'int64',
    numbers.map(() => OPENING_BALANCE),
  )
  const names = vectorOf(
    'text',
    numbers.map((number) => `account ${number} ${'x'.repeat(number % 50)}`),
  )
  const rows = batch([keys, balances, names], numbers.length)
  const rowIds = yield* transaction.insert(ACCOUNTS, rows)
  yield* transaction.insertKeys(ACCOUNTS_BY_NUMBER, batch([keys], numbers.length), rowIds)
}

/** Moves money between two accounts and notes it. */
export function* transfer(
  transaction: TransactionAccess,
  { from, to, amount }: Transfer,
): Task<void> {
  yield* addToBalance(transaction, from, -amount)
  yield* addToBalance(transaction, to, amount)
  const note = [vectorOf('int32', [from]), vectorOf('int32', [to]), vectorOf('int64', [amount])]
  yield* transaction.insert(TRANSFERS, batch(note, 1))
}

function* addToBalance(transaction: TransactionAccess, number: number, amount: number): Task<void> {
  const rowId = yield* transaction.firstMatch(ACCOUNTS_BY_NUMBER, [number])
  if (rowId === undefined) throw new Error(`account ${number} is missing`)
  const rowIds = Float64Array.of(rowId)
  const row = yield* transaction.fetch(ACCOUNTS, rowIds, [0, 1, 2])
  const values = row.columns.slice(0, 3).map((column) => datumAt(column, 0))
  const balance = Number(values[1]) + amount
  const columns = [
    vectorOf('int32', [values[0] ?? null]),
    vectorOf('int64', [balance]),
    vectorOf('text', [values[2] ?? null]),
  ]
  yield* transaction.update(ACCOUNTS, rowIds, batch(columns, 1))
}

/** Closes an account that is empty of everything but its opening balance: exercises deletes. */
export function* renumber(transaction: TransactionAccess, from: number, to: number): Task<boolean> {
  const rowId = yield* transaction.firstMatch(ACCOUNTS_BY_NUMBER, [from])
  if (rowId === undefined) return false
  const row = yield* transaction.fetch(ACCOUNTS, Float64Array.of(rowId), [1, 2])
  const columns = [
    vectorOf('int32', [to]),
    vectorOf('int64', [row.columns[0] === undefined ? null : datumAt(row.columns[0], 0)]),
    vectorOf('text', [row.columns[1] === undefined ? null : datumAt(row.columns[1], 0)]),
  ]
  const oldKey = batch([vectorOf('int32', [from])], 1)
  yield* transaction.deleteKeys(ACCOUNTS_BY_NUMBER, oldKey, Float64Array.of(rowId))
  yield* transaction.delete(ACCOUNTS, Float64Array.of(rowId))
  const rowIds = yield* transaction.insert(ACCOUNTS, batch(columns, 1))
  const newKey = batch([vectorOf('int32', [to])], 1)
  yield* transaction.insertKeys(ACCOUNTS_BY_NUMBER, newKey, rowIds)
  return true
}

/** Everything, by a full scan of the table. */
export function* readBalances(transaction: TransactionAccess): Task<Map<number, number>> {
  const balances = new Map<number, number>()
  if (!transaction.hasTree(ACCOUNTS)) return balances
  for (const step of transaction.scan(ACCOUNTS, { columns: [0, 1] })) {
    if (step.kind !== 'batch') {
      yield step
      continue
    }
    const [numbers, amounts] = step.columns
    if (numbers === undefined || amounts === undefined) throw new Error('two columns expected')
    for (let row = 0; row < step.length; row++) {
      balances.set(Number(datumAt(numbers, row)), Number(datumAt(amounts, row)))
    }
  }
  return balances
}

/** Looks one account up through the index. */
export function* balanceOf(
  transaction: TransactionAccess,
  number: number,
): Task<number | undefined> {
  const rowId: RowId | undefined = yield* transaction.firstMatch(ACCOUNTS_BY_NUMBER, [number])
  if (rowId === undefined) return undefined
  const row = yield* transaction.fetch(ACCOUNTS, Float64Array.of(rowId), [1])
  return row.columns[0] === undefined ? undefined : Number(datumAt(row.columns[0], 0))
}

export function randomTransfer(random: SeededRandom, accounts: readonly number[]): Transfer {
  const from = accounts[random.below(accounts.length)] ?? 0
  let to = from
  while (to === from) to = accounts[random.below(accounts.length)] ?? 0
  return { from, to, amount: 1 + random.below(100) }
}
