/** Literals: numbers get the smallest of int4, int8, numeric; strings stay unknown. */
import type {
  BitLiteral,
  BooleanLiteral,
  IntegerLiteral,
  NullLiteral,
  NumberLiteral,
  StringLiteral,
} from '../../parse/ast/expression.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { Constant } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import { constant, readLiteral } from '../resolve/coercion/literal-input.ts'
import { TYPE } from '../resolve/type-oids.ts'

export type Literal =
  | IntegerLiteral
  | NumberLiteral
  | StringLiteral
  | BitLiteral
  | BooleanLiteral
  | NullLiteral

const INTEGER_TEXT = /^(-?)(0[xob][0-9a-f_]+|[0-9][0-9_]*)$/i

export function bindLiteral(context: BindContext, literal: Literal): Constant {
  switch (literal.kind) {
    case 'integer':
      return constant(context, TYPE.int4, literal.value, literal.position)
    case 'number':
      return bindNumber(context, literal)
    case 'string':
      return constant(context, TYPE.unknown, literal.value, literal.position)
    case 'null':
      return constant(context, TYPE.unknown, null, literal.position)
    case 'boolean':
      return constant(context, TYPE.bool, literal.value, literal.position)
    case 'bits': {
      const text = (literal.base === 'binary' ? 'b' : 'x') + literal.digits
      const value = readLiteral(context, text, TYPE.bit, -1, literal.position)
      return constant(context, TYPE.bit, value, literal.position)
    }
  }
}

/** Integers of any base get the smallest type that holds them, the grammar's minus sign included. */
function bindNumber(context: BindContext, literal: NumberLiteral): Constant {
  const integer = INTEGER_TEXT.exec(literal.text)
  if (integer !== null) {
    const magnitude = BigInt((integer[2] ?? '').replaceAll('_', ''))
    const value = integer[1] === '-' ? -magnitude : magnitude
    if (BigInt.asIntN(32, value) === value) {
      return constant(context, TYPE.int4, Number(value), literal.position)
    }
    if (BigInt.asIntN(64, value) === value) {
      return constant(context, TYPE.int8, normalizeInt64(value), literal.position)
    }
  }
  const value = readLiteral(context, literal.text, TYPE.numeric, -1, literal.position)
  return constant(context, TYPE.numeric, value, literal.position)
}
