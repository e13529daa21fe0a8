/** GROUP BY: plain expressions, ROLLUP, CUBE, GROUPING SETS → the distinct grouping expressions and the sets over them. */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Expression as Ast } from '../../../parse/ast/expression.ts'
import type { GroupItem, SelectQuery } from '../../../parse/ast/select.ts'
import type { Expression } from '../../../plan/expression.ts'
import { someDeep } from '../../../plan/plan-tree.ts'
import { sameExpression } from '../../../plan/same-expression.ts'
import { clauseName } from '../../context/expression-kind.ts'
import type { Binder } from '../../expression/binder.ts'
import { resolveUnknown } from '../../resolve/coercion/coerce.ts'
import { requireGroupable } from '../../resolve/type-support.ts'
import { findEntry } from './order-by.ts'
import type { TargetList } from './target-list.ts'

export interface Grouping {
  readonly groups: Expression[]
  /** Absent: one set with all groups. */
  readonly sets: readonly (readonly number[])[] | undefined
}

/** PostgreSQL's limit on the product of all grouping sets. */
const MAX_SETS = 4096

type Sets = readonly (readonly number[])[]

export function bindGroupBy(binder: Binder, list: TargetList, query: SelectQuery): Grouping {
  const groups: Expression[] = []
  const index = (ast: Ast): number => groupIndex(binder, list, groups, ast)
  let sets: Sets = [[]]
  for (const item of query.groupBy) sets = product(sets, setsOf(item, index))
  const isPlain = query.groupBy.every((item) => item.kind === 'expression')
  if (isPlain) return { groups, sets: undefined }
  return { groups, sets: query.groupDistinct ? distinctSets(sets) : sets }
}

function groupIndex(binder: Binder, list: TargetList, groups: Expression[], ast: Ast): number {
  const before = list.entries.length
  const entry = findEntry(binder, list, ast, 'GROUP BY')
  const expression = resolveUnknown(binder.context, entry.expression)
  entry.expression = expression
  // Grouping needs no hidden output column.
  if (list.entries.length > before) list.entries.length = before
  requireGroupable(binder.context, expression.type, expression.position)
  rejectCalls(binder, expression)
  const known = groups.findIndex((group) => sameExpression(group, expression))
  if (known >= 0) return known
  groups.push(expression)
  return groups.length - 1
}

/** GROUP BY 1 where the first column is an aggregate. */
function rejectCalls(binder: Binder, expression: Expression): void {
  const { query } = binder.scope
  someDeep(expression, (one) => {
    if (one.kind !== 'column' || query === undefined) return false
    const { position } = one
    if (query.aggregates.some((other) => other.column.id === one.column)) {
      throw new SqlError(
        '42803',
        `aggregate functions are not allowed in ${clauseName('groupBy')}`,
        { position },
      )
    }
    if (query.windows.some((other) => other.column.id === one.column)) {
      throw new SqlError('42P20', `window functions are not allowed in ${clauseName('groupBy')}`, {
        position,
      })
    }
    return false
  })
}

function setsOf(item: GroupItem, index: (ast: Ast) => number): Sets {
  switch (item.kind) {
    case 'empty':
      return [[]]
    case 'expression':
      return [unitOf(item, index)]
    case 'sets':
      return item.items.flatMap((one) => setsOf(one, index))
    case 'rollup': {
      const units = item.items.map((one) => unitOf(one, index))
      const prefixes = units.map((_, i) => units.slice(0, units.length - i).flat())
      return [...prefixes, []]
    }
    case 'cube': {
      const units = item.items.map((one) => unitOf(one, index))
      if (units.length > 12) throw tooMany()
      const sets: number[][] = []
      for (let mask = 2 ** units.length - 1; mask >= 0; mask--) {
        sets.push(units.filter((_, i) => mask & (1 << (units.length - 1 - i))).flat())
      }
      return sets
    }
  }
}

/** One element of ROLLUP or CUBE; a list in parentheses counts as one. */
function unitOf(item: GroupItem, index: (ast: Ast) => number): readonly number[] {
  if (item.kind !== 'expression') return setsOf(item, index).flat()
  const { expression } = item
  if (expression.kind === 'row' && !expression.explicit) return expression.fields.map(index)
  return [index(expression)]
}

function product(left: Sets, right: Sets): Sets {
  if (left.length * right.length > MAX_SETS) throw tooMany()
  return left.flatMap((a) => right.map((b) => [...new Set([...a, ...b])]))
}

function tooMany(): SqlError {
  return new SqlError('54011', `too many grouping sets present (maximum ${MAX_SETS})`)
}

function distinctSets(sets: Sets): Sets {
  const seen = new Set<string>()
  return sets.filter((set) => {
    const key = [...set].sort((a, b) => a - b).join(',')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
