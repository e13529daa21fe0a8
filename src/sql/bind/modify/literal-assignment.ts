/**
 * Literals straight into columns: the hot path of a large INSERT … VALUES. Only where the result is the same as binding
 * and coercing the literal the long way; everything else returns undefined.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column } from '../../catalog/catalog.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type { Constant } from '../../plan/expression.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { BindContext } from '../context/bind-context.ts'
import { readLiteral } from '../resolve/literal-input.ts'
import { TYPE } from '../resolve/type-oids.ts'

export function assignLiteral(
  context: BindContext,
  column: Column,
  ast: Ast,
): Constant | undefined {
  try {
    return readIntoColumn(context, column, ast)
  } catch (error) {
    // The long way raises the error where PostgreSQL does: at once, or only when the row is made.
    if (error instanceof SqlError) return undefined
    throw error
  }
}

function readIntoColumn(context: BindContext, column: Column, ast: Ast): Constant | undefined {
  switch (ast.kind) {
    case 'string':
      if (context.catalog.type(column.type).typeType === 'd') return undefined
      return made(
        column,
        readLiteral(context, ast.value, column.type, column.typmod, ast.position),
        ast.position,
      )
    case 'null':
      if (context.catalog.type(column.type).typeType === 'd') return undefined
      return made(column, null, ast.position)
    case 'integer':
      return assignInteger(context, column, ast.value, ast.position)
    case 'boolean':
      return column.type === TYPE.bool ? made(column, ast.value, ast.position) : undefined
    case 'number':
      if (column.type !== TYPE.numeric) return undefined
      return made(
        column,
        readLiteral(context, ast.text, TYPE.numeric, column.typmod, ast.position),
        ast.position,
      )
    default:
      return undefined
  }
}

function assignInteger(
  context: BindContext,
  column: Column,
  value: number,
  position: number | undefined,
): Constant | undefined {
  switch (column.type) {
    case TYPE.int4:
    case TYPE.int8:
    case TYPE.float8:
      return made(column, value, position)
    case TYPE.int2:
      // Out of range: the cast function raises the error.
      return value >= -32768 && value <= 32767 ? made(column, value, position) : undefined
    case TYPE.numeric: {
      const { typmod } = column
      const datum = readLiteral(context, String(value), TYPE.numeric, typmod, position)
      return made(column, datum, position)
    }
    default:
      return undefined
  }
}

function made(column: Column, value: Datum | null, position: number | undefined): Constant {
  const { type, typmod, collation } = column
  return { kind: 'constant', value, type, typmod, collation, position }
}
