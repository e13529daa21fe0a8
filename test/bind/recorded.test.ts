/**
 * Statements are described (result columns, parameter types, errors with their position) as PostgreSQL 17 described them:
 * see scripts/record-bind-answers.ts.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { BindHarness, type Described } from './bind-harness.ts'

/** Where we are known to differ, and why. A statement that starts to agree must leave this list. */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ["select greatest('{}'::json, '{}'::json)", 'PostgreSQL finds out only when it runs'],
  ['select a from t order by a using +', 'position of the operator'],
  ["select point '(1,2)' order by 1", 'no geometric types'],
  ['insert into v (x) values (1) on conflict (x) do nothing', 'PostgreSQL infers when planning'],
  ['insert into v (x) values (1) on conflict (w) do nothing', 'PostgreSQL infers when planning'],
  ["insert into pg_class (relname) values ('x')", 'PostgreSQL refuses when it runs'],
  ['select xmin from t limit 0', 'no system columns of row versions'],
  ["select stddev(1), variance(1.5), corr(1, 2), every(true), bit_and(1), xmlagg('x')", 'no xml'],
])

const FILE = new URL('recorded.json', import.meta.url)
const recorded: Record<string, Described> = JSON.parse(readFileSync(FILE, 'utf8'))

describe('statements described as by PostgreSQL', () => {
  let harness: BindHarness
  beforeAll(async () => {
    harness = await BindHarness.open()
  })

  test.for(Object.entries(recorded))('%s', ([sql, answer]) => {
    const wanted = answer.error ? { ...answer, columns: [], parameters: [] } : answer
    if (KNOWN.has(sql)) expect(harness.describe(sql)).not.toEqual(wanted)
    else expect(harness.describe(sql)).toEqual(wanted)
  })
})
