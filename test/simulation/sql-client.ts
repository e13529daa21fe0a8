/** A client of the simulated branch: transfers, undone transfers, long scans, DDL. It believes only what was acknowledged. */
import { SqlError } from '../../src/errors/sql-error.ts'
import type { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import type { Branch } from '../../src/durable/branch.ts'
import { TestClient } from '../engine/memory-branch.ts'
import type { Ledger } from './ledger.ts'

export const ACCOUNTS = 40
export const OPENING_BALANCE = 1000
export const TOTAL = ACCOUNTS * OPENING_BALANCE

export const SET_UP = `
  CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, note text);
  CREATE TABLE transfers (id serial PRIMARY KEY, source int NOT NULL REFERENCES accounts, target int NOT NULL, amount int NOT NULL);
  CREATE INDEX transfers_source ON transfers (source);
  INSERT INTO accounts SELECT i, ${OPENING_BALANCE}, repeat('x', i) FROM generate_series(1, ${ACCOUNTS}) AS i`

/** DDL that comes and goes beside the transfers; each either applies or fails with an error of its own. */
const DDL = [
  'CREATE INDEX transfers_amount ON transfers (amount, id)',
  'DROP INDEX transfers_amount',
  'CREATE INDEX transfers_large ON transfers (target) WHERE amount > 50',
  'DROP INDEX transfers_large',
  'ALTER TABLE transfers ADD COLUMN extra int DEFAULT 7',
  'ALTER TABLE transfers DROP COLUMN extra',
  'ALTER TABLE transfers ALTER COLUMN amount TYPE bigint',
  'ALTER TABLE transfers ALTER COLUMN amount TYPE int',
  'ALTER TABLE accounts ADD CONSTRAINT sane CHECK (balance > -1000000)',
  'ALTER TABLE accounts DROP CONSTRAINT sane',
]
const SIDE_TABLES = ['side_a', 'side_b']
/** Lost a race, or a deadlock; the rest is what DDL raises when its object is or is not there. */
const EXPECTED = new Set([
  '40001',
  '40P01',
  '23505',
  '42P07',
  '42704',
  '42P01',
  '42701',
  '42703',
  '42710',
  '53200',
])

export class SqlClient {
  readonly #client: TestClient
  readonly #ledger: Ledger
  readonly #random: SeededRandom

  constructor(branch: Branch, ledger: Ledger, random: SeededRandom) {
    this.#client = new TestClient(branch)
    this.#ledger = ledger
    this.#random = random
  }

  async act(): Promise<void> {
    const choice = this.#random.next()
    if (choice < 0.55) await this.#transfers()
    else if (choice < 0.7) await this.#scan()
    else if (choice < 0.85) await this.#statement(DDL[this.#random.below(DDL.length)] ?? '')
    else await this.#sideTable()
  }

  /** One transaction of a few transfers, some of them taken back. */
  async #transfers(): Promise<void> {
    const kept: number[] = []
    const undone: number[] = []
    let isSent = false
    try {
      await this.#client.query('BEGIN')
      for (let part = 1 + this.#random.below(3); part > 0; part--) {
        await this.#client.query('SAVEPOINT s')
        const id = await this.#transfer()
        if (this.#random.next() > 0.25) kept.push(id)
        else {
          undone.push(id)
          await this.#client.query('ROLLBACK TO s')
        }
      }
      if (this.#random.next() < 0.1) {
        undone.push(...kept)
        await this.#client.query('ROLLBACK')
      } else {
        isSent = true
        await this.#client.query('COMMIT')
        await this.#client.branch.store.durable()
        this.#ledger.acknowledge(kept)
      }
    } catch (error) {
      // Only a lost race says for sure that a commit did not happen.
      const isRefused = error instanceof SqlError && error.code === '40001'
      if (!isSent || isRefused) undone.push(...kept)
      await this.#giveUp(error)
    } finally {
      for (const id of undone) this.#ledger.undone.add(id)
    }
  }

  async #transfer(): Promise<number> {
    const source = 1 + this.#random.below(ACCOUNTS)
    const target = 1 + (source % ACCOUNTS)
    const amount = String(1 + this.#random.below(100))
    const move = 'UPDATE accounts SET balance = balance + $1 WHERE id = $2'
    await this.#client.query(move, [`-${amount}`, String(source)])
    await this.#client.query(move, [amount, String(target)])
    const [row] = await this.#client.rows(
      'INSERT INTO transfers (source, target, amount) VALUES ($1, $2, $3) RETURNING id',
      [String(source), String(target), amount],
    )
    const id = Number(row?.[0])
    this.#ledger.drawn(id)
    return id
  }

  /** A snapshot, whatever goes on beside it. */
  async #scan(): Promise<void> {
    const [row] = await this.#client.rows(
      'SELECT sum(balance), (SELECT count(*) FROM transfers AS t JOIN accounts AS a ON t.source = a.id) FROM accounts',
    )
    if (Number(row?.[0]) !== TOTAL) throw new Error(`a scan found ${row?.[0]}, not ${TOTAL}`)
  }

  async #statement(text: string): Promise<boolean> {
    try {
      await this.#client.query(text)
      await this.#client.branch.store.durable()
      return true
    } catch (error) {
      await this.#giveUp(error)
      return false
    }
  }

  async #sideTable(): Promise<void> {
    const name = SIDE_TABLES[this.#random.below(SIDE_TABLES.length)] ?? ''
    const drops = this.#random.next() < 0.4
    const settle = this.#ledger.change(name)
    const text = drops
      ? `DROP TABLE IF EXISTS ${name}`
      : `CREATE TABLE IF NOT EXISTS ${name} AS SELECT id, source, repeat('y', amount::int) AS t FROM transfers`
    const done = await this.#statement(text)
    settle(!done ? 'unknown' : drops ? 'absent' : 'present')
  }

  async #giveUp(error: unknown): Promise<void> {
    // Whatever it was: others wait for what the transaction has locked.
    if (this.#client.session.status !== 'I') await this.#client.query('ROLLBACK')
    if (!(error instanceof SqlError) || !EXPECTED.has(error.code)) throw error
  }
}
