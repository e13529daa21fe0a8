/** Which of COPY's options go together, in the order PostgreSQL looks at them. */
import { SqlError } from '../../errors/sql-error.ts'
import type { SqlState } from '../../errors/sql-state.ts'
import type { CopyDirection, CopyOptions, WrittenOptions } from './options.ts'

const NOT_SUPPORTED = '0A000'
const INVALID = '22023'
const SYNTAX = '42601'
const LINE_END = /[\r\n]/
/** In text they would be taken for parts of escapes. */
const BAD_TEXT_DELIMITER = /^[\\.a-z0-9]$/

export function checkCombinations(
  written: WrittenOptions,
  options: CopyOptions,
  direction: CopyDirection,
): void {
  checkBinary(written, options)
  checkCharacters(options)
  refuse(
    options.format === 'binary' && options.header !== 'none',
    NOT_SUPPORTED,
    'cannot specify HEADER in BINARY mode',
  )
  checkQuoting(written, options)
  checkForced(options, direction)
  checkMarkers(options, direction, written.freeze === true)
  refuse(
    options.format === 'binary' && options.onError === 'ignore',
    SYNTAX,
    'only ON_ERROR STOP is allowed in BINARY mode',
  )
}

function refuse(isBad: boolean, code: SqlState, message: string): void {
  if (isBad) throw new SqlError(code, message)
}

function checkBinary(written: WrittenOptions, { format }: CopyOptions): void {
  if (format !== 'binary') return
  for (const name of ['delimiter', 'null', 'default'] as const) {
    const message = `cannot specify ${name.toUpperCase()} in BINARY mode`
    refuse(written[name] !== undefined, SYNTAX, message)
  }
}

function checkCharacters({ format, delimiter, nullText, defaultText }: CopyOptions): void {
  const mustBeOne = 'COPY delimiter must be a single one-byte character'
  refuse(!isOneByte(delimiter), NOT_SUPPORTED, mustBeOne)
  const noLineEnd = 'COPY delimiter cannot be newline or carriage return'
  refuse(LINE_END.test(delimiter), INVALID, noLineEnd)
  const markers = [
    ['null', nullText],
    ['default', defaultText ?? ''],
  ] as const
  for (const [name, text] of markers) {
    const message = `COPY ${name} representation cannot use newline or carriage return`
    refuse(LINE_END.test(text), INVALID, message)
  }
  const isBad = format !== 'csv' && BAD_TEXT_DELIMITER.test(delimiter)
  refuse(isBad, INVALID, `COPY delimiter cannot be "${delimiter}"`)
}

function isOneByte(text: string): boolean {
  return text.length === 1 && text.charCodeAt(0) < 0x80
}

function checkQuoting(written: WrittenOptions, { format, delimiter, quote, escape }: CopyOptions) {
  const isCsv = format === 'csv'
  refuse(!isCsv && written.quote !== undefined, NOT_SUPPORTED, 'COPY QUOTE requires CSV mode')
  const oneQuote = 'COPY quote must be a single one-byte character'
  refuse(isCsv && !isOneByte(quote), NOT_SUPPORTED, oneQuote)
  const different = 'COPY delimiter and quote must be different'
  refuse(isCsv && delimiter === quote, INVALID, different)
  refuse(!isCsv && written.escape !== undefined, NOT_SUPPORTED, 'COPY ESCAPE requires CSV mode')
  const oneEscape = 'COPY escape must be a single one-byte character'
  refuse(isCsv && !isOneByte(escape), NOT_SUPPORTED, oneEscape)
}

function checkForced(options: CopyOptions, direction: CopyDirection): void {
  const isCsv = options.format === 'csv'
  const forced = [
    ['FORCE_QUOTE', options.forceQuote, 'from', NOT_SUPPORTED],
    ['FORCE_NOT_NULL', options.forceNotNull, 'to', INVALID],
    ['FORCE_NULL', options.forceNull, 'to', INVALID],
  ] as const
  for (const [name, columns, wrongDirection, code] of forced) {
    if (columns === undefined) continue
    refuse(!isCsv, NOT_SUPPORTED, `COPY ${name} requires CSV mode`)
    const message = `COPY ${name} cannot be used with COPY ${wrongDirection.toUpperCase()}`
    refuse(direction === wrongDirection, code, message)
  }
}

function checkMarkers(options: CopyOptions, direction: CopyDirection, freezes: boolean): void {
  const { format, delimiter, quote, nullText, defaultText } = options
  if (format !== 'binary') {
    const message = (what: string, of: string) =>
      `${what} character must not appear in the ${of} specification`
    refuse(nullText.includes(delimiter), INVALID, message('COPY delimiter', 'NULL'))
    const hasQuote = format === 'csv' && nullText.includes(quote)
    refuse(hasQuote, INVALID, message('CSV quote', 'NULL'))
  }
  refuse(freezes && direction === 'to', INVALID, 'COPY FREEZE cannot be used with COPY TO')
  if (defaultText === undefined) return
  const fromOnly = 'COPY DEFAULT cannot be used with COPY TO'
  refuse(direction === 'to', NOT_SUPPORTED, fromOnly)
  const message = (what: string) => `${what} character must not appear in the DEFAULT specification`
  refuse(defaultText.includes(delimiter), NOT_SUPPORTED, message('COPY delimiter'))
  refuse(format === 'csv' && defaultText.includes(quote), NOT_SUPPORTED, message('CSV quote'))
  const same = 'NULL specification and DEFAULT specification cannot be the same'
  refuse(nullText === defaultText, NOT_SUPPORTED, same)
}
