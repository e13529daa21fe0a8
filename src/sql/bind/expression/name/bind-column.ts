/** Names → columns: a, t.a, s.t.a, whole rows, and a.b meaning field b of composite column a. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { ColumnReference as Ast } from '../../../parse/ast/expression.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { RangeItem, Scope } from '../../context/scope.ts'
import { tryFunctionOrField } from '../../call/bind-function.ts'
import type { Binder } from '../binder.ts'
import { missingColumn, missingTable } from './missing-name.ts'

export function bindColumn(binder: Binder, reference: Ast): Expression {
  const { parts, position } = reference
  if (reference.star) {
    // As an argument t.* is the row itself.
    const item = findItem(binder.scope, parts.at(-2), parts.at(-1) ?? '', position)
    if (item !== undefined) return { ...item.wholeRow(), position }
    if (parts.length > 0) throw missingTable(binder.scope, parts.at(-1) ?? '', position)
    throw new SqlError('42601', 'row expansion via "*" is not supported here', { position })
  }
  const [first = '', second] = parts
  if (second === undefined) return bindUnqualified(binder, first, position)
  const column = parts.at(-1) ?? ''
  return bindQualified(binder, parts.slice(0, -1), column, position)
}

function bindUnqualified(binder: Binder, name: string, position: number | undefined): Expression {
  const column = findColumn(binder.scope, name, position)
  if (column !== undefined) return column
  const item = findItem(binder.scope, undefined, name, position)
  if (item !== undefined) return { ...item.wholeRow(), position }
  throw missingColumn(binder.scope, undefined, name, position)
}

function bindQualified(
  binder: Binder,
  path: readonly string[],
  column: string,
  position: number | undefined,
): Expression {
  if (path.length > 3) {
    const written = [...path, column].join('.')
    throw new SqlError('42601', `improper qualified name (too many dotted names): ${written}`, {
      position,
    })
  }
  const table = path.at(-1) ?? ''
  const item = findItem(binder.scope, path.at(-2), table, position)
  if (item === undefined) throw missingTable(binder.scope, table, position)
  const found = columnOfItem(item, column, position)
  if (found !== undefined) return found
  const row = item.wholeRow()
  const call = tryFunctionOrField(binder, column, { ...row, position }, position)
  if (call !== undefined) return call
  throw missingColumn(binder.scope, item, column, position)
}

/** A column of one item, system columns included; 42702 when the item has two of that name. */
export function columnOfItem(
  item: RangeItem,
  name: string,
  position: number | undefined,
): Expression | undefined {
  const index = item.names.indexOf(name)
  if (index >= 0) {
    if (item.names.includes(name, index + 1)) throw ambiguousColumn(name, position)
    return { ...item.column(index), position }
  }
  const system = item.systemColumn?.(name)
  return system === undefined ? undefined : { ...system, position }
}

function ambiguousColumn(name: string, position: number | undefined): SqlError {
  return new SqlError('42702', `column reference "${name}" is ambiguous`, { position })
}

/** Innermost level with a column of that name. */
function findColumn(
  scope: Scope,
  name: string,
  position: number | undefined,
): Expression | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    let owner: RangeItem | undefined
    let found: Expression | undefined
    for (const item of level.items) {
      if (!item.columnsVisible || (item.lateralOnly && !level.lateralActive)) continue
      const column = columnOfItem(item, name, position)
      if (column === undefined) continue
      if (found !== undefined) throw ambiguousColumn(name, position)
      found = column
      owner = item
    }
    if (found !== undefined && owner !== undefined) {
      checkLateral(owner, position)
      return found
    }
  }
  return undefined
}

/** Innermost level with a FROM item of that name. */
export function findItem(
  scope: Scope,
  schema: string | undefined,
  name: string,
  position: number | undefined,
): RangeItem | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    let found: RangeItem | undefined
    for (const item of level.items) {
      if (!item.relationVisible || (item.lateralOnly && !level.lateralActive)) continue
      if (item.alias !== name || (schema !== undefined && item.schema !== schema)) continue
      if (found !== undefined) {
        throw new SqlError('42P09', `table reference "${name}" is ambiguous`, { position })
      }
      found = item
    }
    if (found !== undefined) {
      checkLateral(found, position)
      return found
    }
  }
  return undefined
}

function checkLateral(item: RangeItem, position: number | undefined): void {
  if (!item.lateralOnly || item.lateralAllowed) return
  throw new SqlError('42P10', `invalid reference to FROM-clause entry for table "${item.alias}"`, {
    detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.',
    position,
  })
}
