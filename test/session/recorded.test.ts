/** Scripts of one session, statement by statement, against what PostgreSQL answers (scripts/record-sessions.ts). */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { TestClient, openMemoryBranch } from '../engine/memory-branch.ts'
import type { RecordedAnswer } from './recorded-answer.ts'
import { messagesOf } from './script-messages.ts'

const FOLDER = new URL('.', import.meta.url).pathname

describe.each(readdirSync(FOLDER).filter((name) => name.endsWith('.sql')))('%s', (file) => {
  const read = (name: string): string => readFileSync(`${FOLDER}${name}`, 'utf8')
  const recorded = JSON.parse(read(file.replace('.sql', '.recorded.json'))) as RecordedAnswer[] // written so
  test('answers as PostgreSQL does', async () => {
    const client = new TestClient(await openMemoryBranch())
    for (const [i, text] of messagesOf(read(file)).entries()) {
      expect({ text, ...(await answer(client, text)) }).toEqual({ text, ...recorded[i] })
    }
  })
})

async function answer(client: TestClient, text: string): Promise<RecordedAnswer> {
  try {
    const results = await client.script(text)
    return {
      results: results.map(({ tag, columns, rows }) => ({
        command: commandOf(tag),
        columns: columns?.map(({ name }) => name) ?? [],
        rows,
      })),
    }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { code, message, fields } = error
    const { detail, hint, position } = fields
    const shown = { detail, hint, position: position === undefined ? undefined : String(position) }
    const given = Object.entries(shown).filter(([, value]) => value !== undefined)
    return { error: { code, message, ...Object.fromEntries(given) } }
  }
}

/** As pg's client reads a tag: its first word and its last number. */
function commandOf(tag: string): string {
  const [, command = '', first, second] = /^(\w+)(?: (\d+))?(?: (\d+))?/.exec(tag) ?? []
  return [command, second ?? first ?? []].flat().join(' ')
}
