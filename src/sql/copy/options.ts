/** COPY's options: read from the statement, checked with PostgreSQL's words, and put into the form that readers and writers use. */
import { SqlError, unsupported } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Option, OptionValue } from '../parse/ast/common.ts'
import { checkCombinations } from './option-rules.ts'

export type CopyDirection = 'from' | 'to'
export type CopyFormat = 'text' | 'csv' | 'binary'
/** Columns by name, or all of them. */
export type ColumnChoice = readonly string[] | 'all' | undefined

export interface CopyOptions {
  readonly format: CopyFormat
  /** UTF8, or LATIN1 where the file is converted on its way. */
  readonly encoding: 'utf8' | 'latin1'
  readonly delimiter: string
  readonly nullText: string
  /** Stands for the column's default. */
  readonly defaultText: string | undefined
  readonly header: 'none' | 'line' | 'match'
  readonly quote: string
  readonly escape: string
  readonly forceQuote: ColumnChoice
  readonly forceNotNull: ColumnChoice
  readonly forceNull: ColumnChoice
  readonly onError: 'stop' | 'ignore'
  readonly isVerbose: boolean
}

/** What was written, before defaults. */
export interface WrittenOptions {
  format?: CopyFormat
  freeze?: boolean
  delimiter?: string
  null?: string
  default?: string
  header?: CopyOptions['header']
  quote?: string
  escape?: string
  forceQuote?: ColumnChoice
  forceNotNull?: ColumnChoice
  forceNull?: ColumnChoice
  encoding?: CopyOptions['encoding']
  onError?: CopyOptions['onError']
  isVerbose?: boolean
}

type Reader = (written: WrittenOptions, option: Option, direction: CopyDirection) => void

const READERS: Readonly<Record<string, readonly [key: keyof WrittenOptions, read: Reader]>> = {
  format: ['format', (written, option) => (written.format = readFormat(option))],
  // LIMIT: changes nothing here, and is not refused for a table that is older than the transaction.
  freeze: ['freeze', (written, option) => (written.freeze = booleanOf(option))],
  delimiter: ['delimiter', (written, option) => (written.delimiter = textOf(option))],
  null: ['null', (written, option) => (written.null = textOf(option))],
  default: ['default', (written, option) => (written.default = textOf(option))],
  header: ['header', (written, option, to) => (written.header = readHeader(option, to))],
  quote: ['quote', (written, option) => (written.quote = textOf(option))],
  escape: ['escape', (written, option) => (written.escape = textOf(option))],
  force_quote: ['forceQuote', (written, option) => (written.forceQuote = columnsOf(option))],
  force_not_null: ['forceNotNull', (written, option) => (written.forceNotNull = columnsOf(option))],
  force_null: ['forceNull', (written, option) => (written.forceNull = columnsOf(option))],
  encoding: ['encoding', (written, option) => (written.encoding = readEncoding(option))],
  on_error: ['onError', (written, option, to) => (written.onError = readOnError(option, to))],
  log_verbosity: ['isVerbose', (written, option) => (written.isVerbose = readVerbosity(option))],
}

export function readCopyOptions(options: readonly Option[], direction: CopyDirection): CopyOptions {
  const written: WrittenOptions = {}
  for (const option of options) {
    const entry = READERS[option.name]
    if (entry === undefined) {
      const message = `option "${option.name}" not recognized`
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, message, { position: option.position })
    }
    const [key, read] = entry
    if (written[key] !== undefined) {
      const message = 'conflicting or redundant options'
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, message, { position: option.position })
    }
    read(written, option, direction)
  }
  return completeOptions(written, direction)
}

function completeOptions(written: WrittenOptions, direction: CopyDirection): CopyOptions {
  const format = written.format ?? 'text'
  const isCsv = format === 'csv'
  const quote = written.quote ?? '"'
  const options: CopyOptions = {
    format,
    encoding: written.encoding ?? 'utf8',
    delimiter: written.delimiter ?? (isCsv ? ',' : '\t'),
    nullText: written.null ?? (isCsv ? '' : '\\N'),
    defaultText: written.default,
    header: written.header ?? 'none',
    quote,
    escape: written.escape ?? quote,
    forceQuote: written.forceQuote,
    forceNotNull: written.forceNotNull,
    forceNull: written.forceNull,
    onError: written.onError ?? 'stop',
    isVerbose: written.isVerbose ?? false,
  }
  checkCombinations(written, options, direction)
  return options
}

