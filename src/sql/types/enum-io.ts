/** Enums: a datum is the label's sort order; labels are looked up in the type. */
import { SqlError, assert } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { TypeInfo } from '../catalog/catalog.ts'
import type { TypeIoRegistry } from './type-io.ts'

export function parseEnum(text: string, type: TypeInfo): number {
  for (const { label, sortOrder } of type.labels ?? []) if (label === text) return sortOrder
  throw new SqlError(
    SQLSTATE.INVALID_TEXT_REPRESENTATION,
    `invalid input value for enum ${type.name}: "${text}"`,
  )
}

export function formatEnum(value: number, type: TypeInfo): string {
  const entry = (type.labels ?? []).find(({ sortOrder }) => sortOrder === value)
  assert(entry !== undefined, `enum ${type.name} has a label at ${value}`)
  return entry.label
}

export function registerEnumIo(registry: TypeIoRegistry): void {
  registry.input('enum_in', (text, { type }) => parseEnum(text, type))
  registry.output('enum_out', (value, { type }) => formatEnum(value as number, type))
}
