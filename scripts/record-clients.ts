/**
 * Runs the scenarios of test/runtime/clients against a real PostgreSQL behind a plain implementation of the Neon HTTP
 * protocol, and records their outcomes, which Lakelet has to reproduce:
 *
 *   node scripts/record-clients.ts           (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import { writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { QueryArrayConfig, QueryArrayResult } from 'pg'
import { clientOutcomes } from '../test/runtime/clients/client-outcomes.ts'
import { withOracle } from './oracle.ts'

const OUTPUT = fileURLToPath(new URL('../test/runtime/clients/recorded.json', import.meta.url))

interface Query {
  readonly query: string
  readonly params?: readonly unknown[]
}

const DATABASE = 'record_clients'

const LEVELS: Readonly<Record<string, string>> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
}

async function run(client: Client, { query, params = [] }: Query): Promise<object> {
  const options: QueryArrayConfig & { queryMode: 'extended' } = {
    text: query,
    values: [...params],
    rowMode: 'array',
    queryMode: 'extended',
    types: { getTypeParser: () => (text: string) => text },
  }
  const result: QueryArrayResult = await client.query(options)
  return {
    fields: result.fields,
    rows: result.rows,
    command: result.command,
    rowCount: result.rowCount,
    rowAsArray: true,
  }
}

async function answer(
  url: string,
  body: Query & { queries?: Query[] },
  headers: Record<string, unknown>,
): Promise<object> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query("SET timezone = 'UTC'")
    if (body.queries === undefined) return await run(client, body)
    const level = headers['neon-batch-isolation-level']
    const modes = [
      ...(typeof level === 'string' ? [`ISOLATION LEVEL ${LEVELS[level]}`] : []),
      ...(headers['neon-batch-read-only'] === 'true' ? ['READ ONLY'] : []),
      ...(headers['neon-batch-deferrable'] === 'true' ? ['DEFERRABLE'] : []),
    ]
    await client.query(`START TRANSACTION ${modes.join(', ')}`)
    const results: object[] = []
    for (const query of body.queries) results.push(await run(client, query))
    await client.query('COMMIT')
    return { results }
  } finally {
    await client.end()
  }
}

function neonServer(url: string): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      answer(url, JSON.parse(Buffer.concat(chunks).toString()), request.headers).then(
        (value) => response.writeHead(200).end(JSON.stringify(value)),
        (error: Error) => response.writeHead(400).end(JSON.stringify(errorFields(error))),
      )
    })
  })
}

function errorFields(error: Error): object {
  const keys =
    'code detail hint position internalPosition internalQuery severity where table column schema dataType constraint file line routine'
  const fields = error as unknown as Record<string, unknown> // pg's DatabaseError
  return {
    message: error.message,
    ...Object.fromEntries(keys.split(' ').map((key) => [key, fields[key] ?? null])),
  }
}

await withOracle(async (url) => {
  const admin = new Client(url)
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  const server = neonServer(new URL(DATABASE, url).href).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  const outcomes = await clientOutcomes(`http://127.0.0.1:${port}/sql`)
  writeFileSync(OUTPUT, `${JSON.stringify(outcomes, null, 1)}\n`)
  server.close()
  await admin.query(`DROP DATABASE ${DATABASE}`)
  await admin.end()
})
