/**
 * Names inside stored SQL follow when a column or a relation is renamed. In PostgreSQL the catalogs hold numbers; here they
 * hold text, so it is parsed, changed and printed again.
 */
import { unsupported } from '../../../errors/sql-error.ts'
import type { QualifiedName } from '../../parse/ast/common.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { Query } from '../../parse/ast/select.ts'
import { deparseExpression } from '../../parse/deparse/expression.ts'
import { deparseQuery } from '../../parse/deparse/query.ts'
import { parse, parseExpression } from '../../parse/parse.ts'

type Node = Readonly<Record<string, unknown>>

/** Rebuilds a syntax tree with some of its nodes replaced. */
function mapSyntax(value: unknown, replace: (node: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((item) => mapSyntax(item, replace))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, mapSyntax(item, replace)])
  return replace(Object.fromEntries(entries) as Node)
}

/** An expression over one table: a check, a default, an index key. */
export function renameColumnInExpression(text: string, from: string, to: string): string {
  const renamed = mapSyntax(parseExpression(text), (node) => {
    if (node['kind'] !== 'column' || !Array.isArray(node['parts'])) return node
    const parts = node['parts'] as readonly string[] // column references have names as parts
    return parts.at(-1) === from ? { ...node, parts: [...parts.slice(0, -1), to] } : node
  })
  return deparseExpression(renamed as Expression) // the tree has the shape it had
}

/** Does the query mention the name at all? If not, no column of that name is used by name. */
export function mentionsColumn(text: string, column: string): boolean {
  let found = false
  mapSyntax(parse(text), (node) => {
    if (node['kind'] === 'column' && Array.isArray(node['parts'])) {
      found ||= node['parts'].at(-1) === column || node['star'] === true
    }
    if (node['kind'] === 'join')
      found ||= node['natural'] === true || mentionsIn(node['using'], column)
    return node
  })
  return found
}

function mentionsIn(names: unknown, column: string): boolean {
  return Array.isArray(names) && names.includes(column)
}

/** Every table that a query names, in FROM or anywhere below. */
export function relationNames(query: object): readonly QualifiedName[] {
  const names: QualifiedName[] = []
  mapSyntax(query, (node) => {
    // Table references have a qualified name as `relation`.
    if (node['kind'] === 'table') names.push(node['relation'] as QualifiedName)
    return node
  })
  return names
}

export interface RelationRenaming {
  readonly schema: string
  readonly name: string
  readonly newSchema: string
  readonly newName: string
  /** Whether the old name without schema means this relation in the query. */
  readonly isVisible: boolean
}

/** A renamed table keeps its old name as alias in the view, so that `t.a` still means the same. */
export function renameRelationInQuery(text: string, renaming: RelationRenaming): string {
  const [parsed] = parse(text)
  if (parsed === undefined) throw unsupported('renaming inside an empty query')
  const renamed = mapSyntax(parsed.statement, (node) => {
    if (node['kind'] !== 'table') return node
    const relation = node['relation'] as { readonly schema?: string; readonly name: string }
    const here =
      relation.schema === undefined ? renaming.isVisible : relation.schema === renaming.schema
    if (!here || relation.name !== renaming.name) return node
    const target = { ...relation, schema: renaming.newSchema, name: renaming.newName }
    const alias = node['alias'] ?? { name: renaming.name, columns: [] }
    return { ...node, relation: target, alias }
  })
  return deparseQuery(renamed as Query) // the tree has the shape it had
}
