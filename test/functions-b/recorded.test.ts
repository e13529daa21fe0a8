/** Every recorded answer of PostgreSQL, given by our functions called directly. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseCases, type Answer } from './case-file.ts'
import { evaluateCase } from './evaluate-case.ts'

const cases = new URL('cases/', import.meta.url)
const recorded = new URL('recorded/', import.meta.url)

for (const file of readdirSync(cases)) {
  const name = file.replace(/\.txt$/, '')
  const answers = JSON.parse(readFileSync(new URL(`${name}.json`, recorded), 'utf8')) as Answer[]
  describe(name, () => {
    parseCases(readFileSync(new URL(file, cases), 'utf8')).forEach((one, index) => {
      test(`${index} ${one.line}`, () => {
        const expected = answers[index]
        if (expected?.line !== one.line) throw new Error('record the answers again')
        expect(JSON.parse(JSON.stringify(evaluateCase(one, expected)))).toEqual(expected)
      })
    })
  })
}
