/** The queries of test/queries over two real databases answer exactly as PostgreSQL 17 did, column types included. */
import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { splitStatements } from '../../src/sql/parse/split-statements.ts'
import { openTestClient } from './memory-branch.ts'
import type { TestClient } from './memory-branch.ts'

interface Answer {
  readonly columns: readonly (readonly [string, number])[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Northwind's licence keeps it out of the repository: it is tested where a copy lies beside it. */
const DATABASES = [
  { name: 'chinook', script: 'demo/chinook.sql' },
  { name: 'northwind', script: '../shared/data/northwind.sql' },
]

function statements(file: string) {
  return splitStatements(readFileSync(file, 'utf8')).flatMap((part) =>
    part.kind === 'statement' ? [part.text] : [],
  )
}

for (const { name, script } of DATABASES) {
  describe.skipIf(!existsSync(script))(name, () => {
    let client: TestClient

    beforeAll(async () => {
      client = await openTestClient()
      for (const text of statements(script))
        if (!/(create|drop)\s+database/i.test(text)) await client.query(text)
    })

    const answers = JSON.parse(
      readFileSync(`test/queries/${name}.recorded.json`, 'utf8'),
    ) as readonly Answer[]
    test.each(
      statements(`test/queries/${name}.sql`).map((text, index) => ({
        text,
        answer: answers[index]!,
      })),
    )('$text', async ({ text, answer }) => {
      const result = await client.query(text)
      expect(result.columns?.map((column) => [column.name, column.type])).toEqual(answer.columns)
      expect(result.rows).toEqual(answer.rows)
    })
  })
}
