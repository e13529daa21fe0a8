/**
 * Queries as written: SELECT, VALUES and set operations, their FROM items, WITH clauses and
 * windows. TABLE t arrives as SELECT * FROM t.
 */
import type { Expression, FunctionCall, SqlValueFunction } from './expression.ts'
import type { JsonTable } from './json.ts'
import type { DeleteStatement, InsertStatement, MergeStatement, UpdateStatement } from './modify.ts'
import type { Located, Option, QualifiedName, RelationName, TypeName } from './common.ts'

/** What may follow any query. */
interface QueryTail extends Located {
  readonly with?: WithClause | undefined
  readonly orderBy: readonly SortItem[]
  /** LIMIT ALL is the null literal. */
  readonly limit?: Expression | undefined
  readonly offset?: Expression | undefined
  /** FETCH FIRST … WITH TIES */
  readonly withTies: boolean
  /** FOR UPDATE and friends */
  readonly locking: readonly LockingClause[]
}
export interface SelectQuery extends QueryTail {
  readonly kind: 'select'
  /** absent: all rows; empty: DISTINCT; else DISTINCT ON (…). */
  readonly distinct?: readonly Expression[] | undefined
  /** SELECT INTO */
  readonly into?: IntoTarget | undefined
  readonly targets: readonly SelectTarget[]
  /** The comma list; items are cross joined. */
  readonly from: readonly FromItem[]
  readonly where?: Expression | undefined
  readonly groupBy: readonly GroupItem[]
  /** GROUP BY DISTINCT */
  readonly groupDistinct: boolean
  readonly having?: Expression | undefined
  /** WINDOW w AS (…) */
  readonly windows: readonly WindowDefinition[]
}
export interface ValuesQuery extends QueryTail {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
}
export interface SetOperationQuery extends QueryTail {
  readonly kind: 'setOperation'
  readonly operation: 'union' | 'intersect' | 'except'
  readonly all: boolean
  readonly left: Query
  readonly right: Query
}
export type Query = SelectQuery | ValuesQuery | SetOperationQuery

/**
 * expression [AS alias]; a star is a ColumnReference or Indirection that ends in one. Also
 * RETURNING's items.
 */
export interface SelectTarget extends Located {
  readonly expression: Expression
  readonly alias?: string | undefined
}

/** CREATE TABLE AS, SELECT INTO */
export interface IntoTarget {
  readonly relation: RelationName
  readonly persistence: Persistence
  readonly columns: readonly string[]
  readonly accessMethod?: string | undefined
  readonly options: readonly Option[]
  readonly onCommit: OnCommit
  readonly tablespace?: string | undefined
}
export type Persistence = 'permanent' | 'temporary' | 'unlogged'
export type OnCommit = 'none' | 'preserveRows' | 'deleteRows' | 'drop'

export interface Alias {
  readonly name: string
  /** Column aliases; may be fewer than the columns. */
  readonly columns: readonly string[]
}

