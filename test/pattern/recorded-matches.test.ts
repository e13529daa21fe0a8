/** Random patterns and texts with what PostgreSQL 17 answers for regexp_substr(text, pattern). */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LinearMatcher } from '../../src/sql/types/pattern/linear/linear-matcher.ts'
import { TextRun } from '../../src/sql/types/pattern/linear/text-run.ts'
import { parseRegex } from '../../src/sql/types/pattern/parse-regex.ts'
import { DEFAULT_OPTIONS } from '../../src/sql/types/pattern/regex-options.ts'
import { RegularExpression } from '../../src/sql/types/pattern/regular-expression.ts'

type RecordedMatch = readonly [pattern: string, text: string, match: string | null]

const RECORDED = JSON.parse(
  readFileSync(new URL('recorded-matches.json', import.meta.url), 'utf8'),
) as readonly RecordedMatch[] // the file is ours

describe('recorded matches', () => {
  it('of the linear matcher', () => {
    for (const [pattern, text, expected] of RECORDED) {
      const matcher = new LinearMatcher(parseRegex(pattern, DEFAULT_OPTIONS))
      const found = matcher.match(new TextRun(text), 0, false)
      const actual = found === undefined ? null : text.slice(found.start, found.end)
      expect(actual, `${pattern} on ${JSON.stringify(text)}`).toBe(expected)
    }
  })

  it('of whichever engine is chosen', () => {
    for (const [pattern, text, expected] of RECORDED) {
      const expression = new RegularExpression(pattern, DEFAULT_OPTIONS)
      const label = `${pattern} on ${JSON.stringify(text)}`
      expect(expression.match(text, 0)?.groups[0] ?? null, label).toBe(expected)
      expect(expression.test(text), label).toBe(expected !== null)
    }
  })
})
