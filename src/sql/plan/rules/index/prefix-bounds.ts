/**
 * Bounds that follow from LIKE with a constant pattern whose first characters are literal:
 *
 *   name LIKE 'ab%'   →   name >= 'ab' AND name < 'ac'
 *
 * They hold in code point order only, and say less than the pattern, which must still be tested.
 */
import type { Catalog } from '../../../catalog/catalog.ts'
import { withoutRelabel } from '../../comparison.ts'
import type { ColumnId, Constant, Expression, FunctionCall } from '../../expression.ts'

interface Bound {
  readonly column: ColumnId
  readonly operator: '>=' | '<'
  readonly value: Expression
}

const LIKE_SYMBOL = 'textlike'
/** Beyond it come surrogates and private characters: a prefix that ends there gets no upper bound. */
const LAST_COMMON_CHARACTER = 0xd7fe

export function prefixBounds(call: FunctionCall, catalog: Catalog): readonly Bound[] {
  if (call.operator === undefined || catalog.proc(call.procedure)?.source !== LIKE_SYMBOL) return []
  const column = withoutRelabel(call.args[0]!) // textlike has two arguments
  const pattern = withoutRelabel(call.args[1]!)
  if (column.kind !== 'column' || pattern.kind !== 'constant' || typeof pattern.value !== 'string')
    return []
  const prefix = /^[^%_\\]*/.exec(pattern.value)![0] // matches also nothing
  if (prefix === '') return []
  const lower: Bound = { column: column.column, operator: '>=', value: textOf(pattern, prefix) }
  const last = prefix.charCodeAt(prefix.length - 1)
  if (last > LAST_COMMON_CHARACTER) return [lower]
  const next = prefix.slice(0, -1) + String.fromCharCode(last + 1)
  return [lower, { column: column.column, operator: '<', value: textOf(pattern, next) }]
}

function textOf(pattern: Constant, value: string): Constant {
  return { ...pattern, value }
}
