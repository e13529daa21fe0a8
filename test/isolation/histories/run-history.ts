/** A seeded run of several clients that append to lists and read them, and what they saw. */
import { SqlError } from '../../../src/errors/sql-error.ts'
import { Branch } from '../../../src/durable/branch.ts'
import { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'
import { TestClient, memoryPlatform } from '../../engine/memory-branch.ts'
import type { Level } from './check-history.ts'
import { forgetNowAndThen } from './forget-now-and-then.ts'
import type { ClientTransaction, History, Operation } from './history.ts'
import { Scheduler } from './scheduler.ts'
import type { Client, Rows, Statement } from './scheduler.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly level: Level
  /** Something that is broken on purpose. */
  readonly bug?: (branch: Branch, random: SeededRandom) => void
}

const KEYS = 5
/** Those that have a row from the beginning. */
const FIRST_KEYS = 3
/** So little that pages are fetched in the middle of statements. */
const STORAGE = { prefix: 'p/', memoryCacheBytes: 20_000, localCacheBytes: 20_000 }

export async function runHistory({ seed, level, bug }: HistoryOptions): Promise<History> {
  const random = new SeededRandom(seed)
  const platform = memoryPlatform(seed)
  const branch = await Branch.open(platform, {
    databaseName: 'lakelet',
    superuser: 'lakelet',
    storage: STORAGE,
  })
  const setup = new TestClient(branch)
  await setup.script(`create table kv (k int primary key, list text not null);
    create index on kv (list);
    insert into kv select k, '' from generate_series(1, ${FIRST_KEYS}) as k`)
  const forget = forgetNowAndThen(branch, platform, random)
  bug?.(branch, random)
  const run = new Run(new Scheduler(branch, random, forget), random, level)
  const history = await run.play(2 + random.below(3))
  await branch.store.close()
  return history
}

class Run {
  readonly #scheduler: Scheduler
  readonly #random: SeededRandom
  readonly #level: Level
  readonly #history: ClientTransaction[] = []
  #transactions = 0
  #values = 0

  constructor(scheduler: Scheduler, random: SeededRandom, level: Level) {
    this.#scheduler = scheduler
    this.#random = random
    this.#level = level
  }

  async play(clients: number): Promise<History> {
    for (let i = 0; i < clients; i++) this.#scheduler.add(this.#client(3 + this.#random.below(5)))
    await this.#scheduler.run()
    this.#scheduler.add(this.#lastReads())
    await this.#scheduler.run()
    return this.#history
  }

  *#client(transactions: number): Client {
    for (let i = 0; i < transactions; i++) yield* new Attempt(this.#next()).run(this.#plan())
  }

  /** All lists at the end, each row and all rows: what an index holds and what the table holds. */
  *#lastReads(): Client {
    yield* new Attempt(this.#next(true)).run([{ kind: 'range', key: 1, to: KEYS }])
    yield* new Attempt(this.#next(true)).run([{ kind: 'scan' }])
  }

  #next(isFair = this.#random.next() < 0.9): AttemptOptions {
    const { now: begunAt } = this.#scheduler
    const id = this.#transactions++
    return {
      level: this.#level,
      newValue: () => ++this.#values,
      isFair,
      end: (seen) => this.#history.push({ id, begunAt, endedAt: this.#scheduler.now, ...seen }),
    }
  }

  #plan(): readonly Action[] {
    return Array.from({ length: 1 + this.#random.below(4) }, () => this.#action())
  }

  #action(): Action {
    const choice = this.#random.next()
    const key = 1 + this.#random.below(KEYS)
    if (choice < 0.3) return { kind: 'read', key }
    if (choice < 0.4) return { kind: 'range', key, to: Math.min(KEYS, key + 1) }
    if (choice < 0.45) return { kind: 'scan' }
    if (choice < 0.5) return { kind: 'lock', key }
    if (choice < 0.75) return { kind: 'append', key: 1 + (key % FIRST_KEYS) }
    if (choice < 0.95) return { kind: 'upsert', key }
    return { kind: 'undo', key: 1 + (key % FIRST_KEYS) }
  }
}

