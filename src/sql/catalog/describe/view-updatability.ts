/**
 * Which views can be written through: those each of whose rows is a row of one table (view_query_is_auto_updatable). The
 * binder words its refusals with this, pg_relation_is_updatable() and the information schema answer from it.
 */
import { parse } from '../../parse/parse.ts'
import type { Query, SelectQuery } from '../../parse/ast/select.ts'
import type { Catalog, Relation } from '../catalog.ts'

const NOT_ONE_TABLE =
  'Views that do not select from a single table or view are not automatically updatable.'

/** Why the view cannot be written, in PostgreSQL's words; undefined when it can. */
export function viewObstacle(
  catalog: Catalog,
  searchPath: readonly string[],
  query: Query,
): string | undefined {
  if (query.with !== undefined) return 'Views containing WITH are not automatically updatable.'
  if (query.kind === 'setOperation') {
    return 'Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.'
  }
  if (query.kind === 'values') return NOT_ONE_TABLE
  if (query.distinct !== undefined) {
    return 'Views containing DISTINCT are not automatically updatable.'
  }
  if (query.groupBy.length > 0) return 'Views containing GROUP BY are not automatically updatable.'
  if (query.having !== undefined) return 'Views containing HAVING are not automatically updatable.'
  if (query.limit !== undefined || query.offset !== undefined) {
    return 'Views containing LIMIT or OFFSET are not automatically updatable.'
  }
  const call = callObstacle(catalog, searchPath, query)
  if (call !== undefined) return call
  return relationBelow(catalog, searchPath, query) === undefined ? NOT_ONE_TABLE : undefined
}

/** The one table or view that the query reads. */
function relationBelow(
  catalog: Catalog,
  searchPath: readonly string[],
  query: SelectQuery,
): Relation | undefined {
  const [item] = query.from
  if (query.from.length !== 1 || item?.kind !== 'table') return undefined
  const { schema, name } = item.relation
  const below = catalog.findRelation(schema, name, searchPath)
  return below !== undefined && ['r', 'p', 'f', 'v'].includes(below.kind) ? below : undefined
}

function callObstacle(
  catalog: Catalog,
  searchPath: readonly string[],
  query: SelectQuery,
): string | undefined {
  for (const { expression } of query.targets) {
    if (expression.kind !== 'call') continue
    if (expression.over !== undefined) {
      return 'Views that return window functions are not automatically updatable.'
    }
    const { schema, name } = expression.name
    const procs = catalog.functionsNamed(schema, name, searchPath)
    if (procs.length > 0 && procs.every((proc) => proc.kind === 'a')) {
      return 'Views that return aggregate functions are not automatically updatable.'
    }
    if (procs.length > 0 && procs.every((proc) => proc.returnsSet)) {
      return 'Views that return set-returning functions are not automatically updatable.'
    }
  }
  return undefined
}

interface SimpleView {
  readonly query: SelectQuery
  readonly below: Relation
}

function simpleView(catalog: Catalog, relation: Relation): SimpleView | undefined {
  const query = relation.kind === 'v' ? parse(relation.viewText ?? '')[0]?.statement : undefined
  const path = relation.viewSearchPath ?? []
  if (query?.kind !== 'select' || viewObstacle(catalog, path, query) !== undefined) return undefined
  const below = relationBelow(catalog, path, query)
  return below === undefined ? undefined : { query, below }
}

/** Rows can be deleted through a view without a column that could be written. */
export function isDeletable(catalog: Catalog, relation: Relation, depth = 0): boolean {
  if (relation.kind === 'r' || relation.kind === 'p') return true
  const below = simpleView(catalog, relation)?.below
  return below !== undefined && depth < MOST_LEVELS && isDeletable(catalog, below, depth + 1)
}

/** The names of the columns that can be written; all of a table's. */
export function updatableColumns(
  catalog: Catalog,
  relation: Relation,
  depth = 0,
): ReadonlySet<string> {
  if (relation.kind === 'r' || relation.kind === 'p') {
    return new Set(relation.columns.map((column) => column.name))
  }
  const view = simpleView(catalog, relation)
  if (view === undefined || depth > MOST_LEVELS) return new Set()
  const { query, below } = view
  const lower = updatableColumns(catalog, below, depth + 1)
  const sources = query.targets.flatMap(({ expression }): readonly (string | undefined)[] => {
    if (expression.kind !== 'column') return [undefined]
    return expression.star ? below.columns.map((column) => column.name) : [expression.parts.at(-1)]
  })
  const seen = new Set<string>()
  const names = relation.columns.filter((_, i) => {
    const source = sources[i]
    // Of two view columns over one column the first can be written.
    if (source === undefined || !lower.has(source) || seen.has(source)) return false
    seen.add(source)
    return true
  })
  return new Set(names.map((column) => column.name))
}

/** Views do not nest deeper in earnest. */
const MOST_LEVELS = 100
