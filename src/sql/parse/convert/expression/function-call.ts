/** Function calls with everything that may follow them. */
import type * as raw from '@pgsql/types'
import type { FunctionCall } from '../../ast/expression.ts'
import { qualifiedName } from '../common.ts'
import { sortItems } from '../query/sort-item.ts'
import { windowDefinition } from '../query/window.ts'
import type { SourceText } from '../source-text.ts'
import { convertExpressions, optionalExpression } from './expression.ts'

export function functionCall(node: raw.FuncCall, source: SourceText): FunctionCall {
  return {
    kind: 'call',
    name: qualifiedName(node.funcname),
    args: convertExpressions(node.args, source),
    star: node.agg_star ?? false,
    distinct: node.agg_distinct ?? false,
    variadic: node.func_variadic ?? false,
    orderBy: sortItems(node.agg_order, source),
    withinGroup: node.agg_within_group ?? false,
    filter: optionalExpression(node.agg_filter, source),
    over: node.over === undefined ? undefined : windowDefinition(node.over, source),
    sqlSyntax: node.funcformat === 'COERCE_SQL_SYNTAX',
    position: source.position(node.location),
  }
}
