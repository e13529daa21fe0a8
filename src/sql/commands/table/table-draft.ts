/**
 * CREATE TABLE's elements sorted out (transformCreateStmt): columns, and the work to be done once the table stands,
 * in the order in which PostgreSQL does it.
 */
import type { Oid } from '../../catalog/catalog.ts'
import type { SequenceOption } from '../../parse/ast/common.ts'
import type { Expression } from '../../parse/ast/expression.ts'
import type { ForeignKeyConstraint, KeyConstraint } from '../../parse/ast/table.ts'
import type { CheckDraft } from '../constraint/add-check.ts'
import type { ColumnDraft } from '../support/define-relation.ts'

export interface SequenceRequest {
  readonly column: string
  readonly name: string
  readonly namespace: Oid
  readonly options: readonly SequenceOption[]
  readonly kind: 'serial' | 'identity'
}

export interface TableDraft {
  readonly columns: ColumnDraft[]
  readonly sequences: SequenceRequest[]
  readonly defaults: {
    readonly column: string
    readonly expression: Expression | string
    readonly purpose: 'default' | 'generated'
  }[]
  readonly checks: CheckDraft[]
  readonly keys: KeyConstraint[]
  readonly foreignKeys: ForeignKeyConstraint[]
  /** INCLUDING INDEXES and COMMENTS of LIKE clauses: done last. */
  readonly copies: { readonly source: Oid; readonly indexes: boolean; readonly comments: boolean }[]
}

export function emptyDraft(): TableDraft {
  return {
    columns: [],
    sequences: [],
    defaults: [],
    checks: [],
    keys: [],
    foreignKeys: [],
    copies: [],
  }
}
