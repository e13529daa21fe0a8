/**
 * Expressions as written. One variant per construct of the grammar, so that the binder's `switch`
 * reads like the SQL reference. Operators and functions keep the names they were written with; the
 * grammar's abbreviations (`LIKE`, `EXTRACT(…)`, `AT TIME ZONE`) are already calls or operators,
 * as in PostgreSQL.
 */
import type { Located, QualifiedName, TypeName } from './common.ts'
import type { Query, SortItem, WindowDefinition } from './select.ts'
import type { JsonExpression } from './json.ts'

/** 42: fits int4. */
export interface IntegerLiteral extends Located {
  readonly kind: 'integer'
  readonly value: number
}
/**
 * 1.10, 1e5, 9999999999: the exact text. Without point or exponent it is an int8 when it fits,
 * else numeric.
 */
export interface NumberLiteral extends Located {
  readonly kind: 'number'
  readonly text: string
}
/** 'text': of type unknown until the binder knows better. */
export interface StringLiteral extends Located {
  readonly kind: 'string'
  readonly value: string
}
/** B'101' or X'1F'. */
export interface BitLiteral extends Located {
  readonly kind: 'bits'
  readonly base: 'binary' | 'hexadecimal'
  readonly digits: string
}
export interface BooleanLiteral extends Located {
  readonly kind: 'boolean'
  readonly value: boolean
}
export interface NullLiteral extends Located {
  readonly kind: 'null'
}

/** a, t.a, s.t.a, t.*, *: `parts` are the names before the star, if there is one. */
export interface ColumnReference extends Located {
  readonly kind: 'column'
  readonly parts: readonly string[]
  readonly star: boolean
}
/** $1: `number` from 1. */
export interface ParameterReference extends Located {
  readonly kind: 'parameter'
  readonly number: number
}

/** a + b, a OPERATOR(s.+) b */
export interface BinaryOperator extends Located {
  readonly kind: 'binary'
  readonly operator: QualifiedName
  readonly left: Expression
  readonly right: Expression
}
/** - a, @ a */
export interface UnaryOperator extends Located {
  readonly kind: 'unary'
  readonly operator: QualifiedName
  readonly operand: Expression
}
/** a = ANY (array), a < ALL (array); with a sub-query it is a SubqueryExpression. */
export interface QuantifiedComparison extends Located {
  readonly kind: 'quantified'
  readonly operator: QualifiedName
  readonly quantifier: 'any' | 'all'
  readonly left: Expression
  readonly array: Expression
}
/** a IS [NOT] DISTINCT FROM b */
export interface DistinctFrom extends Located {
  readonly kind: 'distinctFrom'
  readonly left: Expression
  readonly right: Expression
  readonly negated: boolean
}
/** NULLIF(a, b) */
export interface NullIf extends Located {
  readonly kind: 'nullIf'
  readonly left: Expression
  readonly right: Expression
}
/** a [NOT] IN (1, 2, …) */
export interface InList extends Located {
  readonly kind: 'inList'
  readonly operand: Expression
  readonly list: readonly Expression[]
  readonly negated: boolean
}
/**
 * a [NOT] LIKE / ILIKE / SIMILAR TO b. `operator` is what PostgreSQL runs: ~~, !~~, ~~*, !~~*, ~,
 * !~. With ESCAPE (and always for SIMILAR TO) `pattern` is a call of pg_catalog.like_escape /
 * similar_to_escape.
 */
export interface PatternMatch extends Located {
  readonly kind: 'patternMatch'
  readonly form: 'like' | 'ilike' | 'similar'
  readonly operator: '~~' | '!~~' | '~~*' | '!~~*' | '~' | '!~'
  readonly negated: boolean
  readonly operand: Expression
  readonly pattern: Expression
}
/** a [NOT] BETWEEN [SYMMETRIC] lower AND upper */
export interface Between extends Located {
  readonly kind: 'between'
  readonly operand: Expression
  readonly lower: Expression
  readonly upper: Expression
  readonly symmetric: boolean
  readonly negated: boolean
}
export interface And extends Located {
  readonly kind: 'and'
  readonly args: readonly Expression[]
}
export interface Or extends Located {
  readonly kind: 'or'
  readonly args: readonly Expression[]
}
export interface Not extends Located {
  readonly kind: 'not'
  readonly operand: Expression
}
/** a IS [NOT] NULL */
export interface NullTest extends Located {
  readonly kind: 'nullTest'
  readonly operand: Expression
  readonly negated: boolean
}
/** a IS [NOT] TRUE / FALSE / UNKNOWN */
export interface BooleanTest extends Located {
  readonly kind: 'booleanTest'
  readonly operand: Expression
  readonly test: 'true' | 'false' | 'unknown'
  readonly negated: boolean
}

