/**
 * Bound expressions: every name resolved, every type known, every implicit cast explicit. The binder makes them, rewrite rules
 * transform them, `execute/expression` compiles them to kernels over vectors.
 *
 * Columns are referred to by `ColumnId`, unique within one statement, never by position: so trees can be moved
 * about freely; positions are settled when operators are built.
 */
import type { Datum } from '../../storage/vector.ts'
import type { Oid } from '../catalog/catalog.ts'
import type { PlanNode } from './plan-node.ts'

export type ColumnId = number & { readonly __brand: 'ColumnId' }

interface Typed {
  readonly type: Oid
  /** -1 when there is none. */
  readonly typmod: number
  /** 0 when the type is not collatable. */
  readonly collation: Oid
  /** 1-based character position in the statement, for errors. */
  readonly position?: number | undefined
}

/** A literal, already a datum of its type. */
export interface Constant extends Typed {
  readonly kind: 'constant'
  readonly value: Datum | null
}
/** A column of an input of the node this expression belongs to, or (inside a sub-query) of an outer query: see `ApplyNode`. */
export interface ColumnReference extends Typed {
  readonly kind: 'column'
  readonly column: ColumnId
  readonly name: string
}
/** $n; `index` from 0. */
export interface Parameter extends Typed {
  readonly kind: 'parameter'
  readonly index: number
}
/** A call of a scalar function or operator (`procedure` is the operator's function). Set-returning calls stand only in ProjectSetNode and FunctionScanNode. */
export interface FunctionCall extends Typed {
  readonly kind: 'call'
  readonly procedure: Oid
  readonly args: readonly Expression[]
  /** Collation the function computes with. */
  readonly inputCollation: Oid
  /** The operator, when written as one: for EXPLAIN, index matching and join keys. */
  readonly operator?: Oid
  /** A VARIADIC call whose last argument is the array itself. */
  readonly variadicArray?: boolean
  /** The columns that the query lists for a function returning record: AS t(a int, …). */
  readonly recordColumns?: readonly {
    readonly name: string
    readonly type: Oid
    readonly typmod: number
  }[]
}
/** Change of type label only: binary coercible, same datums (varchar → text, int4 → oid differ in kind: use 'call'). Vectors of another kind are converted. */
export interface Relabel extends Typed {
  readonly kind: 'relabel'
  readonly input: Expression
}
/** A cast through the types' output and input functions. */
export interface CoerceViaIo extends Typed {
  readonly kind: 'coerceViaIo'
  readonly input: Expression
}
/** Casts every element of an array: `element` is an expression over `ElementPlaceholder`. */
export interface ArrayCoerce extends Typed {
  readonly kind: 'arrayCoerce'
  readonly input: Expression
  readonly element: Expression
}
/** The element inside ArrayCoerce, the value inside CoerceToDomain's checks, the CASE operand. */
export interface Placeholder extends Typed {
  readonly kind: 'placeholder'
}
/** Checks a domain's NOT NULL and CHECK constraints; checks are boolean expressions over `Placeholder`. */
export interface CoerceToDomain extends Typed {
  readonly kind: 'coerceToDomain'
  readonly input: Expression
  readonly notNull: boolean
  readonly checks: readonly { readonly name: string; readonly expression: Expression }[]
}
export interface And extends Typed {
  readonly kind: 'and'
  readonly args: readonly Expression[]
}
export interface Or extends Typed {
  readonly kind: 'or'
  readonly args: readonly Expression[]
}
export interface Not extends Typed {
  readonly kind: 'not'
  readonly input: Expression
}
/** IS [NOT] NULL; for composite values PostgreSQL's row rule. */
export interface NullTest extends Typed {
  readonly kind: 'nullTest'
  readonly input: Expression
  readonly negated: boolean
}
/** IS [NOT] TRUE / FALSE / UNKNOWN */
export interface BooleanTest extends Typed {
  readonly kind: 'booleanTest'
  readonly input: Expression
  readonly test: 'true' | 'false' | 'unknown'
  readonly negated: boolean
}
/** IS [NOT] DISTINCT FROM; `procedure` is the equality function. */
export interface DistinctTest extends Typed {
  readonly kind: 'distinctTest'
  readonly left: Expression
  readonly right: Expression
  readonly procedure: Oid
  readonly inputCollation: Oid
  readonly negated: boolean
}
/** CASE. The simple form has its comparisons written out in `when` over `Placeholder`, with `operand` evaluated once. Branches are evaluated lazily. */
export interface Case extends Typed {
  readonly kind: 'case'
  readonly operand?: Expression
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression
}
export interface Coalesce extends Typed {
  readonly kind: 'coalesce'
  readonly args: readonly Expression[]
}
/** NULLIF(a, b): `procedure` is the equality function; the result is `left` or null. */
export interface NullIf extends Typed {
  readonly kind: 'nullIf'
  readonly left: Expression
  readonly right: Expression
  readonly procedure: Oid
  readonly inputCollation: Oid
}
/** GREATEST / LEAST; `procedure` is the btree comparison function (int4cmp…, returns int4). */
export interface MinMax extends Typed {
  readonly kind: 'minMax'
  readonly operation: 'greatest' | 'least'
  readonly args: readonly Expression[]
  readonly procedure: Oid
  readonly inputCollation: Oid
}
/** ARRAY[…]; `nested` when the elements are arrays of the same type (ARRAY[ARRAY[1],ARRAY[2]]). */
export interface ArrayConstructor extends Typed {
  readonly kind: 'array'
  readonly elements: readonly Expression[]
  readonly nested: boolean
}
/** ROW(…): a record datum. */
export interface RowConstructor extends Typed {
  readonly kind: 'row'
  readonly fields: readonly Expression[]
  readonly names: readonly string[]
}
/** ROW(a,b) < ROW(c,d), by the given operator functions pairwise. = and <> are expanded into AND/OR by the binder. */
export interface RowCompare extends Typed {
  readonly kind: 'rowCompare'
  readonly operation: '<' | '<=' | '>' | '>='
  readonly left: readonly Expression[]
  readonly right: readonly Expression[]
  /** btree comparison functions (…cmp) pairwise. */
  readonly procedures: readonly Oid[]
}
/** (expr).field of a composite value. `index` counts live columns from 0. */
export interface FieldSelect extends Typed {
  readonly kind: 'field'
  readonly input: Expression
  readonly index: number
}
/** a[i], a[i:j], jsonb['x']. A slice has `lower` (entries may be null for an open bound). */
export interface Subscript extends Typed {
  readonly kind: 'subscript'
  readonly input: Expression
  readonly upper: readonly (Expression | null)[]
  readonly lower?: readonly (Expression | null)[]
}
/** Assignment to an element or slice or field in UPDATE/INSERT: the container with the part replaced. */
export interface AssignPart extends Typed {
  readonly kind: 'assign'
  readonly input: Expression
  readonly upper: readonly (Expression | null)[]
  readonly lower?: readonly (Expression | null)[]
  /** For composite values instead of subscripts. */
  readonly field?: number
  readonly value: Expression
}
/** x op ANY (array) / ALL (array); `procedure` is the operator's function. IN (list) of constants becomes this too. */
export interface ArrayComparison extends Typed {
  readonly kind: 'arrayComparison'
  readonly procedure: Oid
  readonly operator: Oid
  readonly quantifier: 'any' | 'all'
  readonly left: Expression
  readonly array: Expression
  readonly inputCollation: Oid
}
/** current_date, current_user, … (SQLValueFunction) */
export interface SqlValueFunction extends Typed {
  readonly kind: 'sqlValue'
  readonly name:
    | 'current_date'
    | 'current_time'
    | 'current_timestamp'
    | 'localtime'
    | 'localtimestamp'
    | 'current_user'
    | 'session_user'
    | 'user'
    | 'current_role'
    | 'current_catalog'
    | 'current_schema'
}
/**
 * A sub-query used as a value. Lives only between binder and the rule `hoist-subqueries`, which turns every one into
 * an ApplyNode (later a join where possible), so that no expression ever touches storage.
 *  scalar: its one column, null if no row, 21000 if several   exists: boolean   array: ARRAY(SELECT …)
 *  any/all: `test` compares a row of the sub-query, boolean expression over outer columns and the plan's output columns
 */
