/** Names and literals as PostgreSQL prints them in stored definitions. */
import { quoteIdentifier } from '../../types/text/quoting.ts'
import type { QualifiedName } from '../ast/common.ts'

/** As in stored definitions: never E'…', since standard_conforming_strings is always on here. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Names of the system catalog are printed bare, as they are always found. */
export function quoteQualifiedName(name: QualifiedName): string {
  const own = quoteIdentifier(name.name)
  const isSystem = name.schema === undefined || name.schema === 'pg_catalog'
  return isSystem ? own : `${quoteIdentifier(name.schema)}.${own}`
}
