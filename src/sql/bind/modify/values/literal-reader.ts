/**
 * Literals straight into columns: the hot path of INSERT … VALUES. Only where the result is the same as binding and
 * coercing the literal the long way; for everything else, errors included, a reader answers undefined, and the long way
 * raises the error where PostgreSQL does: at once, or only when the row is made.
 */
import { attempt } from '../../../../errors/sql-error.ts'
import type { Column } from '../../../catalog/catalog.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { Datum } from '../../../../storage/vector.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { TYPE } from '../../resolve/type-oids.ts'

export type LiteralReader = (ast: Ast) => Datum | null | undefined
type TextReader = (text: string) => Datum | undefined

/** What such a literal becomes in the column. */
export function literalReader(context: BindContext, column: Column): LiteralReader {
  // A domain's constraints are checked by its coercion.
  if (context.catalog.type(column.type).typeType === 'd') return () => undefined
  const readText = inputReader(context, column)
  const readNumber = numberReader(column, readText)
  return (ast) => {
    switch (ast.kind) {
      case 'string':
        return readText(ast.value)
      case 'null':
        return null
      case 'integer':
        return readInteger(column, ast.value, readText)
      case 'number':
        return readNumber(ast.text)
      case 'boolean':
        return column.type === TYPE.bool ? ast.value : undefined
      default:
        return undefined
    }
  }
}

/** The type's input function, with everything it needs at hand. */
function inputReader({ catalog, session, typeIo }: BindContext, column: Column): TextReader {
  const type = catalog.type(column.type)
  const input = typeIo.findInput(type.input)
  if (input === undefined) return () => undefined
  const io = { session, catalog, type, typmod: column.typmod, io: typeIo }
  return (text) => attempt(() => input(text, io))
}

function readInteger({ type }: Column, value: number, readText: TextReader): Datum | undefined {
  switch (type) {
    case TYPE.int4:
    case TYPE.int8:
    case TYPE.float8:
      return value
    case TYPE.int2:
      // Out of range: the cast function raises the error.
      return value >= -32768 && value <= 32767 ? value : undefined
    case TYPE.numeric:
      return readText(String(value))
    default:
      return undefined
  }
}

/** Numbers that are no int4: such a literal is an int8 if it can be, else a numeric. */
function numberReader({ type }: Column, readText: TextReader): TextReader {
  switch (type) {
    case TYPE.numeric:
      return readText
    case TYPE.int8:
      return (text) => (WHOLE.test(text) ? readText(text) : undefined)
    case TYPE.float8:
      return readDouble
    default:
      return () => undefined
  }
}

const WHOLE = /^-?\d{1,19}$/
/** Far from where a double ends, and from where a numeric does. */
const PLAIN_DECIMAL = /^-?\d{0,100}\.?\d{0,100}$/

/** The cast from numeric goes through text: the double nearest to the decimal number. It has no negative zero. */
function readDouble(text: string): number | undefined {
  return PLAIN_DECIMAL.test(text) ? Number(text) + 0 : undefined
}
