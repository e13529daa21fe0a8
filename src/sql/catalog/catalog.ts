/**
 * What the binder and planner know of the database: one immutable picture of the catalogs as of a transaction's
 * snapshot (plus its own DDL). `catalog-snapshot.ts` builds it from the built-in data and the user's catalog rows.
 */
import type { TreeId } from '../../storage/access.ts'
import type { ColumnKind } from '../../storage/vector.ts'

export type Oid = number & { readonly __brand: 'Oid' }

export interface TypeInfo {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  /** pg_type.typtype: base, composite, domain, enum, pseudo, range, multirange */
  readonly typeType: 'b' | 'c' | 'd' | 'e' | 'p' | 'r' | 'm'
  /** pg_type.typcategory, e.g. 'N' numeric, 'S' string, 'U' user, 'A' array */
  readonly category: string
  readonly isPreferred: boolean
  /** pg_type.typlen: -1 variable, -2 cstring */
  readonly length: number
  readonly delimiter: string
  /** Array types: the element's type (pg_type.typelem of a true array); 0 otherwise. */
  readonly elementType: Oid
  /** The array type over this type; 0 if none. */
  readonly arrayType: Oid
  /** Domains: the base type; 0 otherwise. */
  readonly baseType: Oid
  readonly typmod: number
  readonly notNull: boolean
  /** pg_type.typinput and typoutput by name, e.g. 'int4in': the keys of the I/O registry. */
  readonly input: string
  readonly output: string
  readonly collation: Oid
  /** How vectors of this type are stored (domains: their base type's kind). */
  readonly kind: ColumnKind
  /** Composite types: their relation; 0 otherwise. */
  readonly relation: Oid
  /** Enums: labels in sort order. An enum datum is the label's sort order (a float8, as in pg_enum.enumsortorder). */
  readonly labels?: readonly {
    readonly label: string
    readonly sortOrder: number
    readonly oid: Oid
  }[]
  /** Ranges: the subtype; multiranges: the range type. */
  readonly rangeSubtype?: Oid
  /** Ranges: the multirange type over it. */
  readonly multirange?: Oid
  /** Domains: their CHECK constraints as SQL text over VALUE. */
  readonly checks?: readonly { readonly name: string; readonly expression: string }[]
  /** Domains: DEFAULT as SQL text. */
  readonly defaultText?: string
  readonly owner: Oid
}

/** A row of pg_proc. */
export interface ProcInfo {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  /** f function, p procedure, a aggregate, w window */
  readonly kind: 'f' | 'p' | 'a' | 'w'
  readonly argumentTypes: readonly Oid[]
  readonly argumentNames: readonly string[]
  /** pg_proc.proargmodes over allArgumentTypes, when there are OUT/INOUT/TABLE/VARIADIC arguments. */
  readonly argumentModes?: readonly ('i' | 'o' | 'b' | 'v' | 't')[]
  readonly allArgumentTypes?: readonly Oid[]
  /** Number of trailing arguments with defaults, and those defaults as SQL text. */
  readonly defaults: readonly string[]
  /** Element type of a VARIADIC last argument; 0 otherwise. */
  readonly variadic: Oid
  readonly returnType: Oid
  readonly returnsSet: boolean
  readonly isStrict: boolean
  readonly volatility: 'i' | 's' | 'v'
  /** internal, c, sql, plpgsql */
  readonly language: string
  /** pg_proc.prosrc: for internal functions the C symbol ('int4pl'), the key of the function registry; else the body. */
  readonly source: string
  readonly owner: Oid
  /** Aggregates: pg_aggregate.aggkind (n normal, o ordered-set, h hypothetical) and number of direct arguments. */
  readonly aggregateKind?: 'n' | 'o' | 'h'
  readonly directArguments?: number
}

export interface OperatorInfo {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  /** 0 for a prefix operator. */
  readonly left: Oid
  readonly right: Oid
  readonly result: Oid
  readonly procedure: Oid
  readonly commutator: Oid
  readonly negator: Oid
  readonly canMerge: boolean
  readonly canHash: boolean
}

export interface CastInfo {
  readonly source: Oid
  readonly target: Oid
  /** 0: binary coercible or through I/O, see method. */
  readonly procedure: Oid
  /** e explicit, a assignment, i implicit */
  readonly context: 'e' | 'a' | 'i'
  /** f function, b binary coercible, i through input/output */
  readonly method: 'f' | 'b' | 'i'
}

export interface Column {
  /** pg_attribute.attnum, from 1. */
  readonly number: number
  readonly name: string
  readonly type: Oid
  readonly typmod: number
  readonly collation: Oid
  readonly notNull: boolean
  /** DEFAULT, or the generation expression, as SQL text. */
  readonly defaultText?: string
  readonly generated?: 's'
  readonly identity?: 'a' | 'd'
  /** Position in the table's tree. */
  readonly position: number
}

