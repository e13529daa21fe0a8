/** The options of CREATE and ALTER DATABASE, read and checked as far as no catalog is needed. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Option } from '../../parse/ast/common.ts'
import { optionText } from '../support/options.ts'

export type OptionMap = ReadonlyMap<string, Option>

/** By name; 42601 for one that is unknown or given twice. */
export function optionsByName(
  options: readonly Option[],
  known: ReadonlySet<string>,
): Map<string, Option> {
  const found = new Map<string, Option>()
  for (const option of options) {
    const { name, position } = option
    if (!known.has(name)) {
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, `option "${name}" not recognized`, { position })
    }
    if (found.has(name)) {
      throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'conflicting or redundant options', { position })
    }
    found.set(name, option)
  }
  return found
}

/** Undefined when it was not given, or as DEFAULT. */
export function optionalText(options: OptionMap, name: string): string | undefined {
  const value = options.get(name)?.value
  return value === undefined ? undefined : optionText(value)
}

export function optionalBoolean(options: OptionMap, name: string): boolean | undefined {
  const text = optionalText(options, name)?.toLowerCase()
  if (text === undefined) return undefined
  if (text === 'true' || text === 'on' || text === '1') return true
  if (text === 'false' || text === 'off' || text === '0') return false
  throw new SqlError(SQLSTATE.SYNTAX_ERROR, `${name} requires a Boolean value`)
}

export function connectionLimit(options: OptionMap): number | undefined {
  const value = options.get('connection_limit')?.value
  if (value === undefined) return undefined
  if (value.kind !== 'integer') {
    throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'connection_limit requires an integer value')
  }
  if (value.value >= -1) return value.value
  const message = `invalid connection limit: ${value.value}`
  throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message)
}

/** There is one tablespace. */
export function requireTablespace(name: string | undefined): void {
  if (name === undefined || name === 'pg_default') return
  if (name === 'pg_global') {
    const message = 'pg_global cannot be used as default tablespace'
    throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, message)
  }
  throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, `tablespace "${name}" does not exist`)
}

/** PostgreSQL's other server encodings, without punctuation. */
const OTHER_ENCODINGS: ReadonlySet<string> = new Set(
  `sqlascii eucjp euccn euckr euctw eucjis2004 muleinternal latin1 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 latin10
   iso88591 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 iso885910 iso885913 iso885914 iso885915
   iso885916 windows1250 windows1251 windows1252 windows1253 windows1254 windows1255 windows1256 windows1257 windows1258
   windows866 windows874 win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257 win1258 win866 win874 win alt koi8
   koi8r koi8u abc tcvn tcvn5712 vscii`.split(/\s+/),
)

/** Text is UTF-8. */
export function requireEncoding(options: OptionMap): void {
  const text = optionalText(options, 'encoding')
  if (text === undefined) return
  const name = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (name === 'utf8' || name === 'unicode' || text === '6') return
  if (OTHER_ENCODINGS.has(name)) throw unsupported(`encoding ${text}`)
  const { position } = options.get('encoding') ?? {}
  const message = `${text} is not a valid encoding name`
  throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, message, { position })
}

export function requireStrategy(options: OptionMap): void {
  const strategy = optionalText(options, 'strategy')
  if (strategy === undefined || ['wal_log', 'file_copy'].includes(strategy.toLowerCase())) return
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid create database strategy "${strategy}"`,
    { hint: 'Valid strategies are "wal_log" and "file_copy".' },
  )
}

/** Text compares by code point: the locale is C. Other locales fail as they do for a template that has not got them. */
export function requireLocale(options: OptionMap, isTemplate0: boolean): void {
  for (const name of ['builtin_locale', 'icu_locale', 'icu_rules', 'collation_version']) {
    if (optionalText(options, name) !== undefined) throw unsupported(`${name} of a database`)
  }
  const locale = optionalText(options, 'locale')
  requireC(optionalText(options, 'lc_collate') ?? locale, isTemplate0, {
    what: 'collation',
    template: 'the collation',
    use: 'collation',
  })
  requireC(optionalText(options, 'lc_ctype') ?? locale, isTemplate0, {
    what: 'LC_CTYPE',
    template: 'the LC_CTYPE',
    use: 'LC_CTYPE',
  })
  requireLibc(optionalText(options, 'locale_provider')?.toLowerCase(), isTemplate0)
}

function requireC(
  locale: string | undefined,
  isTemplate0: boolean,
  words: { readonly what: string; readonly template: string; readonly use: string },
): void {
  if (locale === undefined || locale === 'C') return
  if (isTemplate0) throw unsupported(`locale "${locale}" of a database`)
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `new ${words.what} (${locale}) is incompatible with ${words.template} of the template database (C)`,
    {
      hint: `Use the same ${words.use} as in the template database, or use template0 as template.`,
    },
  )
}

function requireLibc(provider: string | undefined, isTemplate0: boolean): void {
  if (provider === undefined || provider === 'libc') return
  if (provider !== 'icu' && provider !== 'builtin') {
    throw new SqlError('42P17', `unrecognized locale provider: ${provider}`)
  }
  if (isTemplate0) throw unsupported(`locale provider ${provider} of a database`)
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `new locale provider (${provider}) does not match locale provider of the template database (libc)`,
    {
      hint: 'Use the same locale provider as in the template database, or use template0 as template.',
    },
  )
}
