/** Domains, and the types under them. */
import type { Catalog, Oid, TypeInfo } from './catalog.ts'

/** A domain and those it is over, from the outermost; none for other types. */
export function domainLevels(catalog: Pick<Catalog, 'type'>, type: Oid): readonly TypeInfo[] {
  const levels: TypeInfo[] = []
  let info = catalog.type(type)
  for (; info.typeType === 'd'; info = catalog.type(info.baseType)) levels.push(info)
  return levels
}

/** The type under any number of domains, with the innermost domain's typmod. */
export function baseTypeAndTypmod(
  catalog: Pick<Catalog, 'type'>,
  type: Oid,
  typmod = -1,
): { readonly type: Oid; readonly typmod: number } {
  let info = catalog.type(type)
  let currentTypmod = typmod
  while (info.typeType === 'd') {
    currentTypmod = info.typmod
    info = catalog.type(info.baseType)
  }
  return { type: info.oid, typmod: currentTypmod }
}

export function baseTypeOf(catalog: Pick<Catalog, 'type'>, type: Oid): TypeInfo {
  return catalog.type(baseTypeAndTypmod(catalog, type).type)
}

/** The default of the outermost domain that has one, as SQL text. */
export function domainDefault(catalog: Pick<Catalog, 'type'>, type: Oid): string | undefined {
  return domainLevels(catalog, type).find(({ defaultText }) => defaultText !== undefined)
    ?.defaultText
}
