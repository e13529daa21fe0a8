/**
 * Scripts of statements against PostgreSQL's recorded answers: the executor as users meet it. To record anew, point
 * RECORD_ANSWERS at an empty database of a PostgreSQL 17 (postgresql://…).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { openMemoryBranch, TestClient } from '../engine/memory-branch.ts'

const FOLDER = join(import.meta.dirname, 'scripts')
const RECORD = process.env['RECORD_ANSWERS']

interface Answer {
  readonly sql: string
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly error?: string
}

function statementsOf(script: string): string[] {
  return script
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

async function ask(
  statements: readonly string[],
  one: (sql: string) => Promise<Answer['rows']>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const sql of statements) {
    try {
      answers.push({ sql, rows: (await one(sql)) ?? [] })
    } catch (error) {
      answers.push({ sql, error: errorText(error) })
    }
  }
  return answers
}

function errorText(error: unknown): string {
  if (error instanceof SqlError)
    return `${error.code} ${error.message} ${error.fields.detail ?? ''}`
  if (error instanceof pg.DatabaseError)
    return `${error.code} ${error.message} ${error.detail ?? ''}`
  throw error
}

async function record(connectionString: string, statements: readonly string[]): Promise<Answer[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query("drop schema public cascade; create schema public; set timezone = 'UTC'")
  const types = { getTypeParser: () => (text: string) => text }
  const answers = await ask(statements, async (text) => {
    const result = await client.query({ text, rowMode: 'array', types: types as never })
    return result.rows as Answer['rows']
  })
  await client.end()
  return answers
}

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith('.sql')))('%s', (name) => {
  test('answers as PostgreSQL does', async () => {
    const statements = statementsOf(readFileSync(join(FOLDER, name), 'utf8'))
    const recorded = join(FOLDER, name.replace('.sql', '.recorded.json'))
    if (RECORD !== undefined) {
      writeFileSync(recorded, `${JSON.stringify(await record(RECORD, statements), null, 1)}\n`)
    }
    const client = new TestClient(await openMemoryBranch())
    const answers = await ask(statements, async (sql) => client.rows(sql))
    const expected = JSON.parse(readFileSync(recorded, 'utf8')) as Answer[]
    expect(answers).toEqual(expected)
  }, 30_000)
})
