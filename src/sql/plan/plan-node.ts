/**
 * The plan: one tree type from the binder through every rewrite rule to the executor. The binder writes the general
 * nodes; rules replace them by better ones (a filter over a scan by an index scan, an apply by a join). `execute/build-operator.ts`
 * builds one operator per node. Every node says what columns it puts out, by id.
 */
import type { TreeId } from '../../storage/access.ts'
import type { Batch, Datum } from '../../storage/vector.ts'
import type { ForeignKey, IndexInfo, Oid, Relation } from '../catalog/catalog.ts'
import type { RelationAccess } from '../bind/context/relation-access.ts'
import type {
  AggregateCall,
  ColumnId,
  ColumnReference,
  FunctionCall,
  Expression,
  GroupingCall,
  SortKey,
  WindowCall,
} from './expression.ts'

/** An output column of a node. */
export interface OutputColumn {
  readonly id: ColumnId
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
}

interface Node {
  readonly output: readonly OutputColumn[]
  /** Rule `estimate-rows` fills it; for join order and EXPLAIN. */
  readonly estimatedRows?: number
}

/** One row, no columns: SELECT without FROM. */
export interface OneRowNode extends Node {
  readonly kind: 'oneRow'
}
/** No rows: WHERE false. */
export interface EmptyNode extends Node {
  readonly kind: 'empty'
}

/** A column a scan reads: an attribute of the relation, its row id ('rowId', as ctid and for UPDATE/DELETE), or its table's oid. */
export type ScanSource =
  | { readonly kind: 'attribute'; readonly position: number }
  | { readonly kind: 'rowId' }
  | { readonly kind: 'tableOid' }

/** Reads a stored table in row id order. `sources[i]` gives output column i. */
export interface ScanNode extends Node {
  readonly kind: 'scan'
  readonly relation: Relation
  readonly tree: TreeId
  readonly alias: string
  readonly sources: readonly ScanSource[]
  /** Conjuncts pushed into the scan: evaluated on each batch, and used to skip pages where they have zone form. */
  readonly filter?: Expression
  /** WHERE CURRENT OF: the row that this cursor stands on. */
  readonly currentOf?: string
  /** TABLESAMPLE */
  readonly sample?: {
    readonly method: 'bernoulli' | 'system'
    readonly percent: Expression
    readonly seed?: Expression
  }
}
/** Reads a system catalog or computed view: rows come from its provider. */
export interface SystemScanNode extends Node {
  readonly kind: 'systemScan'
  readonly relation: Relation
  readonly alias: string
  readonly sources: readonly ScanSource[]
  readonly filter?: Expression
}
/** Key range on an index: `equal` on the first key columns, then optionally bounds on the next. Bounds are free of this node's own columns (constants, parameters, outer columns). Null bounds match nothing. */
export interface IndexRange {
  readonly equal: readonly Expression[]
  readonly lower?: { readonly value: Expression; readonly inclusive: boolean }
  readonly upper?: { readonly value: Expression; readonly inclusive: boolean }
  /** Instead of the above: any of these keys on the first column (IN lists, = ANY(array)). */
  readonly anyOf?: Expression
  /** Leaves out entries whose next key column is null; as any bound on it does. */
  readonly notNull?: boolean
}
/** Reads a table through an index, in index order (or reverse), fetching rows by id; `filter` is the residual condition. */
export interface IndexScanNode extends Node {
  readonly kind: 'indexScan'
  readonly relation: Relation
  readonly tree: TreeId
  readonly alias: string
  readonly index: IndexInfo
  readonly range: IndexRange
  readonly reverse: boolean
  readonly sources: readonly ScanSource[]
  readonly filter?: Expression
}
/** VALUES, or INSERT … VALUES. */
export interface ValuesNode extends Node {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}
/** VALUES of nothing but literals, already read: the rows by column. What a large INSERT … VALUES becomes. */
export interface ConstantRowsNode extends Node {
  readonly kind: 'constantRows'
  readonly rows: Batch
}
/** Functions in FROM; several = ROWS FROM (zipped). Arguments may refer to outer (lateral) columns. */
export interface FunctionScanNode extends Node {
  readonly kind: 'functionScan'
  readonly functions: readonly {
    /** A 'call' expression, set-returning or not. */
    readonly call: Expression
    /** Number of output columns it makes; a composite or OUT-parameter result spreads over them. */
    readonly width: number
    readonly spreads: boolean
  }[]
  readonly withOrdinality: boolean
}
/** One row: what a function returns that may wait before it does. */
export interface WaitingCallNode extends Node {
  readonly kind: 'waitingCall'
  readonly call: FunctionCall
}
/** Computes `expressions` (output column i = expression i). */
export interface ProjectNode extends Node {
  readonly kind: 'project'
  readonly input: PlanNode
  readonly expressions: readonly Expression[]
}
/** As project, but the entries marked set-returning yield several rows (shorter ones padded with null), as in a select list. */
export interface ProjectSetNode extends Node {
  readonly kind: 'projectSet'
  readonly input: PlanNode
  readonly expressions: readonly { readonly expression: Expression; readonly returnsSet: boolean }[]
}
export interface FilterNode extends Node {
  readonly kind: 'filter'
  readonly input: PlanNode
  readonly condition: Expression
}
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
/**
 * A join of independent inputs. Output = left's then right's columns (semi/anti: left's only).
 * `condition` absent = cross join. A rule extracts `keys` (hash join) from it; what is left is the residual condition.
 */
