/**
 * The parts that statements of every family share: names, type names, options. Names are as
 * written in SQL: not looked up, but already folded to lower case (or kept, when quoted) and cut
 * to 63 bytes. Everything in `ast/` is what the parser hands to the binder and to DDL commands:
 * plain, immutable data in which defaults are filled in and nothing is resolved.
 */
import type { Expression } from './expression.ts'

export interface Located {
  /** 1-based, in characters of the text given to parse(). */
  readonly position?: number | undefined
}

/** Name of a function, type, collation, operator, index, constraint…: [schema.]name. */
export interface QualifiedName {
  /** As written in front of the schema: the current database, or an error. */
  readonly database?: string | undefined
  readonly schema?: string | undefined
  readonly name: string
}

/** Name of a table-like object: [catalog.][schema.]name. */
export interface RelationName extends QualifiedName, Located {
  readonly catalog?: string | undefined
}

export interface RoleName extends Located {
  readonly kind: 'named' | 'currentRole' | 'currentUser' | 'sessionUser' | 'public'
  /** '' unless `kind` is 'named'. */
  readonly name: string
}

/**
 * A type as written. Keywords arrive under their catalog names: `integer` is pg_catalog.int4,
 * `char` is pg_catalog.bpchar with typmod 1, `serial` is the plain name serial.
 */
export interface TypeName extends QualifiedName, Located {
  /**
   * numeric(10,2): the literals 10 and 2. interval's first one is its field mask, as in
   * PostgreSQL.
   */
  readonly typmods: readonly Expression[]
  /** One entry per dimension, -1 where no size is given. PostgreSQL ignores the sizes. */
  readonly arrayDimensions: readonly number[]
  readonly setof: boolean
  /** tab.col%TYPE: `path` is [schema.]table.column, and `name` its last part. */
  readonly columnType?: readonly string[] | undefined
}

/**
 * Generic options: WITH (fillfactor = 70), COPY … (FORMAT csv), roles' and databases' options, …
 */
export type OptionValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number }
  /** A float or an integer beyond int4, exact. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Bare words in definitions (TYPE = float8, PARALLEL = safe) parse as type names. */
  | { readonly kind: 'type'; readonly type: TypeName }
  | { readonly kind: 'role'; readonly role: RoleName }
  | { readonly kind: 'star' }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] }
  | { readonly kind: 'option'; readonly option: Option }

export interface Option extends Located {
  readonly namespace?: string | undefined
  readonly name: string
  /** absent: the bare name was written. */
  readonly value?: OptionValue | undefined
  /** ALTER … OPTIONS (ADD | SET | DROP name …) */
  readonly action: 'none' | 'set' | 'add' | 'drop'
}

/**
 * Options of CREATE / ALTER SEQUENCE and of identity columns. Values are exact integers as text.
 */
export type SequenceOption = Located &
  (
    | { readonly kind: 'as'; readonly type: TypeName }
    | { readonly kind: 'start' | 'increment' | 'cache'; readonly value: string }
    /** RESTART without a value: back to the start. NO MINVALUE: no value. */
    | { readonly kind: 'restart' | 'minValue' | 'maxValue'; readonly value?: string | undefined }
    | { readonly kind: 'cycle'; readonly cycle: boolean }
    /** OWNED BY table.column; absent = OWNED BY NONE */
    | { readonly kind: 'ownedBy'; readonly column?: OwnedColumn | undefined }
    | { readonly kind: 'sequenceName'; readonly name: QualifiedName }
    | { readonly kind: 'logged'; readonly logged: boolean }
  )
export interface OwnedColumn {
  readonly table: QualifiedName
  readonly column: string
}
