/**
 * What each rewrite rule makes of a query: SQL, the bound plan, the plan after every rule that changed it, EXPLAIN, and the rows.
 * `npx vitest run test/plan -u` writes rules.golden.txt anew: review the diff.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SqlError } from '../../src/errors/sql-error.ts'
import { explainText } from '../../src/sql/plan/explain/explain-format.ts'
import { printPlan } from '../../src/sql/plan/print-plan.ts'
import { openTestClient } from '../engine/memory-branch.ts'
import { PlanHarness } from './plan-harness.ts'

const TABLES_SQL = `
CREATE TABLE t (id int PRIMARY KEY, b int, c text);
CREATE TABLE u (id int PRIMARY KEY, x int);
CREATE TABLE v (id bigint);
INSERT INTO t SELECT i, nullif(i % 50, 7), 'n' || i FROM generate_series(1, 2000) i;
INSERT INTO u SELECT i, i % 9 FROM generate_series(1, 100) i;
INSERT INTO v VALUES (3), (4), (NULL);
CREATE INDEX t_b ON t (b); CREATE INDEX t_c ON t (c);
`
const ROWS_SHOWN = 8

async function describe(sql: string, harness: PlanHarness): Promise<string> {
  const { catalog } = harness.environment
  const parts = [`${sql};`]
  let shown = printPlan(harness.bind(sql), catalog)
  parts.push(`-- bound\n${shown}`)
  const query = harness.plan(sql, {
    onRule: (rule, plan) => {
      const text = printPlan(plan, catalog)
      if (text !== shown) parts.push(`-- ${rule}\n${text}`)
      shown = text
    },
  })
  parts.push(
    `-- explain\n${explainText(harness.explain(query), { showsCosts: true }).join('\n')}\n`,
  )
  try {
    const rows = await harness.run(query)
    const lines = rows
      .slice(0, ROWS_SHOWN)
      .map((row) => row.map((value) => value ?? 'NULL').join('|'))
    if (rows.length > ROWS_SHOWN) lines.push(`… ${rows.length} rows`)
    parts.push(`-- rows\n${lines.join('\n')}\n`)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    parts.push(`-- error ${error.code} ${error.message}\n`)
  }
  return parts.join('\n')
}

test('every rule', async () => {
  const client = await openTestClient()
  await client.script(TABLES_SQL)
  const harness = new PlanHarness(client)
  const script = readFileSync(new URL('rules.sql', import.meta.url), 'utf8')
  const described: string[] = []
  for (const piece of script.split(/;\n/)) {
    const comment = piece.match(/^(--.*\n)*/)![0] // matches also nothing
    const sql = piece.slice(comment.length).trim()
    if (sql !== '') described.push(`${comment}${await describe(sql, harness)}`)
  }
  await expect(described.join(`${'='.repeat(80)}\n`)).toMatchFileSnapshot('rules.golden.txt')
})