/** f(a, b => 1, VARIADIC c), count(*), sum(DISTINCT a ORDER BY b) FILTER (WHERE c) OVER w, … */
export interface FunctionCall extends Located {
  readonly kind: 'call'
  readonly name: QualifiedName
  /**
   * NamedArgument entries come last. WITHIN GROUP's sort expressions are in `orderBy`, not here.
   */
  readonly args: readonly Expression[]
  /** count(*) */
  readonly star: boolean
  readonly distinct: boolean
  /** The last argument is written VARIADIC. */
  readonly variadic: boolean
  readonly orderBy: readonly SortItem[]
  readonly withinGroup: boolean
  readonly filter?: Expression | undefined
  readonly over?: WindowDefinition | undefined
  /**
   * Written in the standard's own syntax (EXTRACT, SUBSTRING … FROM, AT TIME ZONE): printed back
   * that way.
   */
  readonly sqlSyntax: boolean
}
/** name => value; only as an argument of a call. */
export interface NamedArgument extends Located {
  readonly kind: 'namedArgument'
  readonly name: string
  readonly value: Expression
}
/** CAST(a AS t), a::t, t 'literal' */
export interface TypeCast extends Located {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeName
}
/** a COLLATE "C" */
export interface Collate extends Located {
  readonly kind: 'collate'
  readonly operand: Expression
  readonly collation: QualifiedName
}
/** CASE [operand] WHEN … THEN … [ELSE …] END */
export interface Case extends Located {
  readonly kind: 'case'
  readonly operand?: Expression | undefined
  readonly branches: readonly CaseBranch[]
  readonly otherwise?: Expression | undefined
}
export interface CaseBranch extends Located {
  readonly when: Expression
  readonly then: Expression
}
export interface Coalesce extends Located {
  readonly kind: 'coalesce'
  readonly args: readonly Expression[]
}
export interface MinMax extends Located {
  readonly kind: 'minMax'
  readonly operation: 'greatest' | 'least'
  readonly args: readonly Expression[]
}
/** ROW(a, b), or (a, b) when not `explicit`. */
export interface Row extends Located {
  readonly kind: 'row'
  readonly fields: readonly Expression[]
  readonly explicit: boolean
}
/** ARRAY[a, b]; the inner brackets of ARRAY[[1],[2]] are of the same kind. */
export interface ArrayConstructor extends Located {
  readonly kind: 'array'
  readonly elements: readonly Expression[]
}
/** (a).b, a[1], a[2:3], (a).*: the steps in order. */
export interface Indirection extends Located {
  readonly kind: 'indirection'
  readonly operand: Expression
  readonly steps: readonly IndirectionStep[]
}
export type IndirectionStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'star' }
  | { readonly kind: 'index'; readonly index: Expression }
  | {
      readonly kind: 'slice'
      readonly lower?: Expression | undefined
      readonly upper?: Expression | undefined
    }

/**
 * A sub-query in an expression.
 *   scalar (SELECT …)   exists EXISTS (…)   array ARRAY(…)
 *   any / all: `test` operator ANY (…); `test IN (…)` is any with operator = and `isIn` set.
 */
export interface SubqueryExpression extends Located {
  readonly kind: 'subquery'
  readonly form: 'scalar' | 'exists' | 'array' | 'any' | 'all'
  readonly query: Query
  readonly test?: Expression | undefined
  readonly operator?: QualifiedName | undefined
  /** Written as IN; NOT IN is a Not around it. */
  readonly isIn: boolean
}
/** current_date, current_timestamp(3), session_user, … */
export interface SqlValueFunction extends Located {
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
  /** The fraction digits of current_time(n) and friends. */
  readonly precision?: number | undefined
}
/** GROUPING(a, b) */
export interface Grouping extends Located {
  readonly kind: 'grouping'
  readonly args: readonly Expression[]
}
/** WHERE CURRENT OF cursor */
export interface CurrentOf extends Located {
  readonly kind: 'currentOf'
  readonly cursor: string
}
/** DEFAULT as a value in VALUES and SET. */
export interface DefaultValue extends Located {
  readonly kind: 'default'
}
/** merge_action() in MERGE … RETURNING */
export interface MergeActionCall extends Located {
  readonly kind: 'mergeAction'
}

export type Expression =
  | IntegerLiteral
  | NumberLiteral
  | StringLiteral
  | BitLiteral
  | BooleanLiteral
  | NullLiteral
  | ColumnReference
  | ParameterReference
  | BinaryOperator
  | UnaryOperator
  | QuantifiedComparison
  | DistinctFrom
  | NullIf
  | InList
  | PatternMatch
  | Between
  | And
  | Or
  | Not
  | NullTest
  | BooleanTest
  | FunctionCall
  | NamedArgument
  | TypeCast
  | Collate
  | Case
  | Coalesce
  | MinMax
  | Row
  | ArrayConstructor
  | Indirection
  | SubqueryExpression
  | SqlValueFunction
  | Grouping
  | CurrentOf
  | DefaultValue
  | MergeActionCall
  | JsonExpression
