/** The steps on a real PostgreSQL: for recording what Lakelet has to do. */
import pg from 'pg'
import type { Outcome, StepTarget } from './run-scenario.ts'

const asText = { getTypeParser: () => (value: string) => value }
const POLL_MS = 10
/** So often it is seen waiting before it counts: one that was let go may be a little slow. */
const WAITS = 5

interface Connection {
  readonly client: pg.Client
  readonly pid: number
  isBusy: boolean
}

export class PostgresTarget implements StepTarget {
  readonly #url: string
  readonly #control: pg.Client
  readonly #sessions = new Map<string, Promise<Connection>>()

  private constructor(url: string, control: pg.Client) {
    this.#url = url
    this.#control = control
  }

  /** On a database that it may wipe. */
  static async connect(url: string): Promise<PostgresTarget> {
    const control = new pg.Client(url)
    await control.connect()
    await control.query('drop schema public cascade; create schema public')
    return new PostgresTarget(url, control)
  }

  async submit(session: string, text: string): Promise<Outcome> {
    const connection = await this.#session(session)
    connection.isBusy = true
    try {
      const { rows, command, rowCount } = await connection.client.query<(string | null)[]>({
        text,
        rowMode: 'array',
      })
      return { rows, tag: rowCount === null ? command : `${command} ${rowCount}` }
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error
      return { code: error.code ?? '', message: error.message }
    } finally {
      connection.isBusy = false
    }
  }

  async settle(sessions: readonly string[]): Promise<void> {
    for (const name of sessions) {
      const connection = await this.#session(name)
      for (let waits = 0; connection.isBusy && waits < WAITS;) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        waits = (await this.#isWaiting(connection.pid)) ? waits + 1 : 0
      }
    }
  }

  async cancel(session: string): Promise<void> {
    const { pid } = await this.#session(session)
    await this.#control.query('select pg_cancel_backend($1)', [pid])
    while ((await this.#session(session)).isBusy)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }

  async close(session: string): Promise<void> {
    const connection = await this.#session(session)
    this.#sessions.delete(session)
    await connection.client.end()
    // The server is a little behind.
    for (;;) {
      const text = 'select from pg_stat_activity where pid = $1'
      if ((await this.#control.query(text, [connection.pid])).rowCount === 0) return
    }
  }

  async end(): Promise<void> {
    for (const name of [...this.#sessions.keys()]) {
      const { client, pid, isBusy } = await this.#session(name)
      if (isBusy) await this.#control.query('select pg_terminate_backend($1)', [pid])
      else await client.end()
    }
    await this.#control.end()
  }

  async #isWaiting(pid: number): Promise<boolean> {
    const text =
      "select pg_blocking_pids($1) || pg_safe_snapshot_blocking_pids($1) <> '{}' as waits"
    const { rows } = await this.#control.query<{ readonly waits: boolean }>(text, [pid])
    return rows[0]?.waits === true
  }

  #session(name: string): Promise<Connection> {
    let session = this.#sessions.get(name)
    if (session === undefined) this.#sessions.set(name, (session = this.#connect()))
    return session
  }

  async #connect(): Promise<Connection> {
    // A deadlock is found by the one that closed it: the others have looked before.
    const options = '-c deadlock_timeout=15ms'
    const client = new pg.Client({ connectionString: this.#url, types: asText, options })
    client.on('error', () => undefined)
    await client.connect()
    const { rows } = await client.query<{ pid: string }>('select pg_backend_pid() as pid')
    return { client, pid: Number(rows[0]?.pid), isBusy: false }
  }
}
