/** Operator classes: what an index needs to know how to compare a type. */
import { SqlError } from '../../../errors/sql-error.ts'
import { builtinTable } from '../../catalog/builtin/builtin-catalogs.ts'
import { rowAt } from '../../catalog/builtin/builtin-lookup.ts'
import type { Oid, TypeInfo } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { OpclassRow } from '../../catalog/rows/object-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { QualifiedName } from '../../parse/ast/common.ts'
import { displayName } from '../support/lookup.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

export const BTREE = oidOf(403)
/** btree, hash, gist, gin, spgist, brin */
const INDEX_METHODS = [403, 405, 783, 2742, 4000, 3580].map(oidOf)

/** Pseudo-types that opclasses for whole families of types are declared over. */
const ANYARRAY = oidOf(2277)
const ANYENUM = oidOf(3500)
const ANYRANGE = oidOf(3831)
const ANYMULTIRANGE = oidOf(4537)
const RECORD = oidOf(2249)
const TEXT = oidOf(25)
const VARCHAR = oidOf(1043)

export function accessMethod(catalog: CatalogSnapshot, name: string): Oid {
  const found = INDEX_METHODS.find((oid) => catalog.accessMethodName(oid) === name)
  if (found === undefined) throw new SqlError('42704', `access method "${name}" does not exist`)
  return found
}

function opclassesOf(method: Oid): readonly OpclassRow[] {
  const positions = builtinTable('pg_opclass').groups('opcmethod').get(String(method)) ?? []
  return positions.map((position) => rowAt('pg_opclass', position))
}

/** GetDefaultOpClass() */
export function defaultOpclass(
  catalog: CatalogSnapshot,
  type: Oid,
  method: Oid,
): OpclassRow | undefined {
  const info = baseTypeOf(catalog, type)
  const classes = opclassesOf(method).filter((row) => row.opcdefault)
  for (const candidate of [info.oid, ...familyTypes(info)]) {
    const found = classes.find((row) => row.opcintype === candidate)
    if (found !== undefined) return found
  }
  return undefined
}

function familyTypes(info: TypeInfo): readonly Oid[] {
  if (info.oid === VARCHAR) return [TEXT]
  if (info.elementType !== 0) return [ANYARRAY]
  switch (info.typeType) {
    case 'e':
      return [ANYENUM]
    case 'r':
      return [ANYRANGE]
    case 'm':
      return [ANYMULTIRANGE]
    case 'c':
      return [RECORD]
    default:
      return []
  }
}

export function resolveOpclass(
  catalog: CatalogSnapshot,
  type: Oid,
  method: Oid,
  name: QualifiedName | undefined,
): OpclassRow {
  const methodName = catalog.accessMethodName(method)
  const found =
    name === undefined
      ? defaultOpclass(catalog, type, method)
      : opclassesOf(method).find((row) => row.opcname === name.name)
  if (found !== undefined) return found
  if (name !== undefined) {
    throw new SqlError(
      '42704',
      `operator class "${displayName(name)}" does not exist for access method "${methodName}"`,
    )
  }
  const typeName = formatTypeName(catalog, type, -1, ['public'])
  throw new SqlError(
    '42704',
    `data type ${typeName} has no default operator class for access method "${methodName}"`,
    {
      hint: 'You must specify an operator class for the index or define a default operator class for the data type.',
    },
  )
}