function readFormat(option: Option): CopyFormat {
  const name = textOf(option)
  if (name === 'text' || name === 'csv' || name === 'binary') return name
  throw invalid(`COPY format "${name}" not recognized`, option)
}

function readHeader(option: Option, direction: CopyDirection): CopyOptions['header'] {
  if (option.value?.kind === 'string' && option.value.value.toLowerCase() === 'match') {
    if (direction === 'from') return 'match'
    throw new SqlError('0A000', 'cannot use "match" with HEADER in COPY TO')
  }
  const value = booleanValue(option.value)
  if (value !== undefined) return value ? 'line' : 'none'
  throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'header requires a Boolean value or "match"')
}

function readEncoding(option: Option): CopyOptions['encoding'] {
  const name = textOf(option)
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (plain === 'utf8' || plain === 'unicode' || plain === 'sqlascii') return 'utf8'
  if (plain === 'latin1' || plain === 'iso88591') return 'latin1'
  if (ENCODINGS.has(plain)) throw unsupported(`encoding ${name}`)
  throw invalid('argument to option "encoding" must be a valid encoding name', option)
}

/** The others that PostgreSQL knows. LIMIT: COPY reads and writes UTF8, LATIN1 and SQL_ASCII. */
const ENCODINGS: ReadonlySet<string> = new Set(
  (
    'abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88592 iso88593 iso88594 iso88595 iso88596 ' +
    'iso88597 iso88598 iso88599 iso885910 iso885913 iso885914 iso885915 iso885916 johab koi8 koi8r koi8u latin10 ' +
    'latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 mskanji muleinternal shiftjis shiftjis2004 sjis tcvn ' +
    'tcvn5712 uhc vscii win win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866 win874 ' +
    'win932 win936 win949 win950 windows1250 windows1251 windows1252 windows1253 windows1254 windows1255 ' +
    'windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949 windows950'
  ).split(' '),
)

function readOnError(option: Option, direction: CopyDirection): CopyOptions['onError'] {
  if (direction === 'to') throw invalid('COPY ON_ERROR cannot be used with COPY TO', option)
  const text = textOf(option)
  const name = text.toLowerCase()
  if (name === 'stop' || name === 'ignore') return name
  throw invalid(`COPY ON_ERROR "${text}" not recognized`, option)
}

function readVerbosity(option: Option): boolean {
  const text = textOf(option)
  const name = text.toLowerCase()
  if (name === 'default' || name === 'verbose') return name === 'verbose'
  throw invalid(`COPY LOG_VERBOSITY "${text}" not recognized`, option)
}

function textOf({ name, value }: Option): string {
  const text = value === undefined ? undefined : plainText(value)
  if (text !== undefined) return text
  throw new SqlError(SQLSTATE.SYNTAX_ERROR, `${name} requires a parameter`)
}

function plainText(value: OptionValue): string | undefined {
  switch (value.kind) {
    case 'string':
      return value.value
    case 'integer':
    case 'boolean':
      return String(value.value)
    case 'number':
      return value.text
    case 'type':
      return value.type.name
    case 'star':
      return '*'
    default:
      return undefined
  }
}

function booleanOf(option: Option): boolean {
  const value = booleanValue(option.value)
  if (value !== undefined) return value
  throw new SqlError(SQLSTATE.SYNTAX_ERROR, `${option.name} requires a Boolean value`)
}

/** As defGetBoolean reads it: nothing is true. */
function booleanValue(value: OptionValue | undefined): boolean | undefined {
  if (value === undefined) return true
  switch (plainText(value)?.toLowerCase()) {
    case '1':
      return value.kind === 'integer' ? true : undefined
    case '0':
      return value.kind === 'integer' ? false : undefined
    case 'true':
    case 'on':
      return true
    case 'false':
    case 'off':
      return false
    default:
      return undefined
  }
}

function columnsOf(option: Option): ColumnChoice {
  const { name, value } = option
  if (value?.kind === 'star') return 'all'
  if (value?.kind === 'list') {
    return value.items.map((item) => plainText(item) ?? '')
  }
  throw invalid(`argument to option "${name}" must be a list of column names`, option)
}

function invalid(message: string, { position }: Option): SqlError {
  return new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message, { position })
}
