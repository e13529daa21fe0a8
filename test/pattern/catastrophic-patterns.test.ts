/** Patterns that keep a backtracking engine busy for ever are answered at once, harmless ones stay with it. */
import { describe, expect, it } from 'vitest'
import { compileLike } from '../../src/sql/types/pattern/like-pattern.ts'
import { parseRegex } from '../../src/sql/types/pattern/parse-regex.ts'
import { DEFAULT_OPTIONS } from '../../src/sql/types/pattern/regex-options.ts'
import { RegularExpression } from '../../src/sql/types/pattern/regular-expression.ts'
import {
  backtrackingRisk,
  mayTakeTooLong,
} from '../../src/sql/types/pattern/risk/backtracking-risk.ts'
import { similarToRegular } from '../../src/sql/types/pattern/similar-pattern.ts'
import { processorTime } from '../processor-time.ts'

const LETTERS = `${'a'.repeat(50)}!`
/** Generous, for machines under load; all take a few milliseconds to a quarter of a second. */
const MAX_MILLISECONDS = 3000

describe('catastrophic patterns', () => {
  it.each([
    ['^(a+)+$', LETTERS, false],
    ['^(a|a)*$', LETTERS, false],
    ['^(a|aa)+$', LETTERS, false],
    ['^(a*)*$', LETTERS, false],
    ['(.*)*x', LETTERS, false],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', LETTERS, false],
    ['(?=(a+)+b)a', LETTERS, false],
    ['^(?:(?:a|b)*(?:a|b)*)*c$', 'ab'.repeat(200), false],
    ['(a?){30}a{30}', 'a'.repeat(30), true],
    ['(x+x+)+y', 'x'.repeat(1000), false],
    ['a*a*a*a*a*a*b', 'a'.repeat(3000), false],
    ['\\s+$', `${' '.repeat(100_000)}x`, false],
    ['(?=.*x)y', 'y'.repeat(20_000), false],
    ['(a|b|ab)*c', 'ab'.repeat(50_000), false],
    [similarToRegular('(a%)*b', undefined), LETTERS, false],
  ])('%s', (pattern, text, expected) => {
    const spentMs = processorTime()
    const expression = new RegularExpression(pattern, DEFAULT_OPTIONS)
    expect(expression.test(text)).toBe(expected)
    expect(expression.match(text, 0) !== undefined).toBe(expected)
    expect(spentMs()).toBeLessThan(MAX_MILLISECONDS)
  })

  it('back-references and huge repetitions end with an error', () => {
    const message = 'invalid regular expression: regular expression is too complex'
    const test = (pattern: string) => () =>
      new RegularExpression(pattern, DEFAULT_OPTIONS).test(LETTERS)
    expect(test('(a+)+\\1!!')).toThrow(message)
    expect(test('(((a{1,100}){1,100}){1,100})b')).toThrow(message)
  })

  it('LIKE with many wildcards', () => {
    expect(compileLike(`${'%a_'.repeat(20)}b`)('a'.repeat(5000))).toBe(false)
    expect(compileLike('%a_%c_')('xxabbcd')).toBe(true)
    expect(compileLike('_%_')('😀')).toBe(false)
    expect(compileLike('_%_%')('😀x')).toBe(true)
  })
})

describe('harmless patterns', () => {
  it.each([
    '^[a-z]+@[a-z]+\\.com$',
    '^(\\w+\\.)*example\\.com$',
    '(\\d{3}-)*\\d',
    'foo.*bar',
    '(foo|bar)+',
    '(\\d+)-(\\d+)-(\\d+)',
    '(,\\s*\\w+)*',
    '([^,]*,){3}',
    '^(\\d{1,3}\\.){3}\\d{1,3}$',
  ])('%s', (pattern) => {
    const { tree, ignoreCase } = parseRegex(pattern, DEFAULT_OPTIONS)
    expect(mayTakeTooLong(backtrackingRisk(tree, ignoreCase), 1000)).toBe(false)
  })
})
