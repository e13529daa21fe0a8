/**
 * Whether and how a value of one type becomes one of another: pg_cast, domains, arrays, and the automatic casts
 * through text that string types get. No expressions are built here.
 */
import type { Catalog, CastInfo, Oid } from '../../../catalog/catalog.ts'
import { checkGenericTypes } from '../candidate/polymorphic.ts'
import {
  baseElementType,
  baseType,
  categoryOf,
  elementType,
  isArrayType,
  isComplex,
  isPolymorphic,
} from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

/** How much freedom the place gives: an operator's argument, an assignment to a column, or a written cast. */
export type CoercionContext = 'implicit' | 'assignment' | 'explicit'

export type CoercionPath =
  | { readonly kind: 'none' }
  | { readonly kind: 'relabel' }
  | { readonly kind: 'function'; readonly procedure: Oid }
  | { readonly kind: 'array' }
  | { readonly kind: 'io' }

const NONE: CoercionPath = { kind: 'none' }
const RELABEL: CoercionPath = { kind: 'relabel' }
const IO: CoercionPath = { kind: 'io' }
const ARRAY: CoercionPath = { kind: 'array' }

export function findCoercionPath(
  catalog: Catalog,
  target: Oid,
  source: Oid,
  context: CoercionContext,
): CoercionPath {
  const from = baseType(catalog, source)
  const to = baseType(catalog, target)
  if (from === to) return RELABEL
  const cast = catalog.cast(from, to)
  if (cast !== undefined) return contextAllows(cast, context) ? pathOfCast(cast) : NONE
  return pathWithoutCast(catalog, to, from, context)
}

function contextAllows(cast: CastInfo, context: CoercionContext): boolean {
  if (context === 'explicit') return true
  if (context === 'assignment') return cast.context !== 'e'
  return cast.context === 'i'
}

function pathOfCast(cast: CastInfo): CoercionPath {
  if (cast.method === 'f') return { kind: 'function', procedure: cast.procedure }
  return cast.method === 'i' ? IO : RELABEL
}

function pathWithoutCast(
  catalog: Catalog,
  to: Oid,
  from: Oid,
  context: CoercionContext,
): CoercionPath {
  if (to !== TYPE.oidvector && to !== TYPE.int2vector) {
    const toElement = elementType(catalog, to)
    const fromElement = elementType(catalog, from)
    if (toElement !== NO_OID && fromElement !== NO_OID) {
      const path = findCoercionPath(catalog, toElement, fromElement, context)
      if (path.kind !== 'none') return ARRAY
    }
  }
  // Anything can be assigned to a string type, and an explicit cast may read anything from a string.
  if (context !== 'implicit' && categoryOf(catalog, to) === 'S') return IO
  if (context === 'explicit' && categoryOf(catalog, from) === 'S') return IO
  return NONE
}

/** The function that applies a type modifier to a value already of the type: varchar(n), numeric(p,s) … */
export function findTypmodCoercion(catalog: Catalog, type: Oid): CoercionPath {
  const element = elementType(catalog, type)
  const cast = catalog.cast(
    element === NO_OID ? type : element,
    element === NO_OID ? type : element,
  )
  if (cast === undefined || cast.procedure === NO_OID) return NONE
  return element === NO_OID ? { kind: 'function', procedure: cast.procedure } : ARRAY
}

/** Can arguments of the given types be passed where the target types are declared? */
export function canCoerceTypes(
  catalog: Catalog,
  inputs: readonly Oid[],
  targets: readonly Oid[],
  context: CoercionContext,
): boolean {
  let generic = false
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i] ?? NO_OID
    const target = targets[i] ?? NO_OID
    if (isPolymorphic(target)) generic = true
    else if (!canCoerceOne(catalog, input, target, context)) return false
  }
  return !generic || checkGenericTypes(catalog, inputs, targets)
}

function canCoerceOne(
  catalog: Catalog,
  input: Oid,
  target: Oid,
  context: CoercionContext,
): boolean {
  if (input === target || target === TYPE.any || input === TYPE.unknown) return true
  if (findCoercionPath(catalog, target, input, context).kind !== 'none') return true
  if (input === TYPE.record && isComplex(catalog, target)) return true
  if (target === TYPE.record && isComplex(catalog, input)) return true
  if (target !== TYPE.recordArray) return false
  const element = baseElementType(catalog, input)
  return element !== NO_OID && isComplex(catalog, element)
}

export function canCoerce(
  catalog: Catalog,
  input: Oid,
  target: Oid,
  context: CoercionContext,
): boolean {
  return canCoerceTypes(catalog, [input], [target], context)
}

/** Same datums under another name, usable without any run-time work. */
export function isBinaryCoercible(catalog: Catalog, source: Oid, target: Oid): boolean {
  if (source === target) return true
  if (target === TYPE.any || target === TYPE.anyelement || target === TYPE.anycompatible) {
    return true
  }
  const from = baseType(catalog, source)
  if (from === target) return true
  if (target === TYPE.anyarray || target === TYPE.anycompatiblearray) {
    return isArrayType(catalog, from)
  }
  if (target === TYPE.anynonarray || target === TYPE.anycompatiblenonarray) {
    return !isArrayType(catalog, from)
  }
  const kind = catalog.type(from).typeType
  if (target === TYPE.anyenum) return kind === 'e'
  if (target === TYPE.anyrange || target === TYPE.anycompatiblerange) return kind === 'r'
  if (target === TYPE.anymultirange || target === TYPE.anycompatiblemultirange) return kind === 'm'
  if (target === TYPE.record) return isComplex(catalog, from)
  const cast = catalog.cast(from, target)
  return cast !== undefined && cast.method === 'b' && cast.context === 'i'
}