export interface IndexInfo {
  readonly oid: Oid
  readonly name: string
  readonly table: Oid
  readonly tree: TreeId
  readonly isUnique: boolean
  readonly isPrimary: boolean
  readonly nullsNotDistinct: boolean
  /** btree, hash, gin, gist …: all are kept as trees; only btree and hash serve look-ups. */
  readonly method: string
  /** Key parts: a table column number, or an expression as SQL text. */
  readonly keys: readonly {
    readonly column?: number
    readonly expression?: string
    readonly type: Oid
    readonly descending: boolean
    readonly nullsFirst: boolean
    readonly collation: Oid
  }[]
  /** INCLUDE columns (numbers); stored for the definition only. */
  readonly included: readonly number[]
  /** Partial index predicate as SQL text. */
  readonly predicate?: string
  /** The constraint this index enforces, if any. */
  readonly constraint?: string
  readonly deferrable: boolean
  /** The constraint as something that can be put off. */
  readonly deferral?: { readonly oid: Oid; readonly deferrable: true; readonly deferred: boolean }
}

export interface CheckConstraint {
  readonly oid: Oid
  readonly name: string
  readonly expression: string
  readonly validated: boolean
}

/** NO ACTION, RESTRICT, CASCADE, SET NULL, SET DEFAULT, as in pg_constraint. */
export type ForeignKeyAction = 'a' | 'r' | 'c' | 'n' | 'd'

export interface ForeignKey {
  readonly oid: Oid
  readonly name: string
  /** The referencing table and its column numbers. */
  readonly table: Oid
  readonly columns: readonly number[]
  readonly referencedTable: Oid
  readonly referencedColumns: readonly number[]
  /** The unique index on the referenced columns. */
  readonly referencedIndex: Oid
  readonly onUpdate: ForeignKeyAction
  readonly onDelete: ForeignKeyAction
  /** MATCH SIMPLE, FULL */
  readonly match: 's' | 'f'
  /** ON DELETE SET NULL (columns) */
  readonly deleteSetColumns: readonly number[]
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly validated: boolean
}

export interface Relation {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  /** r table, v view, m materialized view, i index, S sequence, c composite type, p partitioned, f foreign, t toast */
  readonly kind: 'r' | 'v' | 'm' | 'i' | 'S' | 'c' | 'p' | 'f' | 't'
  readonly owner: Oid
  /** Composite type of the relation's rows. */
  readonly rowType: Oid
  readonly isTemporary: boolean
  /** Live columns in attnum order (dropped ones are absent). */
  readonly columns: readonly Column[]
  /** Columns of the tree, dropped ones included. */
  readonly treeWidth: number
  /** Kinds of vector of the dropped ones, by position in the tree. */
  readonly droppedKinds?: ReadonlyMap<number, ColumnKind>
  /** Tables and materialized views with stored rows. */
  readonly tree?: TreeId
  /** System catalogs and views that are computed: the provider's name, see catalog/system-relations. */
  readonly system?: string
  readonly indexes: readonly IndexInfo[]
  readonly checks: readonly CheckConstraint[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Foreign keys of other tables (or this one) that point here. */
  readonly referencedBy: readonly ForeignKey[]
  /** Views: the query's SQL text, and the search path it was written under. */
  readonly viewText?: string
  readonly viewSearchPath?: readonly string[]
  readonly viewCheckOption?: 'local' | 'cascaded'
}

export interface SequenceInfo {
  readonly oid: Oid
  readonly name: string
  readonly schema: string
  readonly tree: TreeId
  readonly type: Oid
  readonly start: number | bigint
  readonly increment: number | bigint
  readonly minimum: number | bigint
  readonly maximum: number | bigint
  readonly cache: number | bigint
  readonly cycle: boolean
  /** The column that owns it (serial, identity). */
  readonly ownedBy?: { readonly table: Oid; readonly column: number }
  readonly owner: Oid
}

export interface Role {
  readonly oid: Oid
  readonly name: string
  readonly isSuperuser: boolean
  readonly canLogin: boolean
  readonly inherits: boolean
  readonly createRole: boolean
  readonly createDatabase: boolean
}

/** Names are looked up as PostgreSQL does: with a schema exactly there, without one along the search path. */
export interface Catalog {
  /** Changes whenever anything in the catalogs does: the key of plan caches. */
  readonly version: number
  hasSchema(name: string): boolean
  relation(oid: Oid): Relation | undefined
  findRelation(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): Relation | undefined
  sequence(oid: Oid): SequenceInfo | undefined
  type(oid: Oid): TypeInfo
  typeIfExists(oid: Oid): TypeInfo | undefined
  findType(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): TypeInfo | undefined
  proc(oid: Oid): ProcInfo | undefined
  /** All functions of that name that are visible (later schemas shadow nothing here: resolution decides). */
  functionsNamed(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): readonly ProcInfo[]
  operator(oid: Oid): OperatorInfo | undefined
  operatorsNamed(
    schema: string | undefined,
    name: string,
    searchPath: readonly string[],
  ): readonly OperatorInfo[]
  cast(source: Oid, target: Oid): CastInfo | undefined
  /** Oid of a collation by name; its provider locale for Intl.Collator, undefined = by code point. */
  findCollation(
    schema: string | undefined,
    name: string,
  ): { readonly oid: Oid; readonly locale: string | undefined } | undefined
  collationLocale(oid: Oid): string | undefined
  role(oid: Oid): Role | undefined
  findRole(name: string): Role | undefined
}
