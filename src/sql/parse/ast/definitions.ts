/**
 * CREATE and ALTER of everything but tables and functions: indexes, views, sequences, schemas,
 * types, policies…
 */
import type { Expression } from './expression.ts'
import type { IndexElement } from './modify.ts'
import type {
  Located,
  Option,
  QualifiedName,
  RelationName,
  RoleName,
  SequenceOption,
  TypeName,
} from './common.ts'
import type { Persistence, Query } from './select.ts'
import type { FunctionParameter } from './routine.ts'
import type { Statement } from './statement.ts'
import type { ColumnDefinition, DomainConstraint } from './table.ts'

export interface CreateIndexStatement extends Located {
  readonly kind: 'createIndex'
  readonly name?: string | undefined
  readonly table: RelationName
  /** ON ONLY table */
  readonly only: boolean
  readonly unique: boolean
  readonly concurrently: boolean
  readonly ifNotExists: boolean
  readonly nullsNotDistinct: boolean
  /** 'btree' when none is written. */
  readonly method: string
  readonly elements: readonly IndexElement[]
  readonly including: readonly string[]
  readonly where?: Expression | undefined
  readonly options: readonly Option[]
  readonly tablespace?: string | undefined
}

export interface CreateViewStatement extends Located {
  readonly kind: 'createView'
  readonly view: RelationName
  readonly persistence: Persistence
  readonly orReplace: boolean
  /**
   * Column names; empty: the query's. A RECURSIVE view is already a query over a recursive WITH.
   */
  readonly columns: readonly string[]
  readonly query: Query
  readonly checkOption: 'none' | 'local' | 'cascaded'
  readonly options: readonly Option[]
}
export interface RefreshMaterializedViewStatement extends Located {
  readonly kind: 'refreshMaterializedView'
  readonly relation: RelationName
  readonly concurrently: boolean
  readonly withoutData: boolean
}

export interface CreateSequenceStatement extends Located {
  readonly kind: 'createSequence'
  readonly sequence: RelationName
  readonly persistence: Persistence
  readonly ifNotExists: boolean
  readonly options: readonly SequenceOption[]
}
export interface AlterSequenceStatement extends Located {
  readonly kind: 'alterSequence'
  readonly sequence: RelationName
  readonly ifExists: boolean
  readonly options: readonly SequenceOption[]
}

export interface CreateSchemaStatement extends Located {
  readonly kind: 'createSchema'
  /** absent: the role's name. */
  readonly name?: string | undefined
  readonly owner?: RoleName | undefined
  readonly ifNotExists: boolean
  /** CREATE TABLE, VIEW, INDEX, SEQUENCE, TRIGGER and GRANT inside. */
  readonly elements: readonly Statement[]
}

export interface CreateCompositeTypeStatement extends Located {
  readonly kind: 'createCompositeType'
  readonly type: RelationName
  readonly attributes: readonly ColumnDefinition[]
}
export interface CreateEnumStatement extends Located {
  readonly kind: 'createEnum'
  readonly type: QualifiedName
  readonly labels: readonly string[]
}
export interface AlterEnumStatement extends Located {
  readonly kind: 'alterEnum'
  readonly type: QualifiedName
  /** RENAME VALUE old TO new has `oldLabel`; ADD VALUE does not. */
  readonly oldLabel?: string | undefined
  readonly newLabel: string
  readonly neighbor?: string | undefined
  readonly after: boolean
  readonly ifNotExists: boolean
}
export interface CreateRangeTypeStatement extends Located {
  readonly kind: 'createRangeType'
  readonly type: QualifiedName
  readonly options: readonly Option[]
}
export interface CreateDomainStatement extends Located {
  readonly kind: 'createDomain'
  readonly domain: QualifiedName
  readonly type: TypeName
  readonly collation?: QualifiedName | undefined
  readonly constraints: readonly DomainConstraint[]
}
export interface AlterDomainStatement extends Located {
  readonly kind: 'alterDomain'
  readonly domain: QualifiedName
  readonly action:
    | { readonly kind: 'setDefault'; readonly expression?: Expression | undefined }
    | { readonly kind: 'setNotNull' | 'dropNotNull' }
    | { readonly kind: 'addConstraint'; readonly constraint: DomainConstraint }
    | {
        readonly kind: 'dropConstraint'
        readonly name: string
        readonly ifExists: boolean
        readonly cascade: boolean
      }
    | { readonly kind: 'validateConstraint'; readonly name: string }
}
/**
 * CREATE AGGREGATE, OPERATOR, TYPE (base or shell), COLLATION, TEXT SEARCH … by a list of options.
 */
