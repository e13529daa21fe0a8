/** A type as written → OID and type modifier. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { TypeInfo } from '../../catalog/catalog.ts'
import type { TypeName } from '../../parse/ast/common.ts'
import type { Expression as Ast } from '../../parse/ast/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { CoercionTarget } from './coercion/coerce.ts'
import { formatType } from './format-type.ts'
import { NO_OID } from './type-oids.ts'
import { typmodOf } from './typmod.ts'

export function resolveTypeName(context: BindContext, name: TypeName): CoercionTarget {
  if (name.columnType !== undefined) return resolveColumnType(context, name, name.columnType)
  const info = findNamedType(context, name)
  const typmod = resolveTypmod(name, info)
  if (name.arrayDimensions.length === 0) return { type: info.oid, typmod }
  // In PostgreSQL int[][] is int[]: dimensions are a property of values.
  if (info.elementType !== NO_OID) return { type: info.oid, typmod }
  if (info.arrayType === NO_OID) {
    throw new SqlError(
      '42704',
      `could not find array type for data type ${formatType(context, info.oid)}`,
    )
  }
  return { type: info.arrayType, typmod }
}

function findNamedType(context: BindContext, name: TypeName): TypeInfo {
  const { catalog, searchPath } = context
  if (name.schema !== undefined && !catalog.hasSchema(name.schema)) {
    throw new SqlError('3F000', `schema "${name.schema}" does not exist`, {
      position: name.position,
    })
  }
  const info = catalog.findType(name.schema, name.name, searchPath)
  if (info !== undefined) return info
  const written = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
  const brackets = '[]'.repeat(name.arrayDimensions.length > 0 ? 1 : 0)
  throw new SqlError('42704', `type "${written}${brackets}" does not exist`, {
    position: name.position,
  })
}

function resolveColumnType(
  context: BindContext,
  name: TypeName,
  path: readonly string[],
): CoercionTarget {
  const columnName = path.at(-1) ?? ''
  const tableName = path.at(-2) ?? ''
  const relation = context.catalog.findRelation(path.at(-3), tableName, context.searchPath)
  if (relation === undefined) {
    throw new SqlError('42P01', `relation "${path.slice(0, -1).join('.')}" does not exist`, {
      position: name.position,
    })
  }
  const column = relation.columns.find((one) => one.name === columnName)
  if (column === undefined) {
    throw new SqlError(
      '42703',
      `column "${columnName}" of relation "${tableName}" does not exist`,
      { position: name.position },
    )
  }
  return { type: column.type, typmod: column.typmod }
}

function resolveTypmod(name: TypeName, info: TypeInfo): number {
  if (name.typmods.length === 0) return -1
  const values = name.typmods.map((modifier) => modifierValue(modifier, name))
  const typmod = typmodOf(info.name, values)
  if (typeof typmod === 'number') return typmod
  if (typmod === 'none') {
    throw new SqlError('42601', `type modifier is not allowed for type "${info.name}"`, {
      position: name.position,
    })
  }
  throw typmod.at(name.position)
}

function modifierValue(modifier: Ast, name: TypeName): number {
  if (modifier.kind === 'integer') return modifier.value
  if (modifier.kind === 'unary' && modifier.operand.kind === 'integer') {
    return -modifier.operand.value
  }
  if (modifier.kind === 'string' || modifier.kind === 'number' || modifier.kind === 'column') {
    throw unsupported('type modifier that is not an integer', name.position)
  }
  throw new SqlError('42601', 'type modifiers must be simple constants or identifiers', {
    position: name.position,
  })
}
