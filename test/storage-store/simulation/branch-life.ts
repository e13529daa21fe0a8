/**
 * One life of a branch in the simulation: from opening until the machine dies. Several clients transfer money at the
 * same time while checkpoints run. The model knows the balances after every commit, by LSN.
 */
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import type { StoragePlatform } from '../../../src/storage/platform/storage-platform.ts'
import type { Lsn } from '../../../src/storage/access.ts'
import { SqlError } from '../../../src/errors/sql-error.ts'
import { Store } from '../../../src/storage/store/store.ts'
import type { StoreTransaction } from '../../../src/storage/store/store-transaction.ts'
import type { StoreOptions } from '../../../src/storage/store/store-options.ts'
import { TransientError } from '../faults/crash-schedule.ts'
import {
  OPENING_BALANCE,
  SEQUENCE,
  balanceOf,
  createBank,
  openAccounts,
  randomTransfer,
  readBalances,
  renumber,
  transfer,
  type Balances,
  type Transfer,
} from './bank.ts'

/** What must be found again: the history up to a commit, of which a part was acknowledged. */
export class Model {
  /** Balances after commit `lsn`. */
  readonly states: Balances[] = [new Map()]
  /** The newest commit whose durability was promised. */
  acknowledged = 0
  /** The newest commit that the bucket alone must be able to give back. */
  inBucket = 0
  /** The highest value a sequence had in an acknowledged commit. */
  sequence = 0

  get lsn(): number {
    return this.states.length - 1
  }

  commit(lsn: number, change: (balances: Map<number, number>) => void): void {
    if (lsn !== this.states.length) throw new Error(`commit ${lsn} after ${this.lsn}`)
    const next = new Map(this.states[lsn - 1])
    change(next)
    this.states.push(next)
  }

  acknowledge(lsn: number): void {
    this.acknowledged = Math.max(this.acknowledged, lsn)
  }

  /** After a crash: what was not found never happened. */
  recovered(lsn: number): void {
    this.states.length = lsn + 1
    this.acknowledged = lsn
    this.inBucket = Math.min(this.inBucket, lsn)
  }
}

/** How often a state of the past is compared too. */
const PAST_RATE = 0.3

export class BranchLife {
  readonly store: Store
  readonly model: Model
  readonly random: SeededRandom
  readonly #isDead: () => boolean

  private constructor(store: Store, model: Model, random: SeededRandom, isDead: () => boolean) {
    this.store = store
    this.model = model
    this.random = random
    this.#isDead = isDead
  }

  /** Recovers the branch and compares it with the model. */
  static async begin(
    platform: StoragePlatform,
    options: StoreOptions,
    model: Model,
    random: SeededRandom,
    isDead: () => boolean,
  ): Promise<BranchLife> {
    const store = await Store.open(platform, options)
    const life = new BranchLife(store, model, random, isDead)
    await life.verify(model.acknowledged)
    model.recovered(store.roots.lsn)
    return life
  }

  async verify(atLeast: number): Promise<void> {
    const { store, model } = this
    const lsn = store.roots.lsn
    if (lsn < atLeast) throw new Error(`commit ${atLeast} was acknowledged, found ${lsn}`)
    const expected = model.states[lsn]
    if (expected === undefined) throw new Error(`commit ${lsn} was never made`)
    const reader = store.begin({ readOnly: true })
    compare(await store.run(readBalances(reader)), expected, lsn)
    for (const number of [...expected.keys()].slice(0, 5)) {
      const found = await store.run(balanceOf(reader, number))
      if (found !== expected.get(number)) throw new Error(`index leads to ${found} for ${number}`)
    }
    const sequence = Number(reader.readSequence(SEQUENCE)?.lastValue ?? 0)
    if (sequence < model.sequence) throw new Error(`sequence fell to ${sequence}`)
    await store.run(store.check())
    if (this.random.next() < PAST_RATE) await this.#verifyPast(this.random.below(lsn + 1))
  }

