/** What JavaScript's engine answers for a parsed expression: slow and plain, to compare the linear matcher with. */
import type { ParsedRegex } from '../../src/sql/types/pattern/parse-regex.ts'
import { renderRegex } from '../../src/sql/types/pattern/render-regex.ts'

export interface Answer {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

export function backtrackingAnswer(parsed: ParsedRegex, text: string): Answer | undefined {
  const source = renderRegex(parsed.tree)
  const flags = parsed.ignoreCase ? 'ui' : 'u'
  const first = new RegExp(source, flags).exec(text)
  if (first === null) return undefined
  const start = first.index
  const firstEnd = start + first[0].length
  const ends = Array.from({ length: text.length - start + 1 }, (_, i) => start + i)
  if (parsed.prefers === undefined) return { start, end: firstEnd, groups: [...first] }
  if (parsed.prefers === 'longest') ends.reverse()
  for (const end of ends) {
    const rest = Array.from(text.slice(end)).length
    const exact = new RegExp(`(?:${source})(?=[\\s\\S]{${rest}}(?![\\s\\S]))`, `${flags}y`)
    exact.lastIndex = start
    const found = exact.exec(text)
    if (found !== null) return { start, end, groups: [...found] }
  }
  throw new Error('JavaScript found a match and does not find it again')
}
