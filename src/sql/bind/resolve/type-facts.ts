/** Small questions about types that every resolution rule asks: base types, categories, composite or array. */
import type { Catalog, Oid, TypeInfo } from '../../catalog/catalog.ts'
import { NO_OID, TYPE } from './type-oids.ts'
import { baseTypeAndTypmod } from '../../catalog/base-type.ts'

export const POLYMORPHIC_SIMPLE: ReadonlySet<Oid> = new Set([
  TYPE.anyelement,
  TYPE.anyarray,
  TYPE.anynonarray,
  TYPE.anyenum,
  TYPE.anyrange,
  TYPE.anymultirange,
])

export const POLYMORPHIC_COMPATIBLE: ReadonlySet<Oid> = new Set([
  TYPE.anycompatible,
  TYPE.anycompatiblearray,
  TYPE.anycompatiblenonarray,
  TYPE.anycompatiblerange,
  TYPE.anycompatiblemultirange,
])

export function isPolymorphic(type: Oid): boolean {
  return POLYMORPHIC_SIMPLE.has(type) || POLYMORPHIC_COMPATIBLE.has(type)
}

export function baseType(catalog: Catalog, type: Oid): Oid {
  return baseTypeAndTypmod(catalog, type).type
}

/** Element type of a true array; 0 otherwise. Domains are not looked through. */
export function elementType(catalog: Catalog, type: Oid): Oid {
  return catalog.type(type).elementType
}

/** As elementType, but a domain over an array counts as an array. */
export function baseElementType(catalog: Catalog, type: Oid): Oid {
  return elementType(catalog, baseType(catalog, type))
}

export function arrayTypeOf(catalog: Catalog, type: Oid): Oid {
  return catalog.type(type).arrayType
}

export function isArrayType(catalog: Catalog, type: Oid): boolean {
  return elementType(catalog, type) !== NO_OID
}

/** A named composite type (or a domain over one), not `record`. */
export function isComplex(catalog: Catalog, type: Oid): boolean {
  return compositeRelation(catalog, type) !== NO_OID
}

export function compositeRelation(catalog: Catalog, type: Oid): Oid {
  return catalog.type(baseType(catalog, type)).relation
}

export function isRowType(catalog: Catalog, type: Oid): boolean {
  return type === TYPE.record || isComplex(catalog, type)
}

export function categoryOf(catalog: Catalog, type: Oid): string {
  return catalog.type(type).category
}

export function isPreferred(catalog: Catalog, category: string, type: Oid): boolean {
  const info = catalog.type(type)
  return info.category === category && info.isPreferred
}

/** Subtype of a range type, range type of a multirange; 0 otherwise. */
export function rangeSubtype(info: TypeInfo): Oid {
  return info.rangeSubtype ?? NO_OID
}
