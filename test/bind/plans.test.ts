/** Bound plans as text, before any rewrite. `npx vitest run test/bind -u` writes plans.golden.txt anew: review the diff. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { printPlan } from '../../src/sql/plan/print-plan.ts'
import { BindHarness } from './bind-harness.ts'

test('bound plans', async () => {
  const harness = await BindHarness.open()
  const text = readFileSync(new URL('plans.sql', import.meta.url), 'utf8')
  const printed = text
    .split(/;\n/)
    .filter((statement) => statement.trim() !== '')
    .map(
      (statement) => `${statement};\n${printPlan(harness.bind(statement).plan, harness.catalog)}`,
    )
  await expect(printed.join('\n')).toMatchFileSnapshot('plans.golden.txt')
})
