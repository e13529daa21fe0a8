/** ORDER BY, GROUP BY and DISTINCT ON items at query level: output names and positions besides expressions. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { SortItem } from '../../../parse/ast/select.ts'
import type { SortKey } from '../../../plan/expression.ts'
import { sameExpression } from '../../../plan/same-expression.ts'
import { type Scope, inKind } from '../../context/scope.ts'
import { bindExpression } from '../../expression/bind-expression.ts'
import type { Binder } from '../../expression/binder.ts'
import { resolveUnknown } from '../../resolve/coercion/coerce.ts'
import { makeSortKey } from './sort-keys.ts'
import type { TargetEntry, TargetList } from './target-list.ts'

/** A sort key that is an entry of the target list. */
export interface EntryKey extends Omit<SortKey, 'expression'> {
  readonly entry: TargetEntry
}

type Clause = 'ORDER BY' | 'GROUP BY' | 'DISTINCT ON'

export function bindOrderBy(
  binder: Binder,
  list: TargetList,
  items: readonly SortItem[],
): readonly EntryKey[] {
  return items.map((item) => {
    const entry = findEntry(binder, list, item.expression, 'ORDER BY')
    entry.expression = resolveUnknown(binder.context, entry.expression)
    const { expression: _, ...key } = makeSortKey(binder, entry.expression, item)
    return { ...key, entry }
  })
}

/** The target an item means: by output name, by position, or by (adding) an equal expression. */
export function findEntry(binder: Binder, list: TargetList, ast: Ast, clause: Clause): TargetEntry {
  const named = entryByName(binder, list, ast, clause)
  if (named !== undefined) return named
  const placed = entryByPosition(list, ast, clause)
  if (placed !== undefined) return placed
  const kind = clause === 'ORDER BY' ? 'orderBy' : clause === 'GROUP BY' ? 'groupBy' : 'distinctOn'
  return list.findOrAdd(inKind(binder.scope, kind, () => bindExpression(binder, ast)))
}

/** The standard's rule: a lone name is an output column first (for GROUP BY: an input column first). */
function entryByName(
  binder: Binder,
  list: TargetList,
  ast: Ast,
  clause: Clause,
): TargetEntry | undefined {
  if (ast.kind !== 'column' || ast.star || ast.parts.length !== 1) return undefined
  const [name = ''] = ast.parts
  if (clause === 'GROUP BY' && hasInputColumn(binder.scope, name)) return undefined
  let found: TargetEntry | undefined
  for (const entry of list.visible) {
    if (entry.name !== name) continue
    if (found !== undefined && !sameExpression(found.expression, entry.expression)) {
      throw new SqlError('42702', `${clause} "${name}" is ambiguous`, { position: ast.position })
    }
    found ??= entry
  }
  return found
}

function hasInputColumn(scope: Scope, name: string): boolean {
  return scope.items.some((item) => item.columnsVisible && item.names.includes(name))
}

function entryByPosition(list: TargetList, ast: Ast, clause: Clause): TargetEntry | undefined {
  const isConstant =
    ast.kind === 'number' ||
    ast.kind === 'string' ||
    ast.kind === 'null' ||
    ast.kind === 'bits' ||
    ast.kind === 'boolean'
  if (isConstant) {
    throw new SqlError('42601', `non-integer constant in ${clause}`, { position: ast.position })
  }
  if (ast.kind !== 'integer') return undefined
  const entry = list.visible[ast.value - 1]
  if (entry !== undefined) return entry
  throw new SqlError('42P10', `${clause} position ${ast.value} is not in select list`, {
    position: ast.position,
  })
}
