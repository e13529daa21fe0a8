/** Conversations of COPY and what a server says in them: shared by the tests and by what records PostgreSQL's answers. */
import { readFileSync } from 'node:fs'
import { serialize } from 'pg-protocol'
import type { RawClient, RawMessage } from '../raw-client.ts'

export interface CopyCase {
  readonly copy: string
  /** What is sent, a byte for each character, in pieces of `piece` bytes. */
  readonly data?: string
  readonly piece?: number
  /** Sent after it instead of CopyDone, a byte for each character. */
  readonly end?: string
  /** The rows stay in the table. */
  readonly keep?: boolean
}

export const COPY_CASES = JSON.parse(
  readFileSync(new URL('copy-cases.json', import.meta.url), 'utf8'),
) as readonly CopyCase[] // as the file has it

export const COPY_SETUP: readonly string[] = [
  "SET timezone = 'UTC'",
  'CREATE DOMAIN pos AS int CHECK (value > 0)',
  'CREATE TABLE t (a int, b text)',
  `CREATE TABLE k (a int PRIMARY KEY, b text NOT NULL, c int CHECK (c < 100),
     d timestamptz DEFAULT '2020-01-01 00:00:00+00', e int GENERATED ALWAYS AS (c * 2) STORED)`,
  "CREATE TABLE dt (a int DEFAULT 5, b pos DEFAULT 7, c text DEFAULT 'x')",
  'CREATE TABLE fk (a int REFERENCES k)',
  `CREATE TABLE w (a int, b numeric(6,2), c bool, d float8, e int8, f date, g varchar(3), h bytea, i int[],
     j jsonb, k2 timestamp, l uuid, m interval, n float4, o int2)`,
  'CREATE TABLE w2 (LIKE w)',
  'CREATE TABLE z ()',
  'CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS IDENTITY)',
  'CREATE VIEW v AS SELECT * FROM t',
  'CREATE MATERIALIZED VIEW m AS SELECT * FROM t',
  'CREATE SEQUENCE sq',
  'CREATE INDEX ti ON t (a)',
]

/** Fields of an error that are told: code, message, detail, hint, position, context, table, column, type, constraint. */
const TOLD = 'CMDHPWtcdn'

export async function converse(client: RawClient, one: CopyCase): Promise<readonly string[]> {
  await query(client, 'BEGIN')
  const answers = await query(client, one.copy, one)
  const hasFailed = answers.some((answer) => answer.startsWith('E'))
  await query(client, hasFailed ? 'ROLLBACK' : 'COMMIT')
  const table = /^copy\s+(?:binary )?(\w+).*from stdin/i.exec(one.copy)?.[1]
  if (table === undefined) return answers
  const rows = await query(client, `SELECT * FROM ${table}`)
  if (one.keep !== true) await query(client, `DELETE FROM ${table}`)
  return [...answers, ...rows]
}

/** Everything up to ReadyForQuery. When the server asks for data, it gets those of the case. */
export async function query(
  client: RawClient,
  text: string,
  { data = '', piece, end }: Partial<CopyCase> = {},
): Promise<readonly string[]> {
  client.send(serialize.query(text))
  const answers: string[] = []
  for (;;) {
    const message = await client.next()
    if (message === undefined) return [...answers, 'closed']
    if (message.tag === 'G') {
      for (const part of pieces(Buffer.from(data, 'latin1'), piece)) {
        client.send(serialize.copyData(part))
      }
      client.send(end === undefined ? serialize.copyDone() : Buffer.from(end, 'latin1'))
    }
    const shown = show(message)
    if (shown !== undefined) answers.push(shown)
    if (message.tag === 'Z') return answers
  }
}

function pieces(bytes: Buffer, length = Math.max(1, bytes.length)): readonly Buffer[] {
  const count = Math.ceil(bytes.length / length)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * length, (i + 1) * length))
}

function show({ tag, body }: RawMessage): string | undefined {
  if (tag === 'E' || tag === 'N') {
    const fields = body.toString('utf8').split('\0')
    return `${tag} ${fields.filter((field) => TOLD.includes(field[0] ?? ' ')).join(' | ')}`
  }
  return tag === 'S' || tag === 'T' ? undefined : `${tag} ${body.toString('latin1')}`
}
