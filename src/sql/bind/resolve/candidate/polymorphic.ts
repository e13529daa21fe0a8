/**
 * Polymorphic types: what anyelement, anyarray, anycompatible… stand for in one call.
 * `checkGenericTypes` asks whether the actual types fit; `enforceGenericTypes` settles the declared types and the result.
 */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { canCoerce } from '../coercion/coercion-path.ts'
import { selectCommonTypeOf } from '../coercion/common-type.ts'
import { formatType } from '../format-type.ts'
import {
  POLYMORPHIC_COMPATIBLE,
  arrayTypeOf,
  baseElementType,
  baseType,
  isArrayType,
  isPolymorphic,
  rangeSubtype,
} from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

/** What the polymorphic pseudo-types of a call were matched with; 0 = not yet known. */
interface Family {
  element: Oid
  array: Oid
  range: Oid
  multirange: Oid
}

interface Match {
  readonly simple: Family
  readonly compatible: Family
  readonly compatibleTypes: Oid[]
  hasUnknownSimple: boolean
}

function emptyFamily(): Family {
  return { element: NO_OID, array: NO_OID, range: NO_OID, multirange: NO_OID }
}

/** Why the actual types do not fit: thrown inside, reported or swallowed by the callers. */
class Mismatch extends Error {
  readonly detail: string
  constructor(message: string, detail = '') {
    super(message)
    this.detail = detail
  }
}

type Formatter = (type: Oid) => string
const NO_FORMAT: Formatter = String

export function checkGenericTypes(
  catalog: Catalog,
  actual: readonly Oid[],
  declared: readonly Oid[],
): boolean {
  try {
    resolveFamilies(catalog, actual, declared, NO_FORMAT, true)
    return true
  } catch (error) {
    if (error instanceof Mismatch) return false
    throw error
  }
}

/** Concrete declared argument types and result type. `allowPolymorphic` is for looking at a call with unknown input types. */
export function enforceGenericTypes(
  context: BindContext,
  actual: readonly Oid[],
  declared: readonly Oid[],
  resultType: Oid,
): { readonly declared: readonly Oid[]; readonly result: Oid } {
  if (!declared.some(isPolymorphic) && !isPolymorphic(resultType)) {
    return { declared, result: resultType }
  }
  const format = (type: Oid): string => formatType(context, type)
  try {
    const families = resolveFamilies(context.catalog, actual, declared, format, false)
    const settle = (type: Oid): Oid => concrete(context.catalog, type, families, format)
    return { declared: declared.map(settle), result: settle(resultType) }
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error
    throw new SqlError('42804', error.message, error.detail === '' ? {} : { detail: error.detail })
  }
}

function resolveFamilies(
  catalog: Catalog,
  actual: readonly Oid[],
  declared: readonly Oid[],
  format: Formatter,
  checkOnly: boolean,
): Match {
  const match: Match = {
    simple: emptyFamily(),
    compatible: emptyFamily(),
    compatibleTypes: [],
    hasUnknownSimple: false,
  }
  declared.forEach((type, i) => {
    if (!isPolymorphic(type)) return
    takeArgument(catalog, match, type, actual[i] ?? TYPE.unknown, format)
  })
  completeSimple(catalog, match, declared, format, checkOnly)
  completeCompatible(catalog, match, declared, format)
  checkKinds(catalog, match, declared, format)
  return match
}

function takeArgument(
  catalog: Catalog,
  match: Match,
  declared: Oid,
  actual: Oid,
  format: Formatter,
): void {
  const isCompatible = POLYMORPHIC_COMPATIBLE.has(declared)
  if (actual === TYPE.unknown) {
    if (!isCompatible) match.hasUnknownSimple = true
    return
  }
  const family = isCompatible ? match.compatible : match.simple
  const suffix = isCompatible ? 'anycompatible' : 'any'
  switch (declared) {
    case TYPE.anyelement:
    case TYPE.anynonarray:
    case TYPE.anyenum:
      setOnce(family, 'element', actual, 'anyelement', format)
      return
    case TYPE.anycompatible:
    case TYPE.anycompatiblenonarray:
      match.compatibleTypes.push(actual)
      return
    case TYPE.anyarray:
    case TYPE.anycompatiblearray:
      if (isCompatible) takeCompatibleArray(catalog, match, actual, format)
      else setOnce(family, 'array', baseType(catalog, actual), 'anyarray', format)
      return
    case TYPE.anyrange:
    case TYPE.anycompatiblerange:
      setOnce(family, 'range', baseType(catalog, actual), `${suffix}range`, format)
      return
    default:
      setOnce(family, 'multirange', baseType(catalog, actual), `${suffix}multirange`, format)
  }
}

