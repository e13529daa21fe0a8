/** Expressions the catalog keeps as SQL text: defaults, CHECK constraints, index keys, domain checks. */
import { SqlError } from '../../../errors/sql-error.ts'
import { parseExpression } from '../../parse/parse.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type { Expression } from '../../plan/expression.ts'
import { rewriteDeep } from '../../plan/plan-tree.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { ExpressionKind } from '../context/expression-kind.ts'
import { type RangeItem, Scope } from '../context/scope.ts'
import { coerceToBoolean } from '../resolve/coercion/coerce.ts'
import { expandStored } from '../sql-function/expand-functions.ts'
import { bindExpression } from './bind-expression.ts'

/** Binds text over the columns of `item`, if there are any. Positions in the text mean nothing to the user: they are dropped. */
export function bindStoredExpression(
  context: BindContext,
  text: string,
  kind: ExpressionKind,
  item?: RangeItem,
): Expression {
  return withoutPositions(() => {
    const bound = bindOverItem(context, parseExpression(text), kind, item)
    return context.shared.callsSqlFunctions ? expandStored(context, bound) : bound
  })
}

export function bindOverItem(
  context: BindContext,
  ast: Ast,
  kind: ExpressionKind,
  item?: RangeItem,
): Expression {
  const scope = new Scope()
  scope.kind = kind
  if (item !== undefined) scope.items = [item]
  return bindExpression({ context, scope }, ast)
}

function withoutPositions(bind: () => Expression): Expression {
  try {
    return rewriteDeep(bind(), (one) => ({ ...one, position: undefined }))
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined) throw error
    const { position: _, ...fields } = error.fields
    throw new SqlError(error.code, error.message, fields)
  }
}

/** A domain's CHECK over VALUE. */
export function bindDomainCheck(context: BindContext, text: string, value: Expression): Expression {
  const item: RangeItem = {
    alias: '',
    names: ['value'],
    column: () => value,
    origin: () => ({ table: 0, attribute: 0 }),
    wholeRow: () => value,
    relationVisible: false,
    columnsVisible: true,
    lateralOnly: false,
    lateralAllowed: true,
    nullable: false,
  }
  const bound = bindStoredExpression(context, text, 'domainCheck', item)
  return coerceToBoolean(context, bound, 'CHECK')
}
