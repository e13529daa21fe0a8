/** The template patterns of to_char and to_number for numbers, parsed once: '999D99', 'FM9,990.00', 'S9', 'RN' … */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'

export type NumberToken =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'pattern'; readonly id: string; readonly lower: boolean }

export interface NumberFormat {
  readonly tokens: readonly NumberToken[]
  /** Digits before and after the decimal point, and behind V. */
  pre: number
  post: number
  multi: number
  /** Where S writes the sign. */
  sign: 'none' | 'before' | 'after'
  /** Digit positions in front of an S. */
  preSignDigits: number
  zeroStart: number
  zeroEnd: number
  readonly flags: Set<NumberFlag>
}

export type NumberFlag =
  | 'decimal'
  | 'zero'
  | 'blank'
  | 'fill'
  | 'localeSign'
  | 'bracket'
  | 'minus'
  | 'plus'
  | 'roman'
  | 'multi'
  | 'exponent'

const PATTERNS = [
  'EEEE', 'FM', 'MI', 'PL', 'PR', 'RN', 'SG', 'SP', 'TH', ',', '.', '0', '9', 'B', 'C', 'D', 'G', 'L', 'S', 'V',
] // prettier-ignore

function syntaxError(message: string, detail?: string): SqlError {
  return new SqlError(SQLSTATE.SYNTAX_ERROR, message, { detail })
}

function patternAt(text: string, at: number): { id: string; lower: boolean } | undefined {
  for (const id of PATTERNS) {
    const written = text.slice(at, at + id.length)
    if (written === id) return { id, lower: false }
    if (written === id.toLowerCase()) return { id, lower: true }
  }
  return undefined
}

export function parseNumberFormat(text: string): NumberFormat {
  const tokens: NumberToken[] = []
  const format: NumberFormat = {
    tokens,
    pre: 0,
    post: 0,
    multi: 0,
    sign: 'none',
    preSignDigits: 0,
    zeroStart: 0,
    zeroEnd: 0,
    flags: new Set(),
  }
  for (let i = 0; i < text.length;) {
    const pattern = patternAt(text, i)
    if (pattern !== undefined) {
      tokens.push({ kind: 'pattern', ...pattern })
      applyPattern(format, pattern.id)
      i += pattern.id.length
    } else if (text[i] === '"') {
      i = readQuoted(text, i + 1, tokens)
    } else {
      if (text[i] === '\\' && text[i + 1] === '"') i++
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
      tokens.push({ kind: 'literal', text: character })
      i += character.length
    }
  }
  return format
}

function readQuoted(text: string, start: number, tokens: NumberToken[]): number {
  let i = start
  while (i < text.length && text[i] !== '"') {
    if (text[i] === '\\' && i + 1 < text.length) i++
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
    tokens.push({ kind: 'literal', text: character })
    i += character.length
  }
  return i + 1
}

/** Notes what a pattern says about the whole number; combinations that make no sense are errors. */
function applyPattern(format: NumberFormat, id: string): void {
  const { flags } = format
  if (flags.has('exponent') && id !== 'EEEE')
    throw syntaxError('"EEEE" must be the last pattern used')
  switch (id) {
    case '9':
    case '0':
      return applyDigit(format, id)
    case 'B':
      if (format.pre === 0 && format.post === 0 && !flags.has('zero')) flags.add('blank')
      return
    case 'D':
    case '.':
      if (flags.has('decimal')) throw syntaxError('multiple decimal points')
      if (flags.has('multi')) throw syntaxError('cannot use "V" and decimal point together')
      flags.add('decimal')
      return
    case 'FM':
      flags.add('fill')
      return
    case 'RN':
      flags.add('roman')
      return
    case 'V':
      if (flags.has('decimal')) throw syntaxError('cannot use "V" and decimal point together')
      flags.add('multi')
      return
    case 'EEEE':
      return applyExponent(flags)
    default:
      return applySign(format, id)
  }
}

function applyDigit(format: NumberFormat, id: '9' | '0'): void {
  const { flags } = format
  if (flags.has('bracket')) throw syntaxError(`"${id}" must be ahead of "PR"`)
  if (id === '9' && flags.has('multi')) {
    format.multi++
    return
  }
  const isDecimal = flags.has('decimal')
  if (id === '0' && !flags.has('zero') && !isDecimal) {
    flags.add('zero')
    format.zeroStart = format.pre + 1
  }
  if (isDecimal) format.post++
  else format.pre++
  if (id === '0') format.zeroEnd = format.pre + format.post
}

function applyExponent(flags: Set<NumberFlag>): void {
  if (flags.has('exponent')) throw syntaxError('cannot use "EEEE" twice')
  const others: readonly NumberFlag[] = [
    'blank', 'fill', 'localeSign', 'bracket', 'minus', 'plus', 'roman', 'multi',
  ] // prettier-ignore
  if (others.some((flag) => flags.has(flag))) {
    throw syntaxError(
      '"EEEE" is incompatible with other formats',
      '"EEEE" may only be used together with digit and decimal point patterns.',
    )
  }
  flags.add('exponent')
}

function applySign(format: NumberFormat, id: string): void {
  const { flags } = format
  const hasSign = flags.has('plus') || flags.has('minus')
  if (id === 'S') {
    if (flags.has('localeSign')) throw syntaxError('cannot use "S" twice')
    if (hasSign || flags.has('bracket')) {
      throw syntaxError('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
    }
    if (!flags.has('decimal')) {
      format.sign = 'before'
      format.preSignDigits = format.pre
    } else if (format.sign === 'none') format.sign = 'after'
    flags.add('localeSign')
  } else if (id === 'MI' || id === 'PL' || id === 'SG') {
    if (flags.has('localeSign')) throw syntaxError(`cannot use "S" and "${id}" together`)
    if (id !== 'PL') flags.add('minus')
    if (id !== 'MI') flags.add('plus')
  } else if (id === 'PR') {
    if (flags.has('localeSign') || hasSign) {
      throw syntaxError('cannot use "PR" and "S"/"PL"/"MI"/"SG" together')
    }
    flags.add('bracket')
  }
}
