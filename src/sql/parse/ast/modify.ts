/** INSERT, UPDATE, DELETE, MERGE as written. */
import type { Expression, IndirectionStep } from './expression.ts'
import type { Located, QualifiedName } from './common.ts'
import type { FromItem, Query, SelectTarget, TableReference, WithClause } from './select.ts'

/** A column to assign to: name, or name[1], name.field. */
export interface AssignmentTarget extends Located {
  readonly column: string
  readonly steps: readonly IndirectionStep[]
}
/** SET a = 1 */
export interface SingleAssignment extends Located {
  readonly kind: 'single'
  readonly target: AssignmentTarget
  readonly value: Expression
}
/** SET (a, b) = ROW(…) or (SELECT …); as many targets as the source has columns. */
export interface MultipleAssignment extends Located {
  readonly kind: 'multiple'
  readonly targets: readonly AssignmentTarget[]
  readonly source: Expression
}
export type Assignment = SingleAssignment | MultipleAssignment
export type Overriding = 'none' | 'user' | 'system'

export interface InsertStatement extends Located {
  readonly kind: 'insert'
  readonly with?: WithClause | undefined
  readonly table: TableReference
  /** Empty: all columns in order. */
  readonly columns: readonly AssignmentTarget[]
  readonly overriding: Overriding
  /** absent: DEFAULT VALUES */
  readonly source?: Query | undefined
  readonly onConflict?: OnConflictClause | undefined
  readonly returning: readonly SelectTarget[]
}
export interface OnConflictClause extends Located {
  readonly action: 'nothing' | 'update'
  readonly target?: ConflictTarget | undefined
  readonly assignments: readonly Assignment[]
  readonly where?: Expression | undefined
}
/** ON CONSTRAINT name, or (elements) [WHERE …] */
export interface ConflictTarget extends Located {
  readonly constraint?: string | undefined
  readonly elements: readonly IndexElement[]
  readonly where?: Expression | undefined
}
/** One key of an index: a column or an expression. */
export interface IndexElement extends Located {
  readonly column?: string | undefined
  readonly expression?: Expression | undefined
  readonly collation?: QualifiedName | undefined
  readonly operatorClass?: QualifiedName | undefined
  readonly direction: 'default' | 'asc' | 'desc'
  readonly nulls: 'default' | 'first' | 'last'
}

export interface UpdateStatement extends Located {
  readonly kind: 'update'
  readonly with?: WithClause | undefined
  readonly table: TableReference
  readonly assignments: readonly Assignment[]
  readonly from: readonly FromItem[]
  readonly where?: Expression | undefined
  readonly returning: readonly SelectTarget[]
}

export interface DeleteStatement extends Located {
  readonly kind: 'delete'
  readonly with?: WithClause | undefined
  readonly table: TableReference
  readonly using: readonly FromItem[]
  readonly where?: Expression | undefined
  readonly returning: readonly SelectTarget[]
}

export interface MergeStatement extends Located {
  readonly kind: 'merge'
  readonly with?: WithClause | undefined
  readonly table: TableReference
  readonly source: FromItem
  readonly on: Expression
  readonly clauses: readonly MergeClause[]
  readonly returning: readonly SelectTarget[]
}
/** WHEN [NOT] MATCHED [BY SOURCE | TARGET] [AND condition] THEN action */
export interface MergeClause {
  readonly match: 'matched' | 'notMatchedBySource' | 'notMatchedByTarget'
  readonly condition?: Expression | undefined
  readonly action: MergeAction
}
export type MergeAction =
  | { readonly kind: 'nothing' | 'delete' }
  | { readonly kind: 'update'; readonly assignments: readonly Assignment[] }
  | {
      readonly kind: 'insert'
      readonly columns: readonly AssignmentTarget[]
      readonly overriding: Overriding
      /** Empty: DEFAULT VALUES */
      readonly values: readonly Expression[]
    }