export interface JoinNode extends Node {
  readonly kind: 'join'
  readonly type: JoinType
  readonly left: PlanNode
  readonly right: PlanNode
  readonly condition?: Expression
  readonly keys?: readonly {
    readonly left: Expression
    readonly right: Expression
    readonly procedure: Oid
    readonly nullEqual?: boolean
  }[]
  /** NOT IN: a null on either side makes the anti join's test unknown, so the row is dropped. */
  readonly nullAware?: boolean
  /** Adds a boolean column after left's columns instead of filtering (type is 'semi'): EXISTS/IN used as a value. `nullAware` makes it three-valued. */
  readonly mark?: OutputColumn
}
/**
 * For each row of `left`, runs `right`, which refers to left's columns (LATERAL, correlated sub-queries).
 *  inner/left: joins the rows.  semi/anti: keeps left rows with some / without any row (after `condition`).
 *  scalar: appends the one column of right's single row or null; two rows raise 21000.
 *  array: appends ARRAY(right).   mark: appends whether right has a row (exists), or the three-valued any/all of `condition`.
 * `correlation` lists the left columns right uses (nested applies included); right is re-run only when they change.
 */
export interface ApplyNode extends Node {
  readonly kind: 'apply'
  readonly form: 'inner' | 'left' | 'semi' | 'anti' | 'scalar' | 'array' | 'exists' | 'any' | 'all'
  readonly left: PlanNode
  readonly right: PlanNode
  readonly correlation: readonly ColumnId[]
  readonly condition?: Expression
}
/** GROUP BY and aggregates. Output = groups then aggregates then groupings. Without groups: one row. */
export interface AggregateNode extends Node {
  readonly kind: 'aggregate'
  readonly input: PlanNode
  readonly groups: readonly Expression[]
  /** Indexes into `groups` per grouping set; absent = one set with all. */
  readonly groupingSets?: readonly (readonly number[])[]
  readonly aggregates: readonly AggregateCall[]
  readonly groupings: readonly GroupingCall[]
}
export type FrameBound =
  | { readonly kind: 'unboundedPreceding' | 'currentRow' | 'unboundedFollowing' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression }
