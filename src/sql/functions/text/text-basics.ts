/** What every statement needs of text: concatenation, length, casts among the string types. */
import { characterCount, utf8Length } from '../../types/text/characters.ts'
import { trimBlanks } from '../../types/text/compare-text.ts'
import {
  byteAsChar,
  fitBpchar,
  fitName,
  fitVarchar,
  formatSingleByte,
  parseSingleByte,
} from '../../types/text/text-lengths.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'

export function registerTextBasics(registry: FunctionRegistry): void {
  registerPure(registry, {
    textcat: (a: string, b: string) => a + b,
    textlen: characterCount,
    textoctetlen: utf8Length,
    bpcharlen: (a: string) => characterCount(trimBlanks(a)),
    bpcharoctetlen: utf8Length,
    'bit_length(text)': (a: string) => utf8Length(a) * 8,
  })
  registerStringCasts(registry)
}

function registerStringCasts(registry: FunctionRegistry): void {
  registerPure(registry, {
    varchar: fitVarchar,
    bpchar: fitBpchar,
    text_name: fitName,
    bpchar_name: (a: string) => fitName(trimBlanks(a)),
    name_text: (a: string) => a,
    name_bpchar: (a: string) => a,
    char_text: formatSingleByte,
    char_bpchar: (a: string) => a,
    text_char: parseSingleByte,
    nameconcatoid: (name: string, oid: number) => nameWithSuffix(name, `_${oid}`),
    chartoi4: (a: string) => {
      const code = a === '' ? 0 : a.charCodeAt(0)
      return code < 128 ? code : code - 256
    },
    i4tochar: (a: number) => {
      if (a < -128 || a > 127) {
        throw new SqlError(SQLSTATE.NUMERIC_VALUE_OUT_OF_RANGE, '"char" out of range')
      }
      return byteAsChar(a & 255)
    },
  })
}

function nameWithSuffix(name: string, suffix: string): string {
  const room = 63 - suffix.length
  let kept = name
  while (utf8Length(kept) > room) kept = kept.slice(0, -1)
  return kept + suffix
}
