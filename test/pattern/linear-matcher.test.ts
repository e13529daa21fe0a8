/** The linear matcher finds what a backtracking engine finds, where that engine comes to an end. */
import { describe, expect, it } from 'vitest'
import { LinearMatcher } from '../../src/sql/types/pattern/linear/linear-matcher.ts'
import { TextRun } from '../../src/sql/types/pattern/linear/text-run.ts'
import { parseRegex } from '../../src/sql/types/pattern/parse-regex.ts'
import type { ParsedRegex } from '../../src/sql/types/pattern/parse-regex.ts'
import { DEFAULT_OPTIONS } from '../../src/sql/types/pattern/regex-options.ts'
import { childrenOf } from '../../src/sql/types/pattern/regex-tree.ts'
import type { RegexNode } from '../../src/sql/types/pattern/regex-tree.ts'
import { renderRegex } from '../../src/sql/types/pattern/render-regex.ts'
import { backtrackingAnswer } from './backtracking-answers.ts'
import type { Answer } from './backtracking-answers.ts'
import { RandomPatterns } from './random-patterns.ts'

const PATTERNS = 500
const TEXTS = 4

/** Which iteration of a loop that matched nothing is remembered differs between engines. */
function hasEmptyLoop(node: RegexNode): boolean {
  if (node.kind === 'repeat' && new RegExp(`^(?:${renderRegex(node.body)})$`, 'u').test('')) {
    return true
  }
  return childrenOf(node).some(hasEmptyLoop)
}

function linearAnswer(parsed: ParsedRegex, text: string): Answer | undefined {
  const found = new LinearMatcher(parsed).match(new TextRun(text), 0, false)
  if (found === undefined) return undefined
  const { start, end, slots } = found
  const groups: (string | undefined)[] = [text.slice(start, end)]
  for (let slot = 2; slot < slots.length; slot += 2) {
    groups.push(slots[slot + 1] < 0 ? undefined : text.slice(slots[slot], slots[slot + 1]))
  }
  return { start, end, groups }
}

function boundsOf(answer: Answer | undefined): readonly number[] | undefined {
  return answer && [answer.start, answer.end]
}

describe('linear matcher', () => {
  it('agrees with backtracking on random patterns', () => {
    const random = new RandomPatterns(20)
    for (let i = 0; i < PATTERNS; i++) {
      const pattern = random.pattern(2)
      const parsed = parseRegex(pattern, {
        ...DEFAULT_OPTIONS,
        ignoreCase: random.below(3) === 0,
        newlineStops: random.below(3) === 0,
        newlineAnchors: random.below(3) === 0,
      })
      const capturesCount = !hasEmptyLoop(parsed.tree)
      for (let j = 0; j < TEXTS; j++) {
        const text = random.text(8)
        const expected = backtrackingAnswer(parsed, text)
        const actual = linearAnswer(parsed, text)
        const label = `${pattern} on ${JSON.stringify(text)}`
        expect(boundsOf(actual), label).toEqual(boundsOf(expected))
        if (capturesCount) expect(actual?.groups, label).toEqual(expected?.groups)
        const seen = new LinearMatcher(parsed).test(new TextRun(text))
        expect(seen, label).toBe(expected !== undefined)
      }
    }
  })

  it('agrees on characters beyond the basic plane and on look-around', () => {
    for (const [pattern, text] of [
      ['😀+(?=b)', 'a😀😀b'],
      ['(?<=😀.)(x|y)+', '😀😀xyz'],
      ['(?=.*😀$).', 'ab😀'],
      ['(?<!a)(b|bc)', 'abbc'],
      ['(?!.*c)(a|b)+', 'acab'],
    ]) {
      const parsed = parseRegex(pattern, DEFAULT_OPTIONS)
      expect(linearAnswer(parsed, text), pattern).toEqual(backtrackingAnswer(parsed, text))
    }
  })
})