/** [ONLY] table [AS alias] */
export interface TableReference extends Located {
  readonly kind: 'table'
  readonly relation: RelationName
  readonly only: boolean
  readonly alias?: Alias | undefined
}
/** [LATERAL] (SELECT …) AS alias */
export interface SubselectReference extends Located {
  readonly kind: 'subselect'
  readonly query: Query
  readonly lateral: boolean
  readonly alias?: Alias | undefined
}
/** f(…) [WITH ORDINALITY] [AS alias (definitions)], ROWS FROM (f(…), g(…) AS (definitions)) */
export interface FunctionReference extends Located {
  readonly kind: 'function'
  readonly functions: readonly {
    /** A call; the grammar also lets current_date, coalesce(…), a cast and such stand here. */
    readonly call: FunctionCall | SqlValueFunction | Expression
    readonly columnDefinitions: readonly ColumnTyping[]
  }[]
  readonly rowsFrom: boolean
  readonly withOrdinality: boolean
  readonly lateral: boolean
  readonly alias?: Alias | undefined
  /** AS alias (a int, b text), for one function outside ROWS FROM. */
  readonly columnDefinitions: readonly ColumnTyping[]
}
export interface ColumnTyping extends Located {
  readonly name: string
  readonly type: TypeName
  readonly collation?: QualifiedName | undefined
}
export interface JoinReference extends Located {
  readonly kind: 'join'
  /** CROSS JOIN is an inner join without condition. */
  readonly type: 'inner' | 'left' | 'right' | 'full'
  readonly natural: boolean
  readonly left: FromItem
  readonly right: FromItem
  readonly using?: readonly string[] | undefined
  /** USING (…) AS alias */
  readonly usingAlias?: Alias | undefined
  readonly on?: Expression | undefined
  /** (a JOIN b …) AS alias */
  readonly alias?: Alias | undefined
}
/** item TABLESAMPLE method (args) [REPEATABLE (seed)] */
export interface SampleReference extends Located {
  readonly kind: 'sample'
  readonly item: FromItem
  readonly method: QualifiedName
  readonly args: readonly Expression[]
  readonly repeatable?: Expression | undefined
}
export type FromItem =
  | TableReference
  | SubselectReference
  | FunctionReference
  | JoinReference
  | SampleReference
  | JsonTable

/**
 * GROUP BY a, (), ROLLUP (…), CUBE (…), GROUPING SETS (…). A parenthesised list (a, b) is a Row
 * that is not explicit.
 */
export type GroupItem =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | (Located & { readonly kind: 'empty' })
  | (Located & {
      readonly kind: 'rollup' | 'cube' | 'sets'
      readonly items: readonly GroupItem[]
    })

export interface SortItem extends Located {
  readonly expression: Expression
  readonly direction: 'default' | 'asc' | 'desc' | 'using'
  /** USING operator */
  readonly operator?: QualifiedName | undefined
  readonly nulls: 'default' | 'first' | 'last'
}

/**
 * WINDOW name AS (reference …), OVER (reference …), OVER name.
 * OVER name has only `name`; inside WINDOW it is the name being defined.
 */
export interface WindowDefinition extends Located {
  readonly name?: string | undefined
  /** The existing window this one starts from. */
  readonly reference?: string | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortItem[]
  /** absent: the default frame (RANGE UNBOUNDED PRECEDING … CURRENT ROW). */
  readonly frame?: WindowFrame | undefined
}
export interface WindowFrame {
  readonly mode: 'range' | 'rows' | 'groups'
  readonly start: FrameBound
  readonly end: FrameBound
  /** Written with BETWEEN. */
  readonly between: boolean
  readonly exclude: 'none' | 'currentRow' | 'group' | 'ties'
}
export type FrameBound =
  | { readonly kind: 'unboundedPreceding' | 'currentRow' | 'unboundedFollowing' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expression }

export interface LockingClause {
  readonly strength: 'update' | 'noKeyUpdate' | 'share' | 'keyShare'
  readonly wait: 'block' | 'nowait' | 'skipLocked'
  /** OF …; empty = all tables. */
  readonly relations: readonly RelationName[]
}

export interface WithClause extends Located {
  readonly recursive: boolean
  readonly tables: readonly CommonTable[]
}
export type WithQuery = Query | InsertStatement | UpdateStatement | DeleteStatement | MergeStatement
/** name (columns) AS [NOT MATERIALIZED] (query) SEARCH … CYCLE … */
export interface CommonTable extends Located {
  readonly name: string
  readonly columns: readonly string[]
  readonly materialized: 'default' | 'always' | 'never'
  readonly query: WithQuery
  readonly search?:
    | (Located & {
        readonly breadthFirst: boolean
        readonly columns: readonly string[]
        readonly sequenceColumn: string
      })
    | undefined
  readonly cycle?:
    | (Located & {
        readonly columns: readonly string[]
        readonly markColumn: string
        readonly markValue: Expression
        readonly markDefault: Expression
        readonly pathColumn: string
      })
    | undefined
}
