/** Values of domain types: the constraints of every level, bound from their SQL text. */
import type { Oid, TypeInfo } from '../../../catalog/catalog.ts'
import type { CoerceToDomain, Expression, Placeholder } from '../../../plan/expression.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { bindDomainCheck } from '../../expression/bind-stored-expression.ts'

/** `input` is of the domain's base type with the base typmod applied. Innermost domain's checks come first. */
export function coerceToDomain(context: BindContext, input: Expression, domain: Oid): Expression {
  const info = context.catalog.type(domain)
  if (info.typeType !== 'd') return input
  const inner = coerceToDomain(context, input, info.baseType)
  const node: CoerceToDomain = {
    kind: 'coerceToDomain',
    input: inner,
    notNull: info.notNull,
    checks: domainChecks(context, info, input.type),
    type: domain,
    typmod: -1,
    collation: info.collation,
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
