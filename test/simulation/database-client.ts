/**
 * A client of the simulated branch that makes, fills, copies and drops databases. It is the only one in them, so that it knows
 * exactly what they hold: after a crash that is what it was told last, or what it was about to be told.
 */
import { SqlError } from '../../src/errors/sql-error.ts'
import type { SeededRandom } from '../../src/storage/platform/memory/seeded-random.ts'
import type { Branch } from '../../src/durable/branch.ts'
import { TestClient } from '../engine/memory-branch.ts'

const NAMES = ['model', 'copy_a', 'copy_b', 'copy_c']
const BATCH_ROWS = 40
/** What a database that came and went meanwhile raises; whatever else is a bug. */
const EXPECTED = new Set(['40001', '40P01', '53200'])

/** Batches of rows by database. */
type Contents = ReadonlyMap<string, readonly number[]>

/** Positions count all changes there ever were. */
export class DatabaseLedger {
  /** What the databases held after each change, oldest first: from the first that may still be found. */
  #history: Contents[] = [new Map()]
  #first = 0
  /** Nothing older may be found. */
  #acknowledged = 0
  /** Nothing older may be found when the local store is lost. */
  #inBucket = 0
  #batches = 0

  get newest(): Contents {
    return this.#history.at(-1) ?? new Map()
  }

  newBatch(): number {
    return ++this.#batches
  }

  /** A change begins. Call the result when it was acknowledged. */
  change(after: Contents): () => void {
    const position = this.#first + this.#history.push(after) - 1
    return () => void (this.#acknowledged = position)
  }

  /** The newest change has certainly not happened. */
  refused(): void {
    this.#history.pop()
  }

  /** Call the result when the checkpoint is complete. */
  checkpoint(): () => void {
    const position = this.#acknowledged
    return () => void (this.#inBucket = position)
  }

  loseLocalStore(): void {
    this.#acknowledged = this.#inBucket
  }

  /** Whoever looked found this. */
  found(contents: Contents): void {
    const possible = this.#history.slice(this.#acknowledged - this.#first).map(written)
    const place = possible.indexOf(written(contents))
    if (place < 0) {
      throw new Error(`databases hold ${written(contents)}, not ${possible.join(' or ')}`)
    }
    this.#acknowledged += place
    this.#history = this.#history.slice(
      this.#inBucket - this.#first,
      this.#acknowledged - this.#first + 1,
    )
    this.#first = this.#inBucket
  }
}

function written(contents: Contents): string {
  return JSON.stringify([...contents].sort(([a], [b]) => (a < b ? -1 : 1)))
}

export class DatabaseClient {
  readonly #branch: Branch
  readonly #ledger: DatabaseLedger
  readonly #random: SeededRandom

  constructor(branch: Branch, ledger: DatabaseLedger, random: SeededRandom) {
    this.#branch = branch
    this.#ledger = ledger
    this.#random = random
  }

  async act(): Promise<void> {
    const name = NAMES[this.#random.below(NAMES.length)] ?? ''
    const contents = this.#ledger.newest.get(name)
    const choice = this.#random.next()
    if (contents === undefined) await this.#create(name)
    else if (choice < 0.2) await this.#drop(name)
    else if (choice < 0.4 && contents.length > 0) await this.#delete(name, contents)
    else await this.#insert(name, contents)
  }

  async #create(name: string): Promise<void> {
    const { newest } = this.#ledger
    const templates = [...newest.keys(), 'template1']
    const template = templates[this.#random.below(templates.length)] ?? ''
    const after = new Map(newest).set(name, newest.get(template) ?? [])
    await this.#change(after, 'lakelet', `CREATE DATABASE ${name} TEMPLATE ${template}`)
  }

  async #drop(name: string): Promise<void> {
    const after = new Map(this.#ledger.newest)
    after.delete(name)
    await this.#change(after, 'lakelet', `DROP DATABASE ${name}`)
  }

  async #insert(name: string, contents: readonly number[]): Promise<void> {
    const batch = this.#ledger.newBatch()
    const after = new Map(this.#ledger.newest).set(name, [...contents, batch])
    await this.#change(
      after,
      name,
      `CREATE TABLE IF NOT EXISTS batches (batch int, i serial, note text, PRIMARY KEY (batch, i));
       INSERT INTO batches (batch, note) SELECT ${batch}, repeat('n', i) FROM generate_series(1, ${BATCH_ROWS}) AS i`,
    )
  }

  async #delete(name: string, contents: readonly number[]): Promise<void> {
    const batch = contents[this.#random.below(contents.length)]
    const after = contents.filter((other) => other !== batch)
    await this.#change(
      new Map(this.#ledger.newest).set(name, after),
      name,
      `DELETE FROM batches WHERE batch = ${batch}`,
    )
  }

  async #change(after: Contents, database: string, script: string): Promise<void> {
    const acknowledge = this.#ledger.change(after)
    const client = await TestClient.in(this.#branch, database)
    try {
      await client.script(script)
      await this.#branch.store.durable()
      acknowledge()
    } catch (error) {
      if (!(error instanceof SqlError) || !EXPECTED.has(error.code)) throw error
      this.#ledger.refused()
    } finally {
      client.session.close()
    }
  }
}

/** What must hold of the databases after every crash. */
export async function verifyDatabases(branch: Branch, ledger: DatabaseLedger): Promise<void> {
  const main = new TestClient(branch)
  const contents = new Map<string, readonly number[]>()
  const rows = await main.rows(`SELECT datname FROM pg_database WHERE oid >= 16384`)
  main.session.close()
  for (const [name] of rows) contents.set(name ?? '', await batchesOf(branch, name ?? ''))
  ledger.found(contents)
}

async function batchesOf(branch: Branch, name: string): Promise<readonly number[]> {
  const client = await TestClient.in(branch, name)
  try {
    const [exists] = await client.rows(`SELECT to_regclass('batches') IS NOT NULL`)
    if (exists?.[0] !== 't') return []
    const batches = await client.rows(
      `SELECT batch, count(*), sum(length(note)) FROM batches GROUP BY batch ORDER BY batch`,
    )
    const expected = `${BATCH_ROWS},${(BATCH_ROWS * (BATCH_ROWS + 1)) / 2}`
    for (const [batch, ...facts] of batches) {
      if (facts.join() !== expected)
        throw new Error(`batch ${batch} of ${name} has ${facts.join()}`)
    }
    const [next] = await client.rows(
      `SELECT nextval('batches_i_seq') > coalesce(max(i), 0) FROM batches`,
    )
    if (next?.[0] !== 't') throw new Error(`the sequence of ${name} gives numbers again`)
    return batches.map(([batch]) => Number(batch))
  } finally {
    client.session.close()
  }
}
