/** How DROP, COMMENT, ALTER … RENAME / OWNER / SCHEMA and GRANT name the thing they act on. */
import type { Located, QualifiedName, RelationName, RoleName, TypeName } from './common.ts'
import type { RoutineReference } from './routine.ts'

export type RelationObjectType =
  | 'table'
  | 'index'
  | 'sequence'
  | 'view'
  | 'materializedView'
  | 'foreignTable'
/** Objects with a [schema.]name. */
export type QualifiedObjectType =
  | 'collation'
  | 'conversion'
  | 'statistics'
  | 'textSearchConfiguration'
  | 'textSearchDictionary'
  | 'textSearchParser'
  | 'textSearchTemplate'
/** Objects with a bare name. */
export type PlainObjectType =
  | 'schema'
  | 'database'
  | 'role'
  | 'extension'
  | 'language'
  | 'tablespace'
  | 'accessMethod'
  | 'eventTrigger'
  | 'publication'
  | 'subscription'
  | 'foreignServer'
  | 'foreignDataWrapper'
  | 'parameter'
export type RoutineObjectType = 'function' | 'procedure' | 'routine' | 'aggregate'

export type ObjectReference =
  | { readonly kind: 'relation'; readonly type: RelationObjectType; readonly name: RelationName }
  | { readonly kind: 'qualified'; readonly type: QualifiedObjectType; readonly name: QualifiedName }
  | { readonly kind: 'plain'; readonly type: PlainObjectType; readonly name: string }
  | { readonly kind: 'type'; readonly type: 'type' | 'domain'; readonly name: TypeName }
  | { readonly kind: 'routine'; readonly type: RoutineObjectType; readonly name: RoutineReference }
  /** Parts of a table (a view, or a composite type for 'attribute'). */
  | {
      readonly kind: 'part'
      readonly type: 'column' | 'attribute' | 'constraint' | 'trigger' | 'rule' | 'policy'
      readonly relation: RelationName
      readonly name: string
    }
  | {
      readonly kind: 'domainConstraint'
      readonly type: 'domainConstraint'
      readonly domain: TypeName
      readonly name: string
    }
  /** absent `left`: a prefix operator. */
  | {
      readonly kind: 'operator'
      readonly type: 'operator'
      readonly name: QualifiedName
      readonly left?: TypeName | undefined
      readonly right?: TypeName | undefined
    }
  | {
      readonly kind: 'operatorClass'
      readonly type: 'operatorClass' | 'operatorFamily'
      readonly name: QualifiedName
      readonly accessMethod: string
    }
  | {
      readonly kind: 'cast'
      readonly type: 'cast'
      readonly source: TypeName
      readonly target: TypeName
    }
  | {
      readonly kind: 'transform'
      readonly type: 'transform'
      readonly name: TypeName
      readonly language: string
    }
  | { readonly kind: 'largeObject'; readonly type: 'largeObject'; readonly oid: string }
export type ObjectType = ObjectReference['type']

export interface DropStatement extends Located {
  readonly kind: 'drop'
  readonly objectType: ObjectType
  readonly objects: readonly ObjectReference[]
  readonly ifExists: boolean
  readonly cascade: boolean
  readonly concurrently: boolean
}
export interface CommentStatement extends Located {
  readonly kind: 'comment'
  readonly object: ObjectReference
  /** absent: IS NULL */
  readonly text?: string | undefined
}
export interface RenameStatement extends Located {
  readonly kind: 'rename'
  readonly object: ObjectReference
  readonly newName: string
  readonly ifExists: boolean
  readonly cascade: boolean
  /**
   * What the statement called the relation that holds the column, constraint or attribute: ALTER
   * VIEW v RENAME COLUMN …
   */
  readonly relationType?: RelationObjectType | 'type' | undefined
}
export interface AlterOwnerStatement extends Located {
  readonly kind: 'alterOwner'
  readonly object: ObjectReference
  readonly owner: RoleName
}
export interface AlterSchemaStatement extends Located {
  readonly kind: 'alterSchema'
  readonly object: ObjectReference
  readonly newSchema: string
  readonly ifExists: boolean
}
export type ObjectStatement =
  | DropStatement
  | CommentStatement
  | RenameStatement
  | AlterOwnerStatement
  | AlterSchemaStatement
