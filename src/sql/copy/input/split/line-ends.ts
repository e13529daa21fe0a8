/** Line ends and the end marker `\.`, which text and CSV share. All line ends of one input must be alike. */
import { BYTE, badFormat } from './row-splitter.ts'
import type { LineEnd } from './row-splitter.ts'
import type { InputBuffer } from '../input-buffer.ts'
import type { SqlError } from '../../../../errors/sql-error.ts'

/** More bytes are needed to tell. */
export const MORE = -1

export interface LineEndRules {
  /** 'literal newline found in data' and its hint. */
  readonly newline: () => SqlError
  readonly carriageReturn: () => SqlError
}

export const TEXT_LINE_ENDS: LineEndRules = {
  newline: () => badFormat('literal newline found in data', 'Use "\\n" to represent newline.'),
  carriageReturn: () =>
    badFormat('literal carriage return found in data', 'Use "\\r" to represent carriage return.'),
}

export const CSV_LINE_ENDS: LineEndRules = {
  newline: () =>
    badFormat('unquoted newline found in data', 'Use quoted CSV field to represent newline.'),
  carriageReturn: () =>
    badFormat(
      'unquoted carriage return found in data',
      'Use quoted CSV field to represent carriage return.',
    ),
}

export class LineEnds {
  readonly #rules: LineEndRules
  kind: LineEnd = 'unknown'

  constructor(rules: LineEndRules) {
    this.#rules = rules
  }

  /** The place behind the line end that begins at `position`, or MORE. Raises 22P04 when it is not like those before. */
  pass({ bytes, end, isComplete }: InputBuffer, position: number): number {
    if (bytes[position] === BYTE.lf) {
      if (this.kind === 'cr' || this.kind === 'crlf') throw this.#rules.newline()
      this.kind = 'lf'
      return position + 1
    }
    if (this.kind === 'lf') throw this.#rules.carriageReturn()
    if (this.kind === 'cr') return position + 1
    if (position + 1 >= end && !isComplete) return MORE
    if (position + 1 < end && bytes[position + 1] === BYTE.lf) {
      this.kind = 'crlf'
      return position + 2
    }
    if (this.kind === 'crlf') throw this.#rules.carriageReturn()
    this.kind = 'cr'
    return position + 1
  }

  /**
   * Whether `\.` at `position` ends the input: a line end must follow. Raises 22P04 when something else does, which CSV takes for
   * data instead.
   */
  endsInput({ bytes, end, isComplete }: InputBuffer, position: number): boolean | typeof MORE {
    const wanted = this.kind === 'crlf' ? 4 : 3
    if (position + wanted > end && !isComplete) return MORE
    // Beyond the end there is a zero.
    const at = (offset: number): number => (position + offset < end ? bytes[position + offset]! : 0)
    if (this.kind === 'crlf') {
      if (at(2) === BYTE.lf) throw otherStyle()
      if (at(2) !== BYTE.cr) throw corrupt()
    }
    const last = at(wanted - 1)
    if (last !== BYTE.cr && last !== BYTE.lf) throw corrupt()
    const expected = this.kind === 'cr' ? BYTE.cr : BYTE.lf
    if (this.kind !== 'unknown' && last !== expected) throw otherStyle()
    return true
  }
}

function corrupt(): SqlError {
  return badFormat('end-of-copy marker corrupt')
}

function otherStyle(): SqlError {
  return badFormat('end-of-copy marker does not match previous newline style')
}