type Action =
  | { readonly kind: 'read' | 'lock' | 'append' | 'upsert' | 'undo'; readonly key: number }
  | { readonly kind: 'range'; readonly key: number; readonly to: number }
  | { readonly kind: 'scan' }

interface AttemptOptions {
  readonly level: Level
  readonly newValue: () => number
  /** Commits when nothing went wrong. */
  readonly isFair: boolean
  readonly end: (seen: Pick<ClientTransaction, 'operations' | 'undone' | 'isCommitted'>) => void
}

/** Failures that a client has to expect: deadlocks always, the others above READ COMMITTED. */
const DEADLOCK = '40P01'
const SERIALIZATION_FAILURE = '40001'

class Failed extends Error {}

/** One transaction. */
class Attempt {
  readonly #options: AttemptOptions
  readonly #operations: Operation[] = []
  readonly #undone: number[] = []

  constructor(options: AttemptOptions) {
    this.#options = options
  }

  *run(actions: readonly Action[]): Client {
    const { level, isFair } = this.#options
    try {
      yield* this.#statement(`begin isolation level ${level}`)
      for (const action of actions) yield* this.#act(action)
      yield* this.#statement(isFair ? 'commit' : 'rollback')
      this.#end(isFair)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      yield ['rollback']
      this.#end(false)
    }
  }

  #end(isCommitted: boolean): void {
    this.#options.end({ operations: this.#operations, undone: this.#undone, isCommitted })
  }

  *#act(action: Action): Client {
    switch (action.kind) {
      case 'read':
      case 'lock': {
        const locking = action.kind === 'lock' ? ' for update' : ''
        const [row] = yield* this.#statement(
          `select list from kv where k = ${action.key}${locking}`,
        )
        return this.#read(action.key, row?.[0])
      }
      case 'range': {
        const { key, to } = action
        const text = 'select k, list from kv where k between $1 and $2'
        const rows = yield* this.#statement(text, key, to)
        return this.#readAll(rows, key, to)
      }
      case 'scan':
        return this.#readAll(yield* this.#statement('select k, list from kv'), 1, KEYS)
      case 'append':
        return yield* this.#append(action.key)
      case 'upsert':
        return yield* this.#upsert(action.key)
      case 'undo':
        yield* this.#statement('savepoint s')
        yield* this.#append(action.key)
        yield* this.#statement('rollback to s')
        this.#takeBack()
    }
  }

  *#append(key: number): Client {
    const value = this.#options.newValue()
    yield* this.#statement('update kv set list = list || $1 where k = $2', `,${value}`, key)
    this.#operations.push({ kind: 'append', key, value })
  }

  *#upsert(key: number): Client {
    const value = this.#options.newValue()
    const text =
      'insert into kv values ($1, $2) on conflict (k) do update set list = kv.list || excluded.list'
    yield* this.#statement(text, key, `,${value}`)
    this.#operations.push({ kind: 'append', key, value })
  }

  #takeBack(): void {
    const last = this.#operations.pop()
    if (last?.kind === 'append') this.#undone.push(last.value)
  }

  #readAll(rows: Rows, from: number, to: number): void {
    const lists = new Map(rows.map(([key, list]) => [Number(key), list]))
    for (let key = from; key <= to; key++) this.#read(key, lists.get(key))
  }

  #read(key: number, list: string | null | undefined): void {
    const values = (list ?? '').split(',').filter((value) => value !== '')
    this.#operations.push({ kind: 'read', key, list: values.map(Number) })
  }

  *#statement(...statement: Statement): Generator<Statement, Rows, Rows | SqlError> {
    const answer = yield statement
    if (!(answer instanceof SqlError)) return answer
    const isLowest = this.#options.level === 'read committed'
    if (answer.code === DEADLOCK) throw new Failed()
    if (answer.code === SERIALIZATION_FAILURE && !isLowest) throw new Failed()
    throw answer
  }
}
