/** Type names as PostgreSQL's error messages spell them. */
import type { Oid } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { BindContext } from '../context/bind-context.ts'

/** format_type_be(): the name without a type modifier. */
export function formatType({ catalog, searchPath }: BindContext, type: Oid): string {
  return formatTypeName(catalog, type, undefined, searchPath)
}
