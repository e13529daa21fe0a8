/**
 * What a text looks like apart from its plain literals: two texts of one shape differ in nothing but the values of integers and
 * strings, so the grammar reads them as the same tree but for those values. Found without the grammar, in one pass.
 *
 *   UPDATE t SET a = a + 5 WHERE id = 'x'   →   UPDATE t SET a = a + ⟨integer⟩ WHERE id = ⟨string⟩
 */

export interface PlainLiteral {
  readonly kind: 'integer' | 'string'
  /** Index into the text: of the first digit, or of the quote. */
  readonly start: number
  /** Digits, or what the string says. */
  readonly value: string
}

export interface LiteralShape {
  /** The text with a mark in place of each literal. */
  readonly shape: string
  readonly literals: readonly PlainLiteral[]
}

/** Shorter texts are parsed as fast; longer ones are hardly repeated. */
const TEXT_LENGTH_MIN = 12
const TEXT_LENGTH_MAX = 2000
/** So many digits are an int4 whatever they are. */
const SAFE_DIGITS = 9

/** A quote in what follows a name begins a string of another kind: E'', U&'', B'', N''. */
const TOKEN =
  /"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*(?:&?')?|\.?\d[\w.]*|--|\/\*|[$\\\0\ud800-\udfff]/g
/** No part of any text that the grammar takes. */
const MARKS = { integer: '\0i', string: '\0s' } as const

/** undefined where a text cannot be told by its literals alone, or has none. */
export function literalShape(text: string): LiteralShape | undefined {
  if (text.length < TEXT_LENGTH_MIN || text.length > TEXT_LENGTH_MAX) return undefined
  const literals: PlainLiteral[] = []
  let shape = ''
  let end = 0
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match
    if (isAmbiguous(token)) return undefined
    const literal = plainLiteral(token, match.index)
    if (literal === undefined) continue
    literals.push(literal)
    shape += text.slice(end, match.index) + MARKS[literal.kind]
    end = TOKEN.lastIndex
  }
  return literals.length === 0 ? undefined : { shape: shape + text.slice(end), literals }
}

/** Comments, dollar quotes, parameters, escapes, prefixed strings, and what is not one character. */
function isAmbiguous(token: string): boolean {
  const first = token.charAt(0)
  if (first === '"' || first === "'") return false
  return (
    token.endsWith("'") || token === '--' || token === '/*' || /^[$\\\0\ud800-\udfff]/.test(token)
  )
}

function plainLiteral(token: string, start: number): PlainLiteral | undefined {
  const first = token.charAt(0)
  if (first === "'") {
    return { kind: 'string', start, value: token.slice(1, -1).replaceAll("''", "'") }
  }
  const isInteger = token.length <= SAFE_DIGITS && /^\d+$/.test(token)
  return isInteger ? { kind: 'integer', start, value: token } : undefined
}
