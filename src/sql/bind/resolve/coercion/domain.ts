/** Values of domain types: the constraints of every level, bound from their SQL text. */
import type { Oid, TypeInfo } from '../../../catalog/catalog.ts'
import type { CoerceToDomain, Expression, Placeholder } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { bindDomainCheck } from '../../expression/bind-stored-expression.ts'
import { domainLevels } from '../../../catalog/base-type.ts'

/**
 * `input` is of the domain's base type with the base typmod applied. NOT NULL of any level comes first, then the innermost domain's
 * checks; errors name the outermost. Source: PostgreSQL, typcache.c, load_domaintype_info.
 */
export function coerceToDomain(context: BindContext, input: Expression, domain: Oid): Expression {
  const levels = domainLevels(context.catalog, domain)
  const [outermost] = levels
  if (outermost === undefined) return input
  const node: CoerceToDomain = {
    kind: 'coerceToDomain',
    input,
    notNull: levels.some(({ notNull }) => notNull),
    checks: levels.toReversed().flatMap((level) => domainChecks(context, level, input.type)),
    type: domain,
    typmod: -1,
    collation: outermost.collation,
    position: input.position,
  }
  return node
}

function domainChecks(
  context: BindContext,
  info: TypeInfo,
  base: Oid,
): readonly { readonly name: string; readonly expression: Expression }[] {
  const value: Placeholder = {
    kind: 'placeholder',
    type: base,
    typmod: info.typmod,
    collation: info.collation,
  }
  return (info.checks ?? []).map((check) => ({
    name: check.name,
    expression: bindDomainCheck(context, check.expression, value),
  }))
}
