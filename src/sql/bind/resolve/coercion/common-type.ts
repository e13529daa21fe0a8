/** The one type for several expressions: UNION, CASE, COALESCE, VALUES, ARRAY[], IN, GREATEST. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { canCoerce } from './coercion-path.ts'
import { formatType } from '../format-type.ts'
import { baseType, categoryOf, isPreferred } from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

interface Conflict {
  readonly index: number
  readonly left: Oid
  readonly right: Oid
}

/** PostgreSQL's left-to-right rule. Unknowns never decide; all unknown gives `unknown`. */
function chooseCommonType(catalog: Catalog, types: readonly Oid[]): Oid | Conflict {
  const first = types[0] ?? TYPE.unknown
  if (first !== TYPE.unknown && types.every((type) => type === first)) return first
  let chosen = baseType(catalog, first)
  for (let index = 1; index < types.length; index++) {
    const next = baseType(catalog, types[index] ?? TYPE.unknown)
    if (next === TYPE.unknown || next === chosen) continue
    if (chosen === TYPE.unknown) {
      chosen = next
      continue
    }
    const category = categoryOf(catalog, chosen)
    if (category !== categoryOf(catalog, next)) return { index, left: chosen, right: next }
    if (
      !isPreferred(catalog, category, chosen) &&
      canCoerce(catalog, chosen, next, 'implicit') &&
      !canCoerce(catalog, next, chosen, 'implicit')
    ) {
      chosen = next
    }
  }
  return chosen
}

/** Common type or 0, for callers with their own error. All-unknown gives text. */
export function selectCommonTypeOf(catalog: Catalog, types: readonly Oid[]): Oid {
  const chosen = chooseCommonType(catalog, types)
  if (typeof chosen !== 'number') return NO_OID
  return chosen === TYPE.unknown ? TYPE.text : chosen
}

/** Common type of expressions; `construct` names the place in the error ("CASE", "UNION"). */
export function selectCommonType(
  context: BindContext,
  expressions: readonly Expression[],
  construct: string,
): Oid {
  const types = expressions.map((expression) => expression.type)
  const chosen = chooseCommonType(context.catalog, types)
  if (typeof chosen === 'number') return chosen === TYPE.unknown ? TYPE.text : chosen
  throw new SqlError(
    '42804',
    `${construct} types ${formatType(context, chosen.left)} and ${formatType(context, chosen.right)} cannot be matched`,
    { position: expressions[chosen.index]?.position },
  )
}

/** Type modifier that all expressions share, if they are already of the common type. */
export function selectCommonTypmod(expressions: readonly Expression[], type: Oid): number {
  const typmod = expressions[0]?.typmod ?? -1
  const same = expressions.every((one) => one.type === type && one.typmod === typmod)
  return same ? typmod : -1
}
