/**
 * Asks a real PostgreSQL 17 how it describes each statement of test/bind/statements.sql: result columns, parameter types,
 * or the error. Writes test/bind/recorded.json. Run: ORACLE_URL=postgresql://… node scripts/record-bind-answers.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { withOracle } from './oracle.ts'

const FOLDER = new URL('../test/bind/', import.meta.url)
const DATABASE = 'lakelet_bind'

interface Described {
  columns: [name: string, type: string, typmod: number][]
  parameters: string[]
  error?: Record<string, string>
}

/** The parts of pg's low-level connection that are used here; its types leave them out. */
interface Wire {
  parse(query: { text: string; name: string }): void
  describe(target: { type: string; name: string }): void
  sync(): void
  on(event: string, listener: (message: never) => void): void
  removeAllListeners(event: string): void
}

const EVENTS = [
  'rowDescription',
  'parameterDescription',
  'parseComplete',
  'noData',
  'errorMessage',
  'readyForQuery',
]

function describe(wire: Wire, text: string, typeName: (oid: number) => string): Promise<Described> {
  return new Promise((resolve) => {
    const result: Described = { columns: [], parameters: [] }
    for (const event of EVENTS) wire.removeAllListeners(event)
    wire.on(
      'rowDescription',
      (message: { fields: { name: string; dataTypeID: number; dataTypeModifier: number }[] }) => {
        result.columns = message.fields.map((field) => [
          field.name,
          typeName(field.dataTypeID),
          field.dataTypeModifier,
        ])
      },
    )
    wire.on('parameterDescription', (message: { dataTypeIDs: number[] }) => {
      result.parameters = message.dataTypeIDs.map(typeName)
    })
    wire.on('errorMessage', (message: Record<string, string>) => {
      const { code, detail, hint, position } = message
      const text = message['message']
      result.error = JSON.parse(
        JSON.stringify({ code, message: text, detail, hint, position }),
      ) as Record<string, string>
    })
    wire.on('readyForQuery', () => resolve(result))
    wire.parse({ text, name: '' })
    wire.describe({ type: 'S', name: '' })
    wire.sync()
  })
}

function statements(file: string): string[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8')
  return text.split(/;\n/).filter((one) => one.trim() !== '')
}

await withOracle(async (url) => {
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`)
  const client = new pg.Client(new URL(`/${DATABASE}`, url).href)
  await client.connect()
  for (const statement of statements('schema.sql')) await client.query(statement)
  const types = await client.query('SELECT oid::int, typname FROM pg_type')
  const names = new Map(
    types.rows.map((row: { oid: number; typname: string }) => [row.oid, row.typname]),
  )
  // why: pg does not type its connection
  const { connection } = client as unknown as { connection: Wire }
  const answers: Record<string, Described> = {}
  for (const statement of statements('statements.sql')) {
    answers[statement] = await describe(connection, statement, (oid) => names.get(oid) ?? '?')
  }
  const lines = Object.entries(answers).map(
    ([statement, answer]) => `${JSON.stringify(statement)}: ${JSON.stringify(answer)}`,
  )
  writeFileSync(new URL('recorded.json', FOLDER), `{\n${lines.join(',\n')}\n}\n`)
  for (const event of EVENTS) connection.removeAllListeners(event)
  admin.on('error', () => undefined)
  client.on('error', () => undefined)
  await admin.query(`DROP DATABASE ${DATABASE} WITH (FORCE)`)
  await admin.end()
})
process.exit(0)
