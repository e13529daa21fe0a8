/** A bank under a write load: transfers between accounts, each remembered by the client once it was acknowledged. */
import { neon, neonConfig } from '@neondatabase/serverless'

export const CONNECTION = 'postgresql://lakelet:lakelet@main--local.localhost/lakelet'
const ACCOUNTS = 20
const BALANCE = 1000

export class Bank {
  readonly #url: string
  readonly #sql: ReturnType<typeof neon<false, true>>
  /** Ids of transfers the server has acknowledged. */
  readonly acknowledged = new Set<number>()
  #nextTransfer = 1
  #isStopped = false

  constructor(url: string) {
    this.#url = url
    neonConfig.fetchEndpoint = url
    this.#sql = neon(CONNECTION, { fullResults: true })
  }

  async create(): Promise<void> {
    await this.#sql.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)')
    await this.#sql.query(
      'CREATE TABLE transfer (id int PRIMARY KEY, debit int NOT NULL, credit int NOT NULL, amount int NOT NULL)',
    )
    await this.#sql.query('INSERT INTO account SELECT i, $1 FROM generate_series(1, $2) AS i', [
      BALANCE,
      ACCOUNTS,
    ])
  }

  /** Transfers from several clients at once until stopped; a failed request ends its client. */
  async run(clients: number): Promise<void> {
    this.#isStopped = false
    await Promise.all(Array.from({ length: clients }, () => this.#client()))
  }

  stop(): void {
    this.#isStopped = true
  }

  async #client(): Promise<void> {
    while (!this.#isStopped) {
      const id = this.#nextTransfer++
      try {
        await this.#transfer(id)
      } catch {
        return // the server was killed: this transfer was never acknowledged
      }
      this.acknowledged.add(id)
    }
  }

  async #transfer(id: number): Promise<void> {
    const from = 1 + ((id * 7) % ACCOUNTS)
    const to = 1 + ((id * 13 + 5) % ACCOUNTS)
    const amount = 1 + (id % 9)
    const sql = this.#sql
    await sql.transaction([
      sql.query('UPDATE account SET balance = balance - $1 WHERE id = $2', [amount, from]),
      sql.query('UPDATE account SET balance = balance + $1 WHERE id = $2', [amount, to]),
      sql.query('INSERT INTO transfer VALUES ($1, $2, $3, $4)', [id, from, to, amount]),
    ])
  }

  /** Names what is wrong; empty when every acknowledged transfer is there and the sum is constant. */
  async audit(): Promise<readonly string[]> {
    const problems: string[] = []
    const { rows: sums } = await this.#sql.query(
      'SELECT sum(balance)::int AS sum, count(*)::int AS n FROM account',
    )
    if (sums[0]?.['sum'] !== ACCOUNTS * BALANCE) problems.push(`the sum is ${sums[0]?.['sum']}`)
    const { rows } = await this.#sql.query('SELECT id FROM transfer')
    const present = new Set(rows.map((row) => row['id'] as number)) // int4 arrives as a number
    for (const id of this.acknowledged)
      if (!present.has(id)) problems.push(`transfer ${id} was acknowledged and is gone`)
    const { rows: drift } = await this.#sql.query(`
      SELECT id FROM account WHERE balance <> ${BALANCE}
        + (SELECT coalesce(sum(amount), 0) FROM transfer WHERE credit = account.id)
        - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE debit = account.id)`)
    for (const row of drift)
      problems.push(`account ${String(row['id'])} does not match its transfers`)
    for (const finding of await this.#check()) problems.push(`check: ${finding}`)
    this.#nextTransfer = Math.max(this.#nextTransfer, ...present) + 1
    return problems
  }

  /** What the branch's own check of its storage finds. */
  async #check(): Promise<readonly string[]> {
    const headers = { 'Neon-Connection-String': CONNECTION }
    const response = await fetch(this.#url.replace(/sql$/, 'check'), { method: 'POST', headers })
    const { findings } = (await response.json()) as { findings?: readonly string[] } // or an error's body
    return findings ?? [`answered with status ${response.status}`]
  }
}
