/**
 * INSERT … VALUES of many rows of nothing but literals: read column by column into vectors, so that a row costs
 * neither an expression nor a kernel. Columns that the statement leaves out get their defaults in a projection above.
 */
import { type Datum, type Vector, batch, vectorOf } from '../../../../storage/vector.ts'
import type { Column } from '../../../catalog/catalog.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { PlanNode } from '../../../plan/plan-node.ts'
import type { BindContext } from '../../context/bind-context.ts'
import type { LiteralReader } from './literal-reader.ts'

/** A column the rows give values for. */
export interface GivenColumn {
  readonly column: Column
  readonly read: LiteralReader
}

/** Undefined unless every row has exactly these columns and every value is a literal that can be read. */
export function constantRows(
  context: BindContext,
  rows: readonly (readonly Ast[])[],
  given: readonly GivenColumn[],
): PlanNode | undefined {
  if (rows.some((row) => row.length !== given.length)) return undefined
  const columns: Vector[] = []
  for (const [index, { column, read }] of given.entries()) {
    const values = readColumn(rows, index, read)
    if (values === undefined) return undefined
    columns.push(vectorOf(context.catalog.type(column.type).kind, values))
  }
  const output = given.map(({ column }) => context.newColumn(column.name, column))
  return { kind: 'constantRows', rows: batch(columns, rows.length), output }
}

function readColumn(
  rows: readonly (readonly Ast[])[],
  index: number,
  read: LiteralReader,
): readonly (Datum | null)[] | undefined {
  const values = new Array<Datum | null>(rows.length)
  for (let row = 0; row < rows.length; row++) {
    const literal = rows[row]?.[index]
    const value = literal === undefined ? undefined : read(literal)
    if (value === undefined) return undefined
    values[row] = value
  }
  return values
}
