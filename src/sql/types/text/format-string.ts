/** format(): %s, %I, %L and %% with positions, widths and the - flag. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { characterCount } from './characters.ts'
import { quoteIdentifier, quoteLiteral } from './quoting.ts'

/** Arguments as text, null where null; asked for lazily because most types need their output function. */
export interface FormatArguments {
  readonly count: number
  text(index: number): string | null
}

function invalid(message: string, hint?: string): SqlError {
  return new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message, { hint })
}

function unterminated(): SqlError {
  return invalid('unterminated format() type specifier', 'For a single "%" use "%%".')
}

interface Specifier {
  readonly position: number | undefined
  readonly left: boolean
  readonly width: number | { readonly position: number | undefined } | undefined
  readonly type: string
  readonly end: number
}

const SPECIFIER = /(?:(\d+)\$)?(-*)(?:(\d+)|\*(?:(\d+)\$)?)?/y

function readSpecifier(format: string, at: number): Specifier {
  SPECIFIER.lastIndex = at
  const match = SPECIFIER.exec(format) as RegExpExecArray // every part is optional
  const [all, position, flags, width, starPosition] = match
  const end = at + all.length
  if (end >= format.length) throw unterminated()
  if (position !== undefined && Number(position) === 0) throw argumentZero()
  if (starPosition !== undefined && Number(starPosition) === 0) throw argumentZero()
  for (const digits of [position, width, starPosition]) {
    if (digits !== undefined && Number(digits) > 2147483647) {
      throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, 'number is out of range')
    }
  }
  const isStar = all.includes('*')
  return {
    position: position === undefined ? undefined : Number(position),
    left: flags.length > 0,
    width: isStar
      ? { position: starPosition === undefined ? undefined : Number(starPosition) }
      : width === undefined
        ? undefined
        : Number(width),
    type: String.fromCodePoint(format.codePointAt(end) as number), // end lies inside
    end,
  }
}

function argumentZero(): SqlError {
  return invalid('format specifies argument 0, but arguments are numbered from 1')
}

export function formatString(format: string, args: FormatArguments): string {
  let result = ''
  let next = 0
  const take = (position: number | undefined): string | null => {
    if (position !== undefined) next = position
    else next++
    if (next > args.count) throw invalid('too few arguments for format()')
    return args.text(next - 1)
  }
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%') {
      result += format[i]
      continue
    }
    if (i + 1 >= format.length) throw unterminated()
    if (format[i + 1] === '%') {
      result += '%'
      i++
      continue
    }
    const specifier = readSpecifier(format, i + 1)
    i = specifier.end + specifier.type.length - 1
    result += convert(specifier, take)
  }
  return result
}

function convert(
  specifier: Specifier,
  take: (position: number | undefined) => string | null,
): string {
  let { left } = specifier
  let width = 0
  if (typeof specifier.width === 'number') width = specifier.width
  else if (specifier.width !== undefined) {
    width = Number(take(specifier.width.position) ?? 0)
    if (width < 0) {
      left = true
      width = -width
    }
  }
  if (!'sIL'.includes(specifier.type)) {
    throw invalid(
      `unrecognized format() type specifier "${specifier.type}"`,
      'For a single "%" use "%%".',
    )
  }
  const text = written(specifier.type, take(specifier.position))
  const missing = width - characterCount(text)
  if (missing <= 0) return text
  return left ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

function written(type: string, text: string | null): string {
  if (type === 's') return text ?? ''
  if (type === 'L') return text === null ? 'NULL' : quoteLiteral(text)
  if (text === null) {
    throw new SqlError(
      SQLSTATE.NULL_VALUE_NOT_ALLOWED,
      'null values cannot be formatted as an SQL identifier',
    )
  }
  return quoteIdentifier(text)
}
