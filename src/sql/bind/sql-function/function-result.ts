/** What a body's columns are as the function's result: checked and coerced to the type it declares, as PostgreSQL's check_sql_fn_retval. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid, ProcInfo } from '../../catalog/catalog.ts'
import type { Expression, FunctionCall } from '../../plan/expression.ts'
import type { FunctionScanNode, OutputColumn } from '../../plan/plan-node.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { BindContext } from '../context/bind-context.ts'
import { coerceToTarget } from '../resolve/coercion/coerce.ts'
import type { Field } from '../resolve/composite-fields.ts'
import { functionOutputColumns } from '../resolve/candidate/function-output.ts'
import { formatType } from '../resolve/format-type.ts'
import { isComplex } from '../resolve/type-facts.ts'
import { TYPE } from '../resolve/type-oids.ts'

/** The result as one value. */
export function resultValue(
  context: BindContext,
  call: FunctionCall,
  columns: readonly OutputColumn[],
): Expression {
  const { type } = call
  if (type === TYPE.void) return noValue(type)
  const [only] = columns
  const fields =
    type === TYPE.record || isComplex(context.catalog, type)
      ? functionOutputColumns(context, call)
      : undefined
  if (only !== undefined && columns.length === 1) {
    if (only.type === type) return columnReference(only)
    if (fields === undefined) return coerced(context, type, columnReference(only), 'scalar')
  }
  if (type === TYPE.record && fields === undefined) return anyRow(columns, type)
  if (fields === undefined)
    throw mismatch(context, type, 'Final statement must return exactly one column.')
  const values = fieldValues(context, type, fields, columns)
  return rowOf(
    values,
    fields.map((field) => field.name),
    type,
  )
}

/** A function of SQL returns void as a null. */
function noValue(type: Oid): Expression {
  return { kind: 'constant', value: null, type, typmod: -1, collation: 0 as Oid }
}

function anyRow(columns: readonly OutputColumn[], type: Oid): Expression {
  return rowOf(
    columns.map((column) => columnReference(column)),
    columns.map((column) => column.name),
    type,
  )
}

function rowOf(fields: readonly Expression[], names: readonly string[], type: Oid): Expression {
  return { kind: 'row', fields, names, type, typmod: -1, collation: 0 as Oid } // rows have no collation
}

/** The result spread over the columns of a function in FROM. */
export function resultColumns(
  context: BindContext,
  proc: ProcInfo,
  columns: readonly OutputColumn[],
  node: FunctionScanNode,
): readonly Expression[] {
  const [scan] = node.functions
  const type = scan?.call.type ?? proc.returnType
  const [only] = columns
  if (type === TYPE.void) return node.output.map(() => noValue(type))
  if (scan?.spreads === true && only !== undefined && columns.length === 1 && only.type === type) {
    return node.output.map((column, index) => fieldOf(columnReference(only), column, index))
  }
  if (scan?.spreads !== true && only !== undefined && columns.length === 1) {
    return [coerced(context, type, columnReference(only), 'scalar')]
  }
  return fieldValues(context, type, node.output, columns)
}

function fieldOf(input: Expression, column: OutputColumn, index: number): Expression {
  const { type, typmod, collation } = column
  return { kind: 'field', input, index, type, typmod, collation }
}

function fieldValues(
  context: BindContext,
  type: Oid,
  fields: readonly Field[],
  columns: readonly OutputColumn[],
): readonly Expression[] {
  if (columns.length > fields.length) {
    throw mismatch(context, type, 'Final statement returns too many columns.')
  }
  if (columns.length < fields.length) {
    throw mismatch(context, type, 'Final statement returns too few columns.')
  }
  return columns.map((column, i) => {
    const field = fields[i]
    return coerced(context, field?.type ?? column.type, columnReference(column), i + 1, type)
  })
}

function coerced(
  context: BindContext,
  wanted: Oid,
  value: Expression,
  place: 'scalar' | number,
  whole: Oid = wanted,
): Expression {
  const found = coerceToTarget(context, value, { type: wanted, typmod: -1 }, 'assignment')
  if (found !== undefined) return found
  const given = formatType(context, value.type)
  const detail =
    place === 'scalar'
      ? `Actual return type is ${given}.`
      : `Final statement returns ${given} instead of ${formatType(context, wanted)} at column ${place}.`
  throw mismatch(context, whole, detail)
}

export function mismatch(context: BindContext, type: Oid, detail: string): SqlError {
  const declared = formatType(context, type)
  return new SqlError('42P13', `return type mismatch in function declared to return ${declared}`, {
    detail,
  })
}
