/** Text input and output of ranges ("[1,5)", "empty") and multiranges ("{[1,5),[7,9)}"). */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { TypeIoContext, TypeIoRegistry } from '../type-io.ts'
import { PgMultirange, type PgRange } from '../value-classes.ts'
import { printerOf, readerOf } from '../value-text.ts'
import {
  EMPTY_RANGE,
  makeRange,
  normalizeRanges,
  rangeKindOf,
  type RangeKind,
} from './range-value.ts'

type Read = (text: string) => Datum
type Print = (value: Datum) => string

export function registerRangeIo(registry: TypeIoRegistry): void {
  registry.input('range_in', (text, context) => {
    const { kind, read } = reading(context)
    return parseRange(text, kind, read)
  })
  registry.output('range_out', (value, context) => printRange(value as PgRange, printing(context)))
  registry.input('multirange_in', (text, context) => {
    const { kind, read } = reading(context)
    return parseMultirange(text, kind, read)
  })
  registry.output('multirange_out', (value, context) => {
    const print = printing(context)
    const { ranges } = value as PgMultirange
    return `{${ranges.map((range) => printRange(range, print)).join(',')}}`
  })
}

function reading(context: TypeIoContext): { kind: RangeKind; read: Read } {
  const kind = rangeKindOf(context.catalog, context.type.oid)
  return { kind, read: readerOf(context, kind.subtype, context.typmod) }
}

function printing(context: TypeIoContext): Print {
  return printerOf(context, rangeKindOf(context.catalog, context.type.oid).subtype)
}

export function printRange(range: PgRange, print: Print): string {
  if (range.isEmpty) return 'empty'
  const bound = (value: Datum | null): string => (value === null ? '' : quote(print(value)))
  const open = range.lowerInclusive ? '[' : '('
  const close = range.upperInclusive ? ']' : ')'
  return `${open}${bound(range.lower)},${bound(range.upper)}${close}`
}

function quote(text: string): string {
  if (text !== '' && !/["\\()[\], \t\n\r\v\f]/.test(text)) return text
  return `"${text.replace(/["\\]/g, '$&$&')}"`
}

/** Walks over one range literal; shared by ranges and the parts of multiranges. */
class RangeScanner {
  readonly text: string
  at: number

  constructor(text: string, at: number) {
    this.text = text
    this.at = at
  }

  skipBlanks(): void {
    while (/^\s$/.test(this.text[this.at] ?? '')) this.at++
  }

  fail(detail: string): never {
    throw new SqlError('22P02', `malformed range literal: "${this.text}"`, { detail })
  }

  /** One bound's text, up to a separator; null when there is nothing. */
  bound(): string | null {
    if (/^[,)\]]$/.test(this.text[this.at] ?? '')) return null
    let content = ''
    let isQuoted = false
    for (;;) {
      const c = this.text[this.at]
      if (c === undefined) this.fail('Unexpected end of input.')
      if (!isQuoted && (c === ',' || c === ')' || c === ']')) return content
      this.at++
      if (c === '\\') content += this.text[this.at++] ?? this.fail('Unexpected end of input.')
      else if (c !== '"') content += c
      else if (isQuoted && this.text[this.at] === '"') {
        content += '"'
        this.at++
      } else isQuoted = !isQuoted
    }
  }
}

function parseRange(text: string, kind: RangeKind, read: Read): PgRange {
  const scanner = new RangeScanner(text, 0)
  scanner.skipBlanks()
  if (text.slice(scanner.at, scanner.at + 5).toLowerCase() === 'empty') {
    scanner.at += 5
    scanner.skipBlanks()
    if (scanner.at < text.length) scanner.fail('Junk after "empty" key word.')
    return EMPTY_RANGE
  }
  const open = text[scanner.at++]
  if (open !== '[' && open !== '(') scanner.fail('Missing left parenthesis or bracket.')
  const lower = scanner.bound()
  if (text[scanner.at] !== ',') scanner.fail('Missing comma after lower bound.')
  scanner.at++
  const upper = scanner.bound()
  const close = text[scanner.at++]
  if (close !== ']' && close !== ')') scanner.fail('Too many commas.')
  scanner.skipBlanks()
  if (scanner.at < text.length) scanner.fail('Junk after right parenthesis or bracket.')
  const value = (bound: string | null): Datum | null => (bound === null ? null : read(bound))
  return makeRange(
    kind,
    { value: value(lower), isInclusive: open === '[', isLower: true },
    { value: value(upper), isInclusive: close === ']', isLower: false },
  )
}

function malformedMultirange(text: string, detail: string): never {
  throw new SqlError('22P02', `malformed multirange literal: "${text}"`, { detail })
}

function parseMultirange(text: string, kind: RangeKind, read: Read): PgMultirange {
  const open = /^\s*\{\s*/.exec(text)
  if (open === null) malformedMultirange(text, 'Missing left brace.')
  let at = open[0].length
  const ranges: PgRange[] = []
  const part = /\s*(empty|[[(](?:"(?:[^"\\]|\\.|"")*"|\\.|[^\])"\\])*[\])])\s*/iy
  if (text[at] !== '}') {
    for (;;) {
      part.lastIndex = at
      const match = part.exec(text)
      if (match === null) {
        malformedMultirange(
          text,
          at >= text.trimEnd().length ? 'Unexpected end of input.' : 'Expected range start.',
        )
      }
      ranges.push(parseRange(match[1] ?? '', kind, read))
      at = part.lastIndex
      if (text[at] === '}') break
      if (text[at] === undefined) malformedMultirange(text, 'Unexpected end of input.')
      if (text[at] !== ',') malformedMultirange(text, 'Expected comma or end of multirange.')
      at++
    }
  }
  if (/\S/.test(text.slice(at + 1))) {
    malformedMultirange(text, 'Junk after closing right brace.')
  }
  return new PgMultirange(normalizeRanges(kind, ranges))
}