function takeCompatibleArray(catalog: Catalog, match: Match, actual: Oid, format: Formatter): void {
  const element = baseElementType(catalog, actual)
  if (element === NO_OID) throw notArray('anycompatiblearray', actual, format)
  match.compatible.array = actual
  match.compatibleTypes.push(element)
}

function setOnce(
  family: Family,
  slot: keyof Family,
  actual: Oid,
  declared: string,
  format: Formatter,
): void {
  if (family[slot] !== NO_OID && family[slot] !== actual) {
    throw new Mismatch(
      `arguments declared "${declared}" are not all alike`,
      `${format(family[slot])} versus ${format(actual)}`,
    )
  }
  family[slot] = actual
}

function notArray(declared: string, actual: Oid, format: Formatter): Mismatch {
  return new Mismatch(`argument declared ${declared} is not an array but type ${format(actual)}`)
}

function inconsistent(
  declared: string,
  base: string,
  first: Oid,
  second: Oid,
  format: Formatter,
): Mismatch {
  return new Mismatch(
    `argument declared ${declared} is not consistent with argument declared ${base}`,
    `${format(first)} versus ${format(second)}`,
  )
}

/** anyarray, anyrange and anymultirange must agree with anyelement; each gives it when it is not known. */
function completeSimple(
  catalog: Catalog,
  match: Match,
  declared: readonly Oid[],
  format: Formatter,
  checkOnly: boolean,
): void {
  const family = match.simple
  if (family.array !== NO_OID) {
    if (family.array === TYPE.anyarray) return
    const element = baseElementType(catalog, family.array)
    if (element === NO_OID) throw notArray('anyarray', family.array, format)
    agree(family, element, 'anyarray', family.array, format)
  }
  completeRanges(catalog, family, 'any', format)
  const usesSimple = declared.some(
    (type) => isPolymorphic(type) && !POLYMORPHIC_COMPATIBLE.has(type),
  )
  if (!usesSimple || family.element !== NO_OID || checkOnly) return
  throw new Mismatch(
    `could not determine polymorphic type because input has type ${format(TYPE.unknown)}`,
  )
}

function agree(family: Family, element: Oid, declared: string, from: Oid, format: Formatter): void {
  if (family.element !== NO_OID && family.element !== element) {
    throw inconsistent(declared, 'anyelement', from, family.element, format)
  }
  family.element = element
}

function completeRanges(catalog: Catalog, family: Family, prefix: string, format: Formatter): void {
  if (family.multirange !== NO_OID) {
    const info = catalog.type(family.multirange)
    if (info.typeType !== 'm') {
      throw new Mismatch(
        `argument declared ${prefix}multirange is not a multirange type but type ${format(family.multirange)}`,
      )
    }
    const range = rangeSubtype(info)
    if (family.range !== NO_OID && family.range !== range) {
      throw inconsistent(
        `${prefix}multirange`,
        `${prefix}range`,
        family.multirange,
        family.range,
        format,
      )
    }
    family.range = range
  }
  if (family.range === NO_OID) return
  const info = catalog.type(family.range)
  if (info.typeType !== 'r') {
    throw new Mismatch(
      `argument declared ${prefix}range is not a range type but type ${format(family.range)}`,
    )
  }
  if (prefix === 'any') agree(family, rangeSubtype(info), 'anyrange', family.range, format)
}

