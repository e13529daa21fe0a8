/** The elements of an index as written → keys with type, collation, operator class and order. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Column, Oid, Relation } from '../../catalog/catalog.ts'
import type { IndexElement } from '../../parse/ast/modify.ts'
import type { CommandContext } from '../command-context.ts'
import type { AnalyzedExpression, ExpressionScope } from '../ddl-services.ts'
import { resolveCollation } from '../support/collation.ts'
import { scopeColumns } from '../support/define-relation.ts'
import { indexColumnNames } from '../support/object-names.ts'
import type { IndexKeyDraft } from './define-index.ts'
import { resolveOpclass } from './operator-class.ts'

export function indexScope(context: CommandContext, table: Relation): ExpressionScope {
  return {
    catalog: context.catalog,
    purpose: 'indexExpression',
    relationName: table.name,
    columns: scopeColumns(table),
  }
}

export function keyColumn(table: Relation, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new SqlError('42703', `column "${name}" does not exist`)
  return column
}

export function indexKeys(
  context: CommandContext,
  table: Relation,
  elements: readonly IndexElement[],
  method: Oid,
): readonly IndexKeyDraft[] {
  const parts = elements.map((element) => keyPart(context, table, element))
  const names = indexColumnNames(parts.map((part) => part.name))
  return parts.map((part, i) => {
    const { element, source } = part
    const descending = element.direction === 'desc'
    return {
      name: names[i] ?? 'expr',
      ...part.key,
      type: source.type,
      typmod: source.typmod,
      collation: resolveCollation(context, element.collation, source.type, source.collation),
      opclass: resolveOpclass(context.catalog, source.type, method, element.operatorClass).oid,
      descending,
      nullsFirst: element.nulls === 'default' ? descending : element.nulls === 'first',
    }
  })
}

interface KeyPart {
  readonly element: IndexElement
  readonly source: { readonly type: Oid; readonly typmod: number; readonly collation: Oid }
  readonly key: { readonly column: number } | { readonly expression: AnalyzedExpression }
  /** An index over f(x) has a column called f. */
  readonly name: string | undefined
}

function keyPart(context: CommandContext, table: Relation, element: IndexElement): KeyPart {
  const { expression } = element
  if (expression === undefined) {
    const column = keyColumn(table, element.column ?? '')
    return { element, source: column, key: { column: column.number }, name: column.name }
  }
  const analyzed = context.services.analyzeExpression(expression, indexScope(context, table))
  requireImmutable(analyzed, 'expression')
  const name = expression.kind === 'call' ? expression.name.name : undefined
  return { element, source: analyzed, key: { expression: analyzed }, name }
}

export function requireImmutable(analyzed: AnalyzedExpression, what: string): void {
  if (analyzed.isImmutable) return
  throw new SqlError('42P17', `functions in index ${what} must be marked IMMUTABLE`)
}
