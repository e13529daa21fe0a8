/** Enums: a datum is the label's sort order; labels are looked up in the type. */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { TypeInfo } from '../catalog/catalog.ts'
import { quoteIdentifier } from './text/quoting.ts'
import type { TypeIoContext, TypeIoRegistry } from './type-io.ts'

function parseEnum(text: string, context: TypeIoContext): number {
  for (const { label, sortOrder } of context.type.labels ?? []) if (label === text) return sortOrder
  throw new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `invalid input value for enum ${visibleName(context)}: "${text}"`,
  )
}

/** With its schema when the search path does not find it. */
function visibleName({ type, catalog, session }: TypeIoContext): string {
  const name = quoteIdentifier(type.name)
  const found = catalog.findType(undefined, type.name, session.searchPath)
  return found?.oid === type.oid ? name : `${quoteIdentifier(type.schema)}.${name}`
}

export function formatEnum(value: number, type: TypeInfo): string {
  const entry = (type.labels ?? []).find(({ sortOrder }) => sortOrder === value)
  assert(entry !== undefined, `enum ${type.name} has a label at ${value}`)
  return entry.label
}

export function registerEnumIo(registry: TypeIoRegistry): void {
  registry.input('enum_in', parseEnum)
  registry.output('enum_out', (value, { type }) => formatEnum(value as number, type))
}
