/** Text input and output of the string types, "char", bool and of what is text underneath. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { TypeIoRegistry } from '../type-io.ts'
import {
  fitBpchar,
  fitName,
  fitVarchar,
  formatSingleByte,
  parseSingleByte,
} from './text-lengths.ts'

const asText = (value: unknown): string => value as string // a text datum by its type

export function registerTextIo(registry: TypeIoRegistry): void {
  for (const type of ['text', 'unknown', 'cstring_']) {
    registry.input(`${type}in`, (text) => text)
    registry.output(`${type}out`, asText)
  }
  registry.input('varcharin', (text, { typmod }) => fitVarchar(text, typmod, false))
  registry.output('varcharout', asText)
  registry.input('bpcharin', (text, { typmod }) => fitBpchar(text, typmod, false))
  registry.output('bpcharout', asText)
  registry.input('namein', fitName)
  registry.output('nameout', asText)
  registry.input('charin', parseSingleByte)
  registry.output('charout', (value) => formatSingleByte(asText(value)))
  registry.input('boolin', parseBoolean)
  registry.output('boolout', (value) => (value === true ? 't' : 'f'))
  registry.input('void_in', () => '')
  registry.output('void_out', () => '')
}

const WORDS: readonly (readonly [word: string, value: boolean, shortest: number])[] = [
  ['true', true, 1],
  ['false', false, 1],
  ['yes', true, 1],
  ['no', false, 1],
  ['on', true, 2],
  ['off', false, 2],
  ['1', true, 1],
  ['0', false, 1],
]

/** A boolean from any unambiguous prefix of true, false, yes, no, on, off, 1, 0; undefined if it is none. */
export function booleanFromWord(text: string): boolean | undefined {
  const word = text.toLowerCase()
  for (const [full, value, shortest] of WORDS) {
    if (word.length >= shortest && full.startsWith(word)) return value
  }
  return undefined
}

export function parseBoolean(text: string): boolean {
  const value = booleanFromWord(text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ''))
  if (value === undefined) {
    throw new SqlError(
      SQLSTATE.INVALID_TEXT_REPRESENTATION,
      `invalid input syntax for type boolean: "${text}"`,
    )
  }
  return value
}
