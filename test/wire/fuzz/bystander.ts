/**
 * A client that minds its own business in the middle of hostile ones: settings, a prepared statement, a temporary table, a channel
 * it listens to, and a transaction with rows of its own. All of it must stay as it is.
 */
import { serialize } from 'pg-protocol'
import type { ConnectionHost } from '../../../src/durable/wire/connection-host.ts'
import { Connection } from '../../../src/durable/wire/connection.ts'

const STATE: readonly (readonly [statement: string, answer: string])[] = [
  ['EXECUTE mine(20)', '21'],
  ['SHOW TimeZone', 'Europe/Vienna'],
  ['SELECT sum(a) FROM my_rows', '6'],
  ['SELECT pg_listening_channels()', 'only_mine'],
]
/** Also while its transaction is open. */
const OPEN: readonly (readonly [statement: string, answer: string])[] = [
  ...STATE,
  ['SELECT note FROM kept WHERE id = 1', 'not committed'],
  ['SELECT count(*) FROM ledger', '1'],
]

export class Bystander {
  readonly #connection: Connection
  #heard: Buffer[] = []
  isEnded = false

  constructor(host: ConnectionHost) {
    const socket = {
      send: (bytes: Uint8Array) => void this.#heard.push(Buffer.from(bytes)),
      close: () => void (this.isEnded = true),
      unsentBytes: () => 0,
      changed: () => undefined,
    }
    this.#connection = new Connection(host, socket, 'cleartext')
  }

  async begin(): Promise<void> {
    const startup = serialize.startup({ user: 'lakelet', database: 'lakelet' })
    await this.#connection.receive(Buffer.concat([startup, serialize.password('lakelet')]))
    for (const text of [
      'CREATE TABLE kept (id int PRIMARY KEY, note text)',
      `INSERT INTO kept SELECT i, 'row ' || i FROM generate_series(1, 50) AS i`,
      'CREATE TABLE item (id int PRIMARY KEY, label text, price numeric, made timestamptz DEFAULT now(), tags text[], data jsonb)',
      'CREATE TABLE ledger (writer int)',
      'PREPARE mine (int) AS SELECT $1 + 1',
      `SET TimeZone = 'Europe/Vienna'`,
      'CREATE TEMP TABLE my_rows AS SELECT generate_series(1, 3) AS a',
      'LISTEN only_mine',
    ])
      await this.#ask(text)
    await this.#open()
  }

  /** What is not as it should be. */
  async check(): Promise<readonly string[]> {
    if (this.isEnded) return ['the bystander was cut off']
    const problems: string[] = []
    for (const [text, expected] of OPEN) {
      const answer = await this.#ask(text)
      if (answer !== expected) problems.push(`${text}: ${answer}`)
    }
    return problems
  }

  /** Ends its transaction, looks at what is left of it, and begins another. */
  async renew(): Promise<readonly string[]> {
    const problems = [...(await this.check())]
    await this.#ask('ROLLBACK')
    for (const [text, expected] of STATE) {
      const answer = await this.#ask(text)
      if (answer !== expected) problems.push(`${text}: ${answer}`)
    }
    await this.#open()
    return problems
  }

  async #open(): Promise<void> {
    await this.#ask('BEGIN')
    await this.#ask(`UPDATE kept SET note = 'not committed' WHERE id = 1`)
    await this.#ask('INSERT INTO ledger VALUES (1)')
  }

  /** The first value of the first row, or the error. */
  async #ask(text: string): Promise<string> {
    this.#heard = []
    await this.#connection.receive(serialize.query(text))
    const answer = Buffer.concat(this.#heard)
    for (let at = 0; at < answer.length; at += 1 + answer.readInt32BE(at + 1)) {
      const body = answer.subarray(at + 5, at + 1 + answer.readInt32BE(at + 1))
      const tag = String.fromCharCode(answer[at] ?? 0)
      if (tag === 'E') return body.toString().replaceAll('\0', ' ')
      if (tag === 'D') return body.subarray(6, 6 + body.readInt32BE(2)).toString()
    }
    return ''
  }
}
