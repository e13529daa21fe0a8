/** What a new row must satisfy by itself: NOT NULL, CHECK, a view's check option. The first failing row of a batch is reported. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import { type Batch, isNullAt } from '../../../../storage/vector.ts'
import type { Relation } from '../../../catalog/catalog.ts'
import type { TableRules } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { compileExpression } from '../../expression/compile-expression.ts'
import { boolParts, type Compilation, type Kernel } from '../../expression/kernel.ts'
import { layoutOf } from '../operator.ts'
import { failingRow } from './row-text.ts'

interface Failure {
  readonly row: number
  readonly raise: (detail: string) => SqlError
}

export class RowConstraints {
  readonly #relation: Relation
  readonly #rules: TableRules
  readonly #checks: readonly { readonly name: string; readonly kernel: Kernel }[]
  readonly #viewChecks: readonly { readonly view: string; readonly kernel: Kernel }[]
  readonly #compilation: Compilation

  constructor(relation: Relation, rules: TableRules, compilation: Compilation) {
    const layout = layoutOf(rules.row)
    this.#relation = relation
    this.#rules = rules
    this.#compilation = compilation
    this.#checks = rules.checks.map(({ name, expression }) => ({
      name,
      kernel: compileExpression(expression, layout, compilation),
    }))
    this.#viewChecks = (rules.viewChecks ?? []).map(({ view, expression }) => ({
      view,
      kernel: compileExpression(expression, layout, compilation),
    }))
  }

  check(rows: Batch, context: ExecutionContext): void {
    let first: Failure | undefined
    for (const { name, position } of this.#rules.notNull) {
      const row = firstNull(rows, position)
      if (isEarlier(row, first)) first = { row, raise: (detail) => this.#notNull(name, detail) }
    }
    for (const { name, kernel } of this.#checks) {
      const row = firstFailure(kernel, rows, context, false)
      if (isEarlier(row, first)) first = { row, raise: (detail) => this.#check(name, detail) }
    }
    for (const { view, kernel } of this.#viewChecks) {
      const row = firstFailure(kernel, rows, context, true)
      if (isEarlier(row, first)) first = { row, raise: (detail) => viewCheck(view, detail) }
    }
    if (first !== undefined) this.#raise(first, rows, context)
  }

  #raise(failure: Failure, rows: Batch, context: ExecutionContext): void {
    context.failedRow = failure.row
    const { environment } = this.#compilation
    throw failure.raise(failingRow(this.#relation, rows, failure.row, environment, context))
  }

  #notNull(column: string, detail: string): SqlError {
    const { name, schema } = this.#relation
    return new SqlError(
      SQLSTATE.NOT_NULL_VIOLATION,
      `null value in column "${column}" of relation "${name}" violates not-null constraint`,
      { detail, schema, table: name, column },
    )
  }

  #check(constraint: string, detail: string): SqlError {
    const { name, schema } = this.#relation
    return new SqlError(
      SQLSTATE.CHECK_VIOLATION,
      `new row for relation "${name}" violates check constraint "${constraint}"`,
      { detail, schema, table: name, constraint },
    )
  }
}

/** `row` is negative when there is no failure. */
function isEarlier(row: number, first: Failure | undefined): boolean {
  return row >= 0 && (first === undefined || row < first.row)
}

function viewCheck(view: string, detail: string): SqlError {
  return new SqlError(
    SQLSTATE.WITH_CHECK_OPTION_VIOLATION,
    `new row violates check option for view "${view}"`,
    { detail },
  )
}

function firstNull(rows: Batch, position: number): number {
  const vector = rows.columns[position]
  if (vector.kind !== 'text' && vector.kind !== 'datum' && vector.nulls === undefined) return -1
  for (let i = 0; i < rows.length; i++) if (isNullAt(vector, i)) return i
  return -1
}

/** A CHECK passes when null; a view's condition must be true. */
function firstFailure(
  kernel: Kernel,
  rows: Batch,
  context: ExecutionContext,
  nullFails: boolean,
): number {
  const { values, nulls } = boolParts(kernel(rows, context), rows.length)
  for (let i = 0; i < rows.length; i++) {
    const isNull = nulls?.[i] === 1
    if (isNull ? nullFails : values[i] === 0) return i
  }
  return -1
}
