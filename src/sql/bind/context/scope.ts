/**
 * What names mean at one place of a statement: the FROM items of this query level, common tables, and the levels
 * around it. A scope is filled item by item while FROM is bound, and frozen by then.
 */
import type { Relation } from '../../catalog/catalog.ts'
import type {
  AggregateCall,
  ColumnId,
  Expression,
  SortKey,
  WindowCall,
} from '../../plan/expression.ts'
import type { LockingClause } from '../../parse/ast/select.ts'
import type { LockTarget, RowPin, OutputColumn, WindowNode } from '../../plan/plan-node.ts'
import type { ExpressionKind } from './expression-kind.ts'

/** One table-like thing in FROM, or a join with an alias, or the excluded row of ON CONFLICT. */
export interface RangeItem {
  /** Name for qualified references; '' for an unnamed join. */
  readonly alias: string
  /** Schema of a table without alias: s.t.c works. */
  readonly schema?: string | undefined
  readonly relation?: Relation | undefined
  readonly names: readonly string[]
  /** The value of column i; marks it as read. */
  column(index: number): Expression
  /** Origin of column i for RowDescription. */
  origin(index: number): { readonly table: number; readonly attribute: number }
  /** ctid, tableoid … of stored tables. */
  systemColumn?(name: string): Expression | undefined
  /** The item as one value: t in SELECT t. */
  wholeRow(): Expression
  /** Names that are not columns for unqualified look-up, or not usable qualified (below an aliased join). */
  relationVisible: boolean
  columnsVisible: boolean
  /** Seen only by LATERAL items while FROM is being bound. */
  lateralOnly: boolean
  /** False inside the right arm of a RIGHT or FULL join: a lateral reference is an error. */
  lateralAllowed: boolean
  /** On the null-extended side of an outer join. */
  nullable: boolean
}

export interface CommonTableEntry {
  readonly name: string
  readonly id: number
  readonly columns: readonly OutputColumn[]
  readonly isModifying: boolean
  /** A WITH RECURSIVE table seen from inside its own query. */
  readonly isSelf: boolean
  references: number
}

/** Calls collected while the expressions of one query level are bound; the query builds their nodes. */
export interface QueryState {
  readonly aggregates: { readonly call: AggregateCall; readonly column: OutputColumn }[]
  readonly groupings: {
    readonly args: readonly Expression[]
    readonly column: OutputColumn
    readonly position: number | undefined
  }[]
  readonly windows: {
    readonly call: WindowCall
    readonly column: OutputColumn
    readonly window: BoundWindow
  }[]
  /** WINDOW clause. */
  readonly namedWindows: BoundWindow[]
  /** The last set-returning call bound so far; they stay inside the expressions until ProjectSet is built. */
  lastSetReturning: Expression | undefined
}

export interface BoundWindow {
  readonly name: string | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly frame: WindowNode['frame']
  /** Written with a frame clause: such a window cannot be copied by name. */
  readonly hasFrame: boolean
}

export interface OwnColumn {
  readonly alias: string
  readonly name: string
  /** The stored table it is a column of, with its number there: for dependency on a primary key. */
  readonly relation?: Relation | undefined
  readonly attribute: number
  /** Identity of the FROM item, as one table may stand there twice. */
  readonly item: object
}

export class Scope {
  readonly parent: Scope | undefined
  items: readonly RangeItem[] = []
  /** Every column id this level's FROM makes: tells local from outer references. */
  readonly ownColumns: Map<ColumnId, OwnColumn> = new Map()
  readonly commonTables: CommonTableEntry[] = []
  query: QueryState | undefined
  /** FOR UPDATE and its kin, as they reach the items of FROM. */
  locking: readonly LockingClause[] = []
  /** The tables whose rows they lock. */
  readonly lockTargets: LockTarget[] = []
  /** The tables of FROM beside rows that are changed or locked. */
  readonly pins: RowPin[] = []
  /** They are those of UPDATE … FROM and DELETE … USING. */
  isBesideTarget = false
  /** What MERGE_ACTION() is in the RETURNING list of a MERGE. */
  mergeAction: Expression | undefined
  /** The clause being bound: decides what calls may stand here, and the words of the error. */
  kind: ExpressionKind = 'select'
  /** Columns of the parent scope may be used (sub-queries in expressions, LATERAL); FROM sub-selects see only outer levels. */
  lateralActive = false

  constructor(parent?: Scope) {
    this.parent = parent
  }

  findCommonTable(name: string): CommonTableEntry | undefined {
    return (
      this.commonTables.findLast((one) => one.name === name) ?? this.parent?.findCommonTable(name)
    )
  }
}

export function newQueryState(): QueryState {
  return {
    aggregates: [],
    groupings: [],
    windows: [],
    namedWindows: [],
    lastSetReturning: undefined,
  }
}

/** Binds something with the scope in another clause, and comes back. */
export function inKind<T>(scope: Scope, kind: ExpressionKind, bind: () => T): T {
  const before = scope.kind
  scope.kind = kind
  try {
    return bind()
  } finally {
    scope.kind = before
  }
}