export interface DefineStatement extends Located {
  readonly kind: 'define'
  readonly objectType:
    | 'aggregate'
    | 'operator'
    | 'type'
    | 'collation'
    | 'textSearchConfiguration'
    | 'textSearchDictionary'
    | 'textSearchParser'
    | 'textSearchTemplate'
  readonly name: QualifiedName
  readonly ifNotExists: boolean
  readonly orReplace: boolean
  readonly options: readonly Option[]
  /**
   * Aggregates: the arguments; none for (*) and for the old style, which names them in `options`.
   */
  readonly parameters: readonly FunctionParameter[]
  /** Aggregates: how many of them come before ORDER BY; absent: not an ordered-set aggregate. */
  readonly directArguments?: number | undefined
}
export interface AlterTypeStatement extends Located {
  readonly kind: 'alterType'
  readonly type: QualifiedName
  readonly options: readonly Option[]
}

export interface CreateExtensionStatement extends Located {
  readonly kind: 'createExtension'
  readonly name: string
  readonly ifNotExists: boolean
  /** schema, new_version, cascade */
  readonly options: readonly Option[]
}
export interface AlterExtensionStatement extends Located {
  readonly kind: 'alterExtension'
  readonly name: string
  readonly options: readonly Option[]
}
export interface CreateDatabaseStatement extends Located {
  readonly kind: 'createDatabase'
  readonly name: string
  readonly options: readonly Option[]
}
export interface DropDatabaseStatement extends Located {
  readonly kind: 'dropDatabase'
  readonly name: string
  readonly ifExists: boolean
  readonly options: readonly Option[]
}
export interface AlterDatabaseStatement extends Located {
  readonly kind: 'alterDatabase'
  readonly name: string
  readonly options: readonly Option[]
}
export interface CreateStatisticsStatement extends Located {
  readonly kind: 'createStatistics'
  readonly name?: QualifiedName | undefined
  readonly ifNotExists: boolean
  readonly kinds: readonly string[]
  readonly expressions: readonly {
    readonly column?: string | undefined
    readonly expression?: Expression | undefined
  }[]
  readonly relation: RelationName
}
export interface CreateCastStatement extends Located {
  readonly kind: 'createCast'
  readonly source: TypeName
  readonly target: TypeName
  /** absent: WITHOUT FUNCTION or WITH INOUT */
  readonly function?:
    | { readonly name: QualifiedName; readonly args: readonly TypeName[] }
    | undefined
  readonly inout: boolean
  readonly context: 'implicit' | 'assignment' | 'explicit'
}

export interface CreatePolicyStatement extends Located {
  readonly kind: 'createPolicy'
  readonly name: string
  readonly table: RelationName
  readonly permissive: boolean
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete'
  readonly roles: readonly RoleName[]
  readonly using?: Expression | undefined
  readonly withCheck?: Expression | undefined
}
export interface AlterPolicyStatement extends Located {
  readonly kind: 'alterPolicy'
  readonly name: string
  readonly table: RelationName
  /** Empty: unchanged. */
  readonly roles: readonly RoleName[]
  readonly using?: Expression | undefined
  readonly withCheck?: Expression | undefined
}
export interface CreateRuleStatement extends Located {
  readonly kind: 'createRule'
  readonly name: string
  readonly relation: RelationName
  readonly orReplace: boolean
  readonly event: 'select' | 'insert' | 'update' | 'delete'
  readonly instead: boolean
  readonly where?: Expression | undefined
  readonly actions: readonly Statement[]
}
export type DefinitionStatement =
  | CreateIndexStatement
  | CreateViewStatement
  | RefreshMaterializedViewStatement
  | CreateSequenceStatement
  | AlterSequenceStatement
  | CreateSchemaStatement
  | CreateCompositeTypeStatement
  | CreateEnumStatement
  | AlterEnumStatement
  | CreateRangeTypeStatement
  | CreateDomainStatement
  | AlterDomainStatement
  | DefineStatement
  | AlterTypeStatement
  | CreateExtensionStatement
  | AlterExtensionStatement
  | CreateDatabaseStatement
  | DropDatabaseStatement
  | AlterDatabaseStatement
  | CreateStatisticsStatement
  | CreateCastStatement
  | CreatePolicyStatement
  | AlterPolicyStatement
  | CreateRuleStatement