/** Window functions that share one window definition. Output = input's columns then one per function. */
export interface WindowNode extends Node {
  readonly kind: 'window'
  readonly input: PlanNode
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly frame: {
    readonly mode: 'rows' | 'range' | 'groups'
    readonly start: FrameBound
    readonly end: FrameBound
    readonly exclude: 'none' | 'currentRow' | 'group' | 'ties'
    /** RANGE with offsets: in_range support function of the ordering type, called with (value, base, offset, sub, less). */
    readonly inRange?: Oid
  }
  readonly functions: readonly WindowCall[]
}
/** DISTINCT (no keys: all columns) or DISTINCT ON (keys; the first row of each in input order). */
export interface DistinctNode extends Node {
  readonly kind: 'distinct'
  readonly input: PlanNode
  readonly on?: readonly Expression[]
}
export interface SortNode extends Node {
  readonly kind: 'sort'
  readonly input: PlanNode
  readonly keys: readonly SortKey[]
  /** Top-N: a LIMIT above, pushed in; with `skipped`, its OFFSET, that many more. */
  readonly limit?: Expression
  readonly skipped?: Expression
}
export interface LimitNode extends Node {
  readonly kind: 'limit'
  readonly input: PlanNode
  readonly limit?: Expression
  readonly offset?: Expression
  /** WITH TIES: the sort keys that decide. */
  readonly tiesBy?: readonly SortKey[]
}
/** UNION / INTERSECT / EXCEPT: columns correspond by position. */
export interface SetOperationNode extends Node {
  readonly kind: 'setOperation'
  readonly operation: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly left: PlanNode
  readonly right: PlanNode
}
/** Names a sub-plan that `CteScanNode`s read; evaluated at most once, lazily. Data-modifying ones run to the end even if unread. */
export interface WithNode extends Node {
  readonly kind: 'with'
  readonly ctes: readonly CteDefinition[]
  readonly input: PlanNode
}
export interface CteDefinition {
  readonly id: number
  readonly name: string
  readonly plan: PlanNode
  readonly isModifying: boolean
  /** AS [NOT] MATERIALIZED; absent = inlined when read once. */
  readonly materialized?: boolean
}
export interface CteScanNode extends Node {
  readonly kind: 'cteScan'
  readonly cte: number
  readonly name: string
  /** Columns of the CTE's plan (its ids), positionally the source of this node's output. */
  readonly columns: readonly ColumnId[]
}
/** WITH RECURSIVE: `step` reads the rows of the previous round through a CteScanNode of `cte`. */
export interface RecursiveUnionNode extends Node {
  readonly kind: 'recursiveUnion'
  readonly cte: number
  readonly all: boolean
  readonly initial: PlanNode
  readonly step: PlanNode
}
/** SELECT … FOR UPDATE and friends: locks the rows of tables that each row of the input comes from. */
export interface LockRowsNode extends Node {
  readonly kind: 'lockRows'
  readonly input: PlanNode
  readonly targets: readonly LockTarget[]
  /** The tables beside them. */
  readonly pins?: readonly RowPin[]
  /** Something above may not want all rows: none is locked before it is asked for. */
  readonly oneByOne: boolean
}
/** A table of a query, and which row of it each row of the query comes from. */
export interface RowPin {
  readonly relation: Relation
  readonly tree: TreeId
  /** The column of row ids that the table's scan puts out; null where an outer join found no row. */
  readonly rowId: ColumnReference
}
export interface LockTarget extends RowPin {
  readonly strength: 'update' | 'noKeyUpdate' | 'share' | 'keyShare'
  readonly wait: 'block' | 'nowait' | 'skipLocked'
}

/** What a modify node needs to know of the table's rules, bound to expressions over `row` column ids. */
export interface TableRules {
  /** One id per tree position: the new row while constraints, generated columns and index expressions are computed. */
  readonly row: readonly OutputColumn[]
  /** Generated columns: computed from `row` before anything is checked. */
  readonly generated: readonly { readonly position: number; readonly expression: Expression }[]
  readonly notNull: readonly { readonly position: number; readonly name: string }[]
  readonly checks: readonly { readonly name: string; readonly expression: Expression }[]
  readonly indexes: readonly {
    readonly index: IndexInfo
    /** Key expressions over `row`. */
    readonly keys: readonly Expression[]
    readonly predicate?: Expression
  }[]
  /** This table's own foreign keys, and those that point at it. */
  readonly foreignKeys: readonly ForeignKey[]
  readonly referencedBy: readonly ForeignKey[]
  /** WITH CHECK OPTION of the view written through. */
  readonly viewChecks?: readonly { readonly view: string; readonly expression: Expression }[]
}