export interface Subquery extends Typed {
  readonly kind: 'subquery'
  readonly form: 'scalar' | 'exists' | 'array' | 'any' | 'all'
  readonly plan: PlanNode
  readonly test?: Expression
}
/** An aggregate call; stands only in AggregateNode.aggregates (the binder replaces it by a column reference elsewhere). */
export interface AggregateCall extends Typed {
  readonly kind: 'aggregate'
  readonly procedure: Oid
  /** Key of the function registry, 'sum(int4)'. */
  readonly signature: string
  /** Direct arguments of an ordered-set aggregate come first in `args`, counted by `directArguments`. */
  readonly args: readonly Expression[]
  readonly directArguments: number
  readonly distinct: boolean
  readonly orderBy: readonly SortKey[]
  readonly filter?: Expression
  readonly inputCollation: Oid
}
/** GROUPING(a, b): the bit mask; `groups` index AggregateNode.groups. Stands only above an AggregateNode as a column; the node computes it. */
export interface GroupingCall extends Typed {
  readonly kind: 'grouping'
  readonly groups: readonly number[]
}
/** A window function call; stands only in WindowNode.functions. Aggregates used as window functions have `aggregate` set. */
export interface WindowCall extends Typed {
  readonly kind: 'window'
  readonly procedure: Oid
  readonly signature: string
  readonly args: readonly Expression[]
  readonly filter?: Expression
  readonly isAggregate: boolean
  readonly inputCollation: Oid
}
/** DEFAULT as a value in VALUES / SET; replaced by the binder, never executed. */

export type Expression =
  | Constant
  | ColumnReference
  | Parameter
  | FunctionCall
  | Relabel
  | CoerceViaIo
  | ArrayCoerce
  | Placeholder
  | CoerceToDomain
  | And
  | Or
  | Not
  | NullTest
  | BooleanTest
  | DistinctTest
  | Case
  | Coalesce
  | NullIf
  | MinMax
  | ArrayConstructor
  | RowConstructor
  | RowCompare
  | FieldSelect
  | Subscript
  | AssignPart
  | ArrayComparison
  | SqlValueFunction
  | Subquery

export interface SortKey {
  readonly expression: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
  /** Intl.Collator locale; undefined = by code point. */
  readonly locale: string | undefined
}