  /** A state of the past, from manifests and archived log. */
  async #verifyPast(lsn: number): Promise<void> {
    const { store, model } = this
    const past = await store.beginAt({ lsn: lsn as Lsn }) // a number up to the newest LSN
    compare(await store.run(readBalances(past)), model.states[lsn] ?? new Map(), lsn)
  }

  async openBank(accounts: number): Promise<void> {
    const { store, model } = this
    if (model.lsn > 0) return
    const transaction = store.begin()
    createBank(transaction)
    const numbers = Array.from({ length: accounts }, (_, index) => index)
    await store.run(openAccounts(transaction, numbers))
    const lsn = await store.run(store.commit(transaction))
    model.commit(lsn, (balances) => {
      for (const number of numbers) balances.set(number, OPENING_BALANCE)
    })
    await this.#acknowledge(lsn)
  }

  /** Clients and checkpoints at the same time, until the machine dies or all is done. */
  async live(clients: number, rounds: number): Promise<void> {
    const work = Array.from({ length: clients }, () => this.#client(rounds))
    work.push(this.#checkpointer(rounds))
    const results = await Promise.allSettled(work)
    for (const result of results) {
      if (result.status === 'rejected' && !this.#isDead()) throw result.reason
    }
  }

  async #client(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      try {
        const kind = this.random.next()
        if (kind < 0.15) await this.#renumber()
        else if (kind < 0.25) await this.#manyTransfers()
        else await this.#transfer()
      } catch (error) {
        if (!isExpected(error)) throw error
      }
      await this.#rest()
    }
  }

  async #transfer(): Promise<void> {
    const { store, model, random } = this
    const transaction = store.begin()
    const accounts = await this.#accountsAt(transaction.snapshotLsn)
    const order = randomTransfer(random, accounts)
    await store.run(transfer(transaction, order))
    if (random.next() < 0.1) return store.rollback(transaction)
    const sequence = random.next() < 0.3 ? this.#nextValue(transaction) : undefined
    await this.#rest()
    await this.#commit(transaction, [order])
    if (sequence !== undefined) model.sequence = Math.max(model.sequence, sequence)
  }

  /** The client that made the last commit may not have told the model yet. */
  async #accountsAt(lsn: number): Promise<number[]> {
    while (this.model.lsn < lsn) await Promise.resolve()
    return [...(this.model.states[lsn]?.keys() ?? [])]
  }

  #nextValue(transaction: StoreTransaction): number {
    const value = Number(transaction.readSequence(SEQUENCE)?.lastValue ?? 0) + 1
    transaction.writeSequence(SEQUENCE, { lastValue: value, isCalled: true })
    return value
  }

  /** One transaction so large that it writes pages and write set early, with a part of it taken back. */
  async #manyTransfers(): Promise<void> {
    const { store, random } = this
    const transaction = store.begin()
    const accounts = await this.#accountsAt(transaction.snapshotLsn)
    const orders: Transfer[] = []
    for (let part = 0; part < 4; part++) {
      const savepoint = transaction.savepoint()
      const some = Array.from({ length: random.below(60) }, () => randomTransfer(random, accounts))
      for (const order of some) await store.run(transfer(transaction, order))
      if (random.next() < 0.3) transaction.rollbackTo(savepoint)
      else orders.push(...some)
    }
    if (orders.length === 0 || random.next() < 0.1) return store.rollback(transaction)
    await this.#commit(transaction, orders)
  }

  async #commit(transaction: StoreTransaction, orders: readonly Transfer[]): Promise<void> {
    const { store, model } = this
    const lsn = await store.run(store.commit(transaction))
    model.commit(lsn, (balances) => {
      for (const { from, to, amount } of orders) {
        balances.set(from, (balances.get(from) ?? 0) - amount)
        balances.set(to, (balances.get(to) ?? 0) + amount)
      }
    })
    await this.#acknowledge(lsn)
  }

  async #renumber(): Promise<void> {
    const { store, model, random } = this
    const transaction = store.begin()
    const accounts = await this.#accountsAt(transaction.snapshotLsn)
    const from = accounts[random.below(accounts.length)] ?? 0
    const to = Math.max(...accounts) + 1
    if (!(await store.run(renumber(transaction, from, to)))) return
    const lsn = await store.run(store.commit(transaction))
    model.commit(lsn, (balances) => {
      balances.set(to, balances.get(from) ?? 0)
      balances.delete(from)
    })
    await this.#acknowledge(lsn)
  }

  async #acknowledge(lsn: number): Promise<void> {
    await this.store.durable()
    if (!this.#isDead()) this.model.acknowledge(lsn)
  }

  async #checkpointer(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await this.#rest()
      if (!this.store.needsCheckpoint && this.random.next() < 0.7) continue
      const lsn = this.store.roots.lsn
      try {
        await this.store.checkpoint()
      } catch (error) {
        if (isExpected(error)) continue
        throw error
      }
      if (!this.#isDead()) this.model.inBucket = Math.max(this.model.inBucket, lsn)
    }
  }

  async #rest(): Promise<void> {
    const turns = this.random.below(6)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  }
}

/** A lost race, or a bucket that stayed away longer than the retries last. */
function isExpected(error: unknown): boolean {
  if (error instanceof TransientError) return true
  return error instanceof SqlError && error.code === '40001'
}

function compare(found: Balances, expected: Balances, lsn: number): void {
  let sum = 0
  for (const [number, balance] of found) {
    sum += balance
    if (expected.get(number) === balance) continue
    throw new Error(`account ${number} has ${balance}, not ${expected.get(number)}, at ${lsn}`)
  }
  if (found.size !== expected.size) throw new Error(`${found.size} accounts at ${lsn}`)
  if (sum !== expected.size * OPENING_BALANCE) throw new Error(`money was lost at ${lsn}`)
}
