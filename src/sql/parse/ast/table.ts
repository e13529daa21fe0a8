/** CREATE TABLE, ALTER TABLE and constraints as written. */
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
import type { IntoTarget, OnCommit, Persistence, Query } from './select.ts'
import type { ExecuteStatement } from './utility.ts'

export interface CreateTableStatement extends Located {
  readonly kind: 'createTable'
  readonly relation: RelationName
  readonly persistence: Persistence
  readonly ifNotExists: boolean
  readonly elements: readonly TableElement[]
  readonly inherits: readonly RelationName[]
  /** PARTITION OF parent: the parent is the only entry of `inherits`. */
  readonly partitionBound?: PartitionBound | undefined
  readonly partitionBy?: PartitionBy | undefined
  /** OF type */
  readonly ofType?: TypeName | undefined
  readonly options: readonly Option[]
  readonly onCommit: OnCommit
  readonly tablespace?: string | undefined
  readonly accessMethod?: string | undefined
}
export type TableElement = ColumnDefinition | TableConstraint | LikeClause

export interface ColumnDefinition extends Located {
  readonly kind: 'column'
  readonly name: string
  /** absent in PARTITION OF and OF type, where a column only adds constraints. */
  readonly type?: TypeName | undefined
  readonly collation?: QualifiedName | undefined
  readonly constraints: readonly ColumnConstraint[]
  readonly storage?: string | undefined
  readonly compression?: string | undefined
}
/** LIKE source INCLUDING …: the set that is included in the end. */
export interface LikeClause extends Located {
  readonly kind: 'like'
  readonly relation: RelationName
  readonly including: readonly LikeOption[]
}
export type LikeOption =
  | 'comments'
  | 'compression'
  | 'constraints'
  | 'defaults'
  | 'generated'
  | 'identity'
  | 'indexes'
  | 'statistics'
  | 'storage'

interface ConstraintCommon extends Located {
  readonly name?: string | undefined
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
  /** NOT VALID */
  readonly notValid: boolean
}
export interface NotNullConstraint extends ConstraintCommon {
  readonly kind: 'notNull'
  readonly noInherit: boolean
}
export interface NullConstraint extends ConstraintCommon {
  readonly kind: 'null'
}
export interface DefaultConstraint extends ConstraintCommon {
  readonly kind: 'default'
  readonly expression: Expression
}
export interface IdentityConstraint extends ConstraintCommon {
  readonly kind: 'identity'
  readonly generated: 'always' | 'byDefault'
  readonly options: readonly SequenceOption[]
}
/** GENERATED ALWAYS AS (…) STORED */
export interface GeneratedConstraint extends ConstraintCommon {
  readonly kind: 'generated'
  readonly expression: Expression
}
export interface CheckConstraint extends ConstraintCommon {
  readonly kind: 'check'
  readonly expression: Expression
  readonly noInherit: boolean
}
export interface KeyConstraint extends ConstraintCommon {
  readonly kind: 'primaryKey' | 'unique'
  /** Empty for a column constraint. */
  readonly columns: readonly string[]
  readonly including: readonly string[]
  readonly nullsNotDistinct: boolean
  /** USING INDEX name */
  readonly usingIndex?: string | undefined
  readonly options: readonly Option[]
  readonly tablespace?: string | undefined
}
export interface ExclusionConstraint extends ConstraintCommon {
  readonly kind: 'exclusion'
  readonly accessMethod: string
  readonly elements: readonly { readonly element: IndexElement; readonly operator: QualifiedName }[]
  readonly including: readonly string[]
  readonly where?: Expression | undefined
  readonly options: readonly Option[]
  readonly tablespace?: string | undefined
}
export type ForeignKeyActionName = 'noAction' | 'restrict' | 'cascade' | 'setNull' | 'setDefault'
export interface ForeignKeyConstraint extends ConstraintCommon {
  readonly kind: 'foreignKey'
  /** Empty for a column constraint. */
  readonly columns: readonly string[]
  readonly referenced: RelationName
  /** Empty: the primary key. */
  readonly referencedColumns: readonly string[]
  readonly match: 'simple' | 'full' | 'partial'
  readonly onUpdate: ForeignKeyActionName
  readonly onDelete: ForeignKeyActionName
  /** ON DELETE SET NULL (columns) */
  readonly onDeleteColumns: readonly string[]
}
export type ColumnConstraint =
  | NotNullConstraint
  | NullConstraint
  | DefaultConstraint
  | IdentityConstraint
  | GeneratedConstraint
  | CheckConstraint
  | KeyConstraint
  | ForeignKeyConstraint
export type TableConstraint =
  | CheckConstraint
  | KeyConstraint
  | ExclusionConstraint
  | ForeignKeyConstraint
/** ALTER DOMAIN … ADD and CREATE DOMAIN */
export type DomainConstraint =
  | NotNullConstraint
  | NullConstraint
  | DefaultConstraint
  | CheckConstraint