/** All anycompatible arguments are brought to one common type; unknowns become text. */
function completeCompatible(
  catalog: Catalog,
  match: Match,
  declared: readonly Oid[],
  format: Formatter,
): void {
  if (!declared.some((type) => POLYMORPHIC_COMPATIBLE.has(type))) return
  const family = match.compatible
  completeRanges(catalog, family, 'anycompatible', format)
  if (family.range !== NO_OID) match.compatibleTypes.push(rangeSubtype(catalog.type(family.range)))
  if (match.compatibleTypes.length === 0) {
    family.element = TYPE.text
    return
  }
  const common = selectCommonTypeOf(catalog, match.compatibleTypes)
  if (common === NO_OID) {
    const [first = NO_OID, ...others] = match.compatibleTypes
    const other = others.find((type) => type !== first) ?? first
    throw new Mismatch(
      'arguments of anycompatible family cannot be cast to a common type',
      `${format(first)} versus ${format(other)}`,
    )
  }
  if (!match.compatibleTypes.every((type) => canCoerce(catalog, type, common, 'implicit'))) {
    throw new Mismatch('arguments of anycompatible family cannot be cast to a common type')
  }
  family.element = common
}

function checkKinds(
  catalog: Catalog,
  match: Match,
  declared: readonly Oid[],
  format: Formatter,
): void {
  const simple = match.simple.element
  if (declared.includes(TYPE.anynonarray) && simple !== NO_OID && isArrayType(catalog, simple)) {
    throw new Mismatch(`type matched to anynonarray is an array type: ${format(simple)}`)
  }
  if (declared.includes(TYPE.anyenum) && simple !== NO_OID) {
    if (catalog.type(baseType(catalog, simple)).typeType !== 'e') {
      throw new Mismatch(`type matched to anyenum is not an enum type: ${format(simple)}`)
    }
  }
  const compatible = match.compatible.element
  if (declared.includes(TYPE.anycompatiblenonarray) && compatible !== NO_OID) {
    if (isArrayType(catalog, compatible)) {
      throw new Mismatch(
        `type matched to anycompatiblenonarray is an array type: ${format(compatible)}`,
      )
    }
  }
}

/** The concrete type for a declared one. */
function concrete(catalog: Catalog, declared: Oid, match: Match, format: Formatter): Oid {
  switch (declared) {
    case TYPE.anyelement:
    case TYPE.anynonarray:
    case TYPE.anyenum:
      return match.simple.element
    case TYPE.anycompatible:
    case TYPE.anycompatiblenonarray:
      return match.compatible.element
    case TYPE.anyarray:
      return arrayFor(catalog, match.simple, format)
    case TYPE.anycompatiblearray:
      return arrayFor(catalog, match.compatible, format)
    case TYPE.anyrange:
      return rangeFor(match.simple.range, match.simple.element, format)
    case TYPE.anycompatiblerange:
      return rangeFor(match.compatible.range, match.compatible.element, format)
    case TYPE.anymultirange:
      return multirangeFor(catalog, match.simple, format)
    case TYPE.anycompatiblemultirange:
      return multirangeFor(catalog, match.compatible, format)
    default:
      return declared
  }
}

function arrayFor(catalog: Catalog, family: Family, format: Formatter): Oid {
  // pg_statistic columns are really of type anyarray.
  if (family.array === TYPE.anyarray) return TYPE.anyarray
  if (family.array !== NO_OID && baseElementType(catalog, family.array) === family.element) {
    return baseType(catalog, family.array)
  }
  const array = arrayTypeOf(catalog, family.element)
  if (array !== NO_OID) return array
  throw new Mismatch(`could not find array type for data type ${format(family.element)}`)
}

function rangeFor(range: Oid, element: Oid, format: Formatter): Oid {
  if (range !== NO_OID) return range
  throw new Mismatch(
    `could not determine polymorphic type anyrange because input has type ${format(element)}`,
  )
}

function multirangeFor(catalog: Catalog, family: Family, format: Formatter): Oid {
  if (family.multirange !== NO_OID) return family.multirange
  const range = rangeFor(family.range, family.element, format)
  return catalog.type(range).multirange ?? NO_OID
}
