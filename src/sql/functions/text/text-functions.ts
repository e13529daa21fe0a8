/** Functions of text: parts, padding, letter case, quoting, concatenation of anything, format(). */
import { formatString } from '../../types/text/format-string.ts'
import { parseIdentifier } from '../../types/text/identifiers.ts'
import { initialCapitals, lowerCase, upperCase } from '../../types/text/letter-case.ts'
import {
  padLeft,
  padRight,
  repeatText,
  replaceText,
  translate,
  trimCharacters,
} from '../../types/text/padding.ts'
import { quoteIdentifier, quoteLiteral } from '../../types/text/quoting.ts'
import {
  leftPart,
  overlay,
  position,
  reverseText,
  rightPart,
  splitPart,
  substring,
} from '../../types/text/substring.ts'
import {
  characterOfCode,
  codeOfFirst,
  decodeUnicodeEscapes,
  normalizationForm,
} from '../../types/text/unicode.ts'
import { PgArray } from '../../types/value-classes.ts'
import { registerPure } from '../pure.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { valueToText } from '../value-text.ts'

export function registerTextFunctions(registry: FunctionRegistry): void {
  registerParts(registry)
  registerPadding(registry)
  registerCharacters(registry)
  registerConcatenation(registry)
}

function registerParts(registry: FunctionRegistry): void {
  registerPure(registry, {
    text_substr: substring,
    text_substr_no_len: (text: string, start: number) => substring(text, start),
    textoverlay: overlay,
    textoverlay_no_len: (text: string, part: string, start: number) => overlay(text, part, start),
    textpos: position,
    text_left: leftPart,
    text_right: rightPart,
    split_part: splitPart,
    text_reverse: reverseText,
    text_starts_with: (text: string, prefix: string) => text.startsWith(prefix),
  })
}

function registerPadding(registry: FunctionRegistry): void {
  registerPure(registry, {
    lpad: padLeft,
    rpad: padRight,
    'lpad(text,int4)': (text: string, width: number) => padLeft(text, width, ' '),
    'rpad(text,int4)': (text: string, width: number) => padRight(text, width, ' '),
    btrim: (text: string, set: string) => trimCharacters(text, set, true, true),
    btrim1: (text: string) => trimCharacters(text, ' ', true, true),
    ltrim: (text: string, set: string) => trimCharacters(text, set, true, false),
    ltrim1: (text: string) => trimCharacters(text, ' ', true, false),
    rtrim: (text: string, set: string) => trimCharacters(text, set, false, true),
    rtrim1: (text: string) => trimCharacters(text, ' ', false, true),
    repeat: repeatText,
    replace_text: replaceText,
    translate,
  })
}

function registerCharacters(registry: FunctionRegistry): void {
  registerPure(registry, {
    ascii: codeOfFirst,
    chr: characterOfCode,
    upper: upperCase,
    lower: lowerCase,
    initcap: initialCapitals,
    parse_ident: (text: string, strict: boolean) => new PgArray(parseIdentifier(text, strict)),
    quote_ident: quoteIdentifier,
    quote_literal: quoteLiteral,
    quote_nullable: (text: string | null) => (text === null ? 'NULL' : quoteLiteral(text)),
    unistr: decodeUnicodeEscapes,
    unicode_normalize_func: (text: string, form: string) => text.normalize(normalizationForm(form)),
    unicode_is_normalized: (text: string, form: string) =>
      text.normalize(normalizationForm(form)) === text,
  })
}

/** The elements of a VARIADIC array are all of one type, whatever their number. */
function typeOf({ argumentTypes }: CallContext, index: number): Oid {
  return argumentTypes[index] ?? argumentTypes.at(-1) ?? (0 as Oid) // there is always one
}

function registerConcatenation(registry: FunctionRegistry): void {
  const texts = (context: CallContext, args: readonly Value[], from: number): string[] => {
    const parts: string[] = []
    for (let i = from; i < args.length; i++) {
      const value = args[i]
      if (value !== null) parts.push(valueToText(context, value, typeOf(context, i)))
    }
    return parts
  }
  registry.scalar('text_concat', (context: CallContext, ...args: Value[]) =>
    texts(context, args, 0).join(''),
  )
  registry.scalar(
    'text_concat_ws',
    (context: CallContext, separator: string | null, ...args: Value[]) =>
      separator === null ? null : texts(context, [separator, ...args], 1).join(separator),
  )
  const format = (context: CallContext, pattern: string | null, ...args: Value[]): Value => {
    if (pattern === null) return null
    return formatString(pattern, {
      count: args.length,
      text: (index) => {
        const value = args[index]
        return value === null ? null : valueToText(context, value, typeOf(context, index + 1))
      },
    })
  }
  registry.scalar('text_format', format)
  registry.scalar('text_format_nv', format)
  registerAnyConcatenation(registry)
}

/** `value::text`: the output function's text, but for booleans, whose cast writes the whole word. */
function castToText(context: CallContext, value: Datum, type: Oid): string {
  return typeof value === 'boolean' ? String(value) : valueToText(context, value, type)
}

/** Built-ins that PostgreSQL writes in SQL: text || anything, quote_literal(anything). */
function registerAnyConcatenation(registry: FunctionRegistry): void {
  registry.scalar(
    'textanycat(text,anynonarray)',
    (context: CallContext, a: string, b: never) =>
      a + castToText(context, b, context.argumentTypes[1]),
  )
  registry.scalar(
    'anytextcat(anynonarray,text)',
    (context: CallContext, a: never, b: string) =>
      castToText(context, a, context.argumentTypes[0]) + b,
  )
  registry.scalar('quote_literal(anyelement)', (context: CallContext, a: never) =>
    quoteLiteral(castToText(context, a, context.argumentTypes[0])),
  )
  registry.scalar('quote_nullable(anyelement)', (context: CallContext, a: Value) =>
    a === null ? 'NULL' : quoteLiteral(castToText(context, a, context.argumentTypes[0])),
  )
}
