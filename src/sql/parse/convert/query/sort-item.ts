/** ORDER BY items. */
import type * as raw from '@pgsql/types'
import type { SortItem } from '../../ast/select.ts'
import { optionalQualifiedName } from '../common.ts'
import { convertExpression } from '../expression/expression.ts'
import { fromEnum, onlyKind } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'

const DIRECTIONS = {
  SORTBY_DEFAULT: 'default',
  SORTBY_ASC: 'asc',
  SORTBY_DESC: 'desc',
  SORTBY_USING: 'using',
} as const
const NULLS = {
  SORTBY_NULLS_DEFAULT: 'default',
  SORTBY_NULLS_FIRST: 'first',
  SORTBY_NULLS_LAST: 'last',
} as const

export function sortDirection(direction: raw.SortByDir | undefined): SortItem['direction'] {
  return fromEnum(DIRECTIONS, direction ?? 'SORTBY_DEFAULT', 'sort direction')
}
export function sortNulls(nulls: raw.SortByNulls | undefined): SortItem['nulls'] {
  return fromEnum(NULLS, nulls ?? 'SORTBY_NULLS_DEFAULT', 'sort order of nulls')
}

export function sortItems(nodes: readonly Node[] | undefined, source: SourceText): SortItem[] {
  return (nodes ?? []).map((node) => {
    const item = onlyKind(node, 'SortBy')
    const expression = convertExpression(item.node, source)
    return {
      expression,
      direction: sortDirection(item.sortby_dir),
      operator: optionalQualifiedName(item.useOp),
      nulls: sortNulls(item.sortby_nulls),
      // Only USING gives the item a location of its own: the operator's.
      position: expression.position ?? source.position(item.location),
    }
  })
}