export interface PartitionBy extends Located {
  readonly strategy: 'list' | 'range' | 'hash'
  readonly keys: readonly (Located & {
    readonly column?: string | undefined
    readonly expression?: Expression | undefined
    readonly collation?: QualifiedName | undefined
    readonly operatorClass?: QualifiedName | undefined
  })[]
}
export type PartitionBound = Located &
  (
    | { readonly kind: 'default' }
    | { readonly kind: 'list'; readonly values: readonly Expression[] }
    /** MINVALUE and MAXVALUE are unqualified column references of that name, as in PostgreSQL. */
    | {
        readonly kind: 'range'
        readonly lower: readonly Expression[]
        readonly upper: readonly Expression[]
      }
    | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  )

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW */
export interface CreateTableAsStatement extends Located {
  readonly kind: 'createTableAs'
  readonly objectType: 'table' | 'materializedView'
  readonly into: IntoTarget
  readonly query: Query | ExecuteStatement
  readonly ifNotExists: boolean
  /** WITH NO DATA */
  readonly withoutData: boolean
}

export interface AlterTableStatement extends Located {
  readonly kind: 'alterTable'
  readonly objectType:
    | 'table'
    | 'index'
    | 'view'
    | 'materializedView'
    | 'sequence'
    | 'foreignTable'
    | 'type'
  readonly relation: RelationName
  readonly only: boolean
  readonly ifExists: boolean
  readonly actions: readonly AlterTableAction[]
}
export type AlterTableAction =
  /** ADD COLUMN, and ADD ATTRIBUTE of a composite type */
  | {
      readonly kind: 'addColumn'
      readonly column: ColumnDefinition
      readonly ifNotExists: boolean
      readonly cascade: boolean
    }
  | {
      readonly kind: 'dropColumn'
      readonly column: string
      readonly ifExists: boolean
      readonly cascade: boolean
    }
  /** absent expression: DROP DEFAULT */
  | {
      readonly kind: 'setDefault'
      readonly column: string
      readonly expression?: Expression | undefined
    }
  | { readonly kind: 'setNotNull' | 'dropNotNull'; readonly column: string }
  | {
      readonly kind: 'alterType'
      readonly column: string
      readonly type: TypeName
      readonly collation?: QualifiedName | undefined
      readonly using?: Expression | undefined
      readonly cascade: boolean
      readonly position?: number | undefined
    }
  | {
      readonly kind: 'setGeneratedExpression'
      readonly column: string
      readonly expression: Expression
    }
  | {
      readonly kind: 'dropGeneratedExpression'
      readonly column: string
      readonly ifExists: boolean
    }
  | {
      readonly kind: 'addIdentity'
      readonly column: string
      readonly generated: 'always' | 'byDefault'
      readonly options: readonly SequenceOption[]
    }
  | {
      readonly kind: 'setIdentity'
      readonly column: string
      readonly generated?: 'always' | 'byDefault' | undefined
      readonly options: readonly SequenceOption[]
    }
  | { readonly kind: 'dropIdentity'; readonly column: string; readonly ifExists: boolean }
  /** By column name, or by number for index expressions; -1 is the default target. */
  | {
      readonly kind: 'setStatistics'
      readonly column?: string | undefined
      readonly number?: number | undefined
      readonly target: number
    }
  | {
      readonly kind: 'setColumnOptions' | 'resetColumnOptions'
      readonly column: string
      readonly options: readonly Option[]
    }
  | {
      readonly kind: 'setStorage' | 'setCompression'
      readonly column: string
      readonly method: string
    }
  | { readonly kind: 'addConstraint'; readonly constraint: TableConstraint }
  | {
      readonly kind: 'alterConstraint'
      readonly name: string
      readonly deferrable: boolean
      readonly initiallyDeferred: boolean
    }
  | { readonly kind: 'validateConstraint'; readonly name: string }
  | {
      readonly kind: 'dropConstraint'
      readonly name: string
      readonly ifExists: boolean
      readonly cascade: boolean
    }
  | { readonly kind: 'changeOwner'; readonly owner: RoleName }
  | { readonly kind: 'clusterOn'; readonly index: string }
  | { readonly kind: 'dropCluster' | 'setLogged' | 'setUnlogged' | 'dropOids' }
  | { readonly kind: 'setAccessMethod'; readonly method?: string | undefined }
  | { readonly kind: 'setTablespace'; readonly tablespace: string }
  | {
      readonly kind: 'setOptions' | 'resetOptions' | 'genericOptions'
      readonly options: readonly Option[]
    }
  | {
      readonly kind: 'trigger' | 'rule'
      readonly change: 'enable' | 'enableAlways' | 'enableReplica' | 'disable'
      /** 'all' and 'user' (triggers only) leave `name` out. */
      readonly scope: 'named' | 'all' | 'user'
      readonly name?: string | undefined
    }
  | { readonly kind: 'inherit' | 'noInherit'; readonly parent: RelationName }
  | { readonly kind: 'ofType'; readonly type: TypeName }
  | { readonly kind: 'notOf' }
  | {
      readonly kind: 'replicaIdentity'
      readonly identity: 'default' | 'full' | 'nothing' | 'index'
      readonly index?: string | undefined
    }
  | { readonly kind: 'rowSecurity'; readonly change: 'enable' | 'disable' | 'force' | 'noForce' }
  | {
      readonly kind: 'attachPartition'
      readonly partition: RelationName
      readonly bound?: PartitionBound | undefined
    }
  | {
      readonly kind: 'detachPartition'
      readonly partition: RelationName
      readonly concurrently: boolean
      readonly finalize: boolean
    }