/** INSERT. `input` puts out one column per tree position (defaults included, generated ones null). */
export interface InsertNode extends Node {
  readonly kind: 'insert'
  readonly relation: Relation
  readonly tree: TreeId
  readonly input: PlanNode
  readonly rules: TableRules
  readonly onConflict?: OnConflict
  /** RETURNING, over `rules.row`; absent = only the count. Sub-queries in it are hoisted above the node. */
  readonly returning?: readonly Expression[]
  /** The input does not read what is written, so that rows are written as they come: COPY. */
  readonly streams?: boolean
}
export interface OnConflict {
  readonly action: 'nothing' | 'update'
  /** Arbiter indexes; empty with 'nothing' = any. */
  readonly arbiters: readonly Oid[]
  /** For 'update': assignments and condition over `existing` (the old row), `excluded` (= rules.row is bound to the proposed row while evaluated). */
  readonly existing: readonly OutputColumn[]
  readonly excluded: readonly OutputColumn[]
  readonly assignments: readonly { readonly position: number; readonly value: Expression }[]
  readonly condition?: Expression
  /**
   * With sub-queries in them, assignments and condition are columns of this plan. It reads the rows that met others from the
   * shared rows `rows`: existing, excluded, and a number that it passes on as its last column.
   */
  readonly computed?: { readonly rows: number; readonly plan: PlanNode }
}
/** UPDATE. `input` puts out: the row id, the old row (one column per tree position), then the new values of `positions`, then any columns RETURNING needs from FROM. */
export interface UpdateNode extends Node {
  readonly kind: 'update'
  readonly relation: Relation
  readonly tree: TreeId
  readonly input: PlanNode
  readonly rowId: ColumnId
  readonly oldRow: readonly ColumnId[]
  /** The other tables: their rows stay what they were when a row that others have changed is looked at again. */
  readonly pins?: readonly RowPin[]
  readonly assignments: readonly { readonly position: number; readonly column: ColumnId }[]
  readonly rules: TableRules
  /** Over rules.row (the new row) and other columns of `input`. */
  readonly returning?: readonly Expression[]
}
/** DELETE. `input` puts out the row id, the old row, then columns RETURNING needs from USING. */
export interface DeleteNode extends Node {
  readonly kind: 'delete'
  readonly relation: Relation
  readonly tree: TreeId
  readonly input: PlanNode
  readonly rowId: ColumnId
  readonly oldRow: readonly ColumnId[]
  /** The other tables: their rows stay what they were when a row that others have changed is looked at again. */
  readonly pins?: readonly RowPin[]
  readonly rules: TableRules
  /** Over columns of `input`. */
  readonly returning?: readonly Expression[]
}

/** MERGE. `input` puts out the row id (null when no target row matches), the old row, the row to write, and which clause is met. */
export interface MergeNode extends Node {
  readonly kind: 'merge'
  readonly relation: Relation
  readonly tree: TreeId
  readonly input: PlanNode
  readonly rowId: ColumnId
  readonly oldRow: readonly ColumnId[]
  readonly newRow: readonly ColumnId[]
  /** The number of the clause, from 1; null for none. */
  readonly which: ColumnId
  readonly actions: readonly ('nothing' | 'insert' | 'update' | 'delete')[]
  readonly rules: TableRules
  /** Over rules.row (the new row, or the deleted one) and other columns of `input`. */
  readonly returning?: readonly Expression[]
}

export type PlanNode =
  | OneRowNode
  | EmptyNode
  | ScanNode
  | SystemScanNode
  | IndexScanNode
  | ValuesNode
  | ConstantRowsNode
  | FunctionScanNode
  | ProjectNode
  | ProjectSetNode
  | FilterNode
  | JoinNode
  | ApplyNode
  | AggregateNode
  | WindowNode
  | DistinctNode
  | SortNode
  | LimitNode
  | SetOperationNode
  | WithNode
  | CteScanNode
  | RecursiveUnionNode
  | LockRowsNode
  | WaitingCallNode
  | InsertNode
  | UpdateNode
  | DeleteNode
  | MergeNode

/** A bound statement that runs as a plan. Utility statements (DDL, SET, …) do not pass through here. */
export interface BoundQuery {
  readonly plan: PlanNode
  /** INSERT, UPDATE, DELETE or SELECT: the first word of the command tag. */
  readonly command: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'MERGE'
  /** What the client sees; `table` and `column` are the origin for RowDescription, 0 when computed. Empty for DML without RETURNING. */
  readonly columns: readonly (OutputColumn & {
    readonly table: number
    readonly attribute: number
  })[]
  /** Types of $1…$n, given or inferred. */
  readonly parameters: readonly Oid[]
  /** Oids of the relations it reads or writes; for privileges and cache invalidation. */
  readonly relations: readonly Oid[]
  /** What it does with them, and the schemas it names: for privileges. */
  readonly accesses: readonly RelationAccess[]
  readonly namedSchemas: readonly string[]
  readonly isReadOnly: boolean
  /** First free ColumnId: rules make new columns from here. */
  readonly nextColumnId: number
}

/** One row of a result as the executor's root hands it out. */
export type Row = readonly (Datum | null)[]
