/** Target lists: stars expanded, columns named. Also used for ROW(t.*), RETURNING and INSERT … VALUES (t.*). */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { ColumnReference, Expression as Ast } from '../../../parse/ast/expression.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { RangeItem } from '../../context/scope.ts'
import { compositeFields } from '../../resolve/composite-fields.ts'
import { formatType } from '../../resolve/format-type.ts'
import { isRowType } from '../../resolve/type-facts.ts'
import { NO_OID } from '../../resolve/type-oids.ts'
import { bindExpression } from '../bind-expression.ts'
import { findItem } from './bind-column.ts'
import type { Binder } from '../binder.ts'
import { missingTable } from './missing-name.ts'
import { outputName } from './output-name.ts'

export interface Target {
  readonly expression: Expression
  readonly name: string
  /** Origin for RowDescription. */
  readonly table: number
  readonly attribute: number
}

export interface TargetAst {
  readonly expression: Ast
  readonly alias?: string | undefined
  readonly position?: number | undefined
}

export function expandTargets(binder: Binder, targets: readonly TargetAst[]): readonly Target[] {
  const result: Target[] = []
  for (const target of targets) {
    const ast = target.expression
    if (ast.kind === 'column' && ast.star) result.push(...expandColumnStar(binder, ast))
    else if (ast.kind === 'indirection' && ast.steps.at(-1)?.kind === 'star') {
      const operand = { ...ast, steps: ast.steps.slice(0, -1) }
      const inner = operand.steps.length === 0 ? ast.operand : operand
      result.push(...expandComposite(binder, bindExpression(binder, inner), ast.position))
    } else {
      const expression = bindExpression(binder, ast)
      const name = target.alias ?? outputName(ast)
      result.push({ expression, name, ...originOf(binder, expression) })
    }
  }
  return result
}

/** A bare column of a table of this level says where it comes from. */
function originOf(
  binder: Binder,
  expression: Expression,
): { readonly table: number; readonly attribute: number } {
  if (expression.kind === 'column') {
    const origin = binder.context.shared.origins.get(expression.column)
    if (origin !== undefined) return origin
  }
  return { table: 0, attribute: 0 }
}

function expandColumnStar(binder: Binder, ast: ColumnReference): readonly Target[] {
  const { scope } = binder
  if (ast.parts.length === 0) {
    const visible = scope.items.filter((item) => item.columnsVisible && !item.lateralOnly)
    if (visible.length === 0) {
      throw new SqlError('42601', 'SELECT * with no tables specified is not valid', {
        position: ast.position,
      })
    }
    return visible.flatMap((item) => expandItem(item, ast.position))
  }
  const table = ast.parts.at(-1) ?? ''
  const item = findItem(scope, ast.parts.at(-2), table, ast.position)
  if (item !== undefined) return expandItem(item, ast.position)
  if (ast.parts.length > 1) {
    // a.b.*: perhaps b is a composite column of a.
    const column = bindExpression(binder, { ...ast, star: false })
    return expandComposite(binder, column, ast.position)
  }
  throw missingTable(scope, table, ast.position)
}

function expandItem(item: RangeItem, position: number | undefined): readonly Target[] {
  return item.names.map((name, i) => ({
    expression: { ...item.column(i), position },
    name,
    ...item.origin(i),
  }))
}

function expandComposite(
  binder: Binder,
  value: Expression,
  position: number | undefined,
): readonly Target[] {
  const { context } = binder
  if (!isRowType(context.catalog, value.type)) {
    throw new SqlError('42809', `type ${formatType(context, value.type)} is not composite`, {
      position,
    })
  }
  if (value.kind === 'row') {
    return value.fields.map((expression, i) => ({
      expression,
      name: value.names[i] ?? '',
      table: NO_OID,
      attribute: 0,
    }))
  }
  return compositeFields(context, value).map((field, index) => ({
    expression: {
      kind: 'field',
      input: value,
      index,
      type: field.type,
      typmod: field.typmod,
      collation: field.collation,
      position,
    },
    name: field.name,
    table: NO_OID,
    attribute: 0,
  }))
}
