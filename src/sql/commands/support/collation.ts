/** COLLATE in column and key definitions. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { QualifiedName } from '../../parse/ast/common.ts'
import type { CommandContext } from '../command-context.ts'
import { displayName } from './lookup.ts'

/** The collation that is written, else the one the column has anyway. */
export function resolveCollation(
  context: CommandContext,
  name: QualifiedName | undefined,
  type: Oid,
  otherwise: Oid,
): Oid {
  if (name === undefined) return otherwise
  const info = context.catalog.type(type)
  if (info.collation === 0) {
    const name = formatTypeName(context.catalog, type, -1, context.searchPath)
    throw new SqlError('42804', `collations are not supported by type ${name}`)
  }
  const found = context.catalog.findCollation(name.schema, name.name)
  if (found !== undefined) return found.oid
  throw new SqlError('42704', `collation "${displayName(name)}" for encoding "UTF8" does not exist`)
}
