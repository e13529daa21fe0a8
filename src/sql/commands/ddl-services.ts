/**
 * What DDL needs of the binder and the executor. The session injects it, so that commands depend on neither: an
 * expression comes in as syntax and goes into the catalogs as canonical SQL text.
 */
import type { BatchStream, Task } from '../../storage/task.ts'
import type { Batch, Datum, Vector } from '../../storage/vector.ts'
import type { ForeignKey, Oid } from '../catalog/catalog.ts'
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.ts'
import type { TypeName } from '../parse/ast/common.ts'
import type { Expression } from '../parse/ast/expression.ts'
import type { Query } from '../parse/ast/select.ts'
import type { SettingChange } from '../parse/ast/routine.ts'
import type { ExecuteStatement } from '../parse/ast/utility.ts'
import type { DatabaseDirectory } from './database/database-directory.ts'

export interface ResolvedType {
  readonly type: Oid
  /** -1 when there is none. */
  readonly typmod: number
}

/** All but RESET ALL. */
export type NamedSettingChange = Exclude<SettingChange, { kind: 'resetAll' }>

/** A column that an expression may refer to. */
export interface ScopeColumn {
  /** pg_attribute.attnum */
  readonly number: number
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  /** Where it stands in the batches that `evaluator` is given. */
  readonly position: number
  /** Generated columns may not be used in generation expressions. */
  readonly isGenerated: boolean
}

/** What the expression is for: decides which constructs are allowed, and how the errors read. */
export type ExpressionPurpose =
  | 'default'
  | 'generated'
  | 'check'
  | 'domainCheck'
  | 'indexExpression'
  | 'indexPredicate'
  | 'alterUsing'

export interface ExpressionScope {
  readonly catalog: CatalogSnapshot
  readonly purpose: ExpressionPurpose
  /** absent: no columns (defaults). */
  readonly relationName?: string
  readonly columns: readonly ScopeColumn[]
  /** Domain checks: the type of VALUE. */
  readonly valueType?: { readonly type: Oid; readonly typmod: number; readonly collation: Oid }
  /** The result is coerced to this type by assignment; 42804 when that is impossible. */
  readonly target?: { readonly type: Oid; readonly typmod: number; readonly columnName: string }
}

/** An object that an expression or a query refers to. */
export interface ObjectAddress {
  /** OID of the catalog that holds it: 1259 pg_class, 1255 pg_proc, 1247 pg_type … */
  readonly classId: number
  readonly objectId: Oid
  /** A column of a relation; 0 = the whole object. */
  readonly subId: number
}

export interface AnalyzedExpression {
  /** As PostgreSQL's pg_get_expr() prints it: `(a > 0)`, `'x'::text`, `nextval('s'::regclass)`. */
  readonly text: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  /** No function in it is less than immutable. */
  readonly isImmutable: boolean
  /** Numbers of the scope's columns that it uses. */
  readonly columns: readonly number[]
  /** Other objects that it needs. */
  readonly references: readonly ObjectAddress[]
}

export interface QueryColumn {
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
}

export interface AnalyzedQuery {
  /** As PostgreSQL's pg_get_viewdef() prints it, or at least SQL of the same meaning. */
  readonly text: string
  readonly columns: readonly QueryColumn[]
  readonly references: readonly ObjectAddress[]
}

/** Computes expressions over rows of a table: for rewrites, index builds and constraint validation. */
export type RowEvaluator = (rows: Batch) => readonly Vector[]

/** A key of the referencing columns as the referenced ones have it; undefined where they cannot. */
export type KeyFinder = (values: readonly (Datum | null)[]) => readonly (Datum | null)[] | undefined

export interface DdlServices {
  /** For keys between columns of different types. */
  keyFinder(key: ForeignKey, catalog: CatalogSnapshot): KeyFinder
  /** A type as written; 42704 when there is none of that name. */
  resolveTypeName(name: TypeName, catalog: CatalogSnapshot): ResolvedType
  analyzeExpression(expression: Expression | string, scope: ExpressionScope): AnalyzedExpression
  /** `expressions` are SQL text (as in `AnalyzedExpression.text`) or syntax, over batches of whole rows. */
  evaluator(expressions: readonly (Expression | string)[], scope: ExpressionScope): RowEvaluator
  analyzeQuery(query: Query | ExecuteStatement, catalog: CatalogSnapshot): AnalyzedQuery
  /** Runs a query: CREATE TABLE AS, REFRESH MATERIALIZED VIEW. Columns as `analyzeQuery` says. */
  runQuery(
    query: Query | ExecuteStatement | string,
    catalog: CatalogSnapshot,
    searchPath: readonly string[],
  ): BatchStream
  /** Whether the library has a function of this C symbol: what LANGUAGE internal names. */
  hasInternalFunction(symbol: string): boolean
  /** Raises what is wrong with the body of an SQL function. */
  checkFunctionBody(procedure: Oid, catalog: CatalogSnapshot): void
  /** A setting as ALTER ROLE … SET keeps it, checked; without value: it is reset. */
  readSetting(change: NamedSettingChange): {
    readonly name: string
    readonly value: string | undefined
  }
  /** What the branch does for CREATE and DROP DATABASE. */
  readonly databases: DatabaseDirectory
  /** The SCRAM-SHA-256 secret that a password is checked against. */
  passwordSecret(password: string): Task<string>
  /** One value as text, for messages such as `Key (a)=(1) is duplicated.` */
  formatValue(type: Oid, value: unknown, catalog: CatalogSnapshot): string
}
