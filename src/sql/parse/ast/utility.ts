/** Statements about the session, transactions, cursors and maintenance, as written. */
import type { Expression } from './expression.ts'
import type { Located, Option, RelationName, TypeName } from './common.ts'
import type { SettingChange } from './routine.ts'
import type { Query } from './select.ts'
import type { Statement } from './statement.ts'

export interface TransactionStatement extends Located {
  readonly kind: 'transaction'
  readonly action:
    | 'begin'
    | 'start'
    | 'commit'
    | 'rollback'
    | 'savepoint'
    | 'release'
    | 'rollbackTo'
    | 'prepare'
    | 'commitPrepared'
    | 'rollbackPrepared'
  /** BEGIN's modes. */
  readonly modes: TransactionModes
  readonly savepoint?: string | undefined
  /** The name in PREPARE TRANSACTION and its companions. */
  readonly globalId?: string | undefined
  /** COMMIT AND CHAIN */
  readonly chain: boolean
}
export interface TransactionModes {
  readonly isolation?:
    | 'serializable'
    | 'repeatable read'
    | 'read committed'
    | 'read uncommitted'
    | undefined
  readonly readOnly?: boolean | undefined
  readonly deferrable?: boolean | undefined
}
/** SET [LOCAL], RESET; SET TRANSACTION and SET SESSION CHARACTERISTICS are `setTransaction`. */
export interface SetStatement extends Located {
  readonly kind: 'set'
  readonly isLocal: boolean
  readonly setting: SettingChange
}
export interface SetTransactionStatement extends Located {
  readonly kind: 'setTransaction'
  readonly scope: 'transaction' | 'session'
  readonly modes: TransactionModes
  /** SET TRANSACTION SNAPSHOT 'id' */
  readonly snapshot?: string | undefined
}
export interface ShowStatement extends Located {
  readonly kind: 'show'
  /** 'all' for SHOW ALL. */
  readonly name: string
}
export interface SetConstraintsStatement extends Located {
  readonly kind: 'setConstraints'
  /** Empty: ALL */
  readonly constraints: readonly RelationName[]
  readonly deferred: boolean
}
export interface ExplainStatement extends Located {
  readonly kind: 'explain'
  readonly options: readonly Option[]
  readonly statement: Statement
}
export interface CopyStatement extends Located {
  readonly kind: 'copy'
  readonly relation?: RelationName | undefined
  readonly query?: Statement | undefined
  readonly columns: readonly string[]
  readonly direction: 'from' | 'to'
  readonly isProgram: boolean
  /** absent: STDIN / STDOUT */
  readonly filename?: string | undefined
  readonly options: readonly Option[]
  readonly where?: Expression | undefined
}
export interface PrepareStatement extends Located {
  readonly kind: 'prepare'
  readonly name: string
  readonly argumentTypes: readonly TypeName[]
  readonly statement: Statement
}
export interface ExecuteStatement extends Located {
  readonly kind: 'execute'
  readonly name: string
  readonly args: readonly Expression[]
}
export interface DeallocateStatement extends Located {
  readonly kind: 'deallocate'
  /** absent: ALL */
  readonly name?: string | undefined
}
export interface DeclareCursorStatement extends Located {
  readonly kind: 'declareCursor'
  readonly name: string
  readonly query: Query
  readonly binary: boolean
  /** absent: neither SCROLL nor NO SCROLL */
  readonly scroll?: boolean | undefined
  readonly hold: boolean
  readonly sensitivity: 'default' | 'insensitive' | 'asensitive'
}
export interface FetchStatement extends Located {
  readonly kind: 'fetch'
  readonly cursor: string
  readonly isMove: boolean
  readonly direction: 'forward' | 'backward' | 'absolute' | 'relative'
  /** absent: ALL */
  readonly count?: number | undefined
}
export interface CloseCursorStatement extends Located {
  readonly kind: 'closeCursor'
  /** absent: ALL */
  readonly name?: string | undefined
}
export interface ListenStatement extends Located {
  readonly kind: 'listen'
  readonly channel: string
}
export interface UnlistenStatement extends Located {
  readonly kind: 'unlisten'
  /** absent: * */
  readonly channel?: string | undefined
}
export interface NotifyStatement extends Located {
  readonly kind: 'notify'
  readonly channel: string
  readonly payload?: string | undefined
}
export interface DiscardStatement extends Located {
  readonly kind: 'discard'
  readonly target: 'all' | 'plans' | 'sequences' | 'temp'
}
export interface LockStatement extends Located {
  readonly kind: 'lock'
  readonly relations: readonly RelationName[]
  readonly mode:
    | 'access share'
    | 'row share'
    | 'row exclusive'
    | 'share update exclusive'
    | 'share'
    | 'share row exclusive'
    | 'exclusive'
    | 'access exclusive'
  readonly nowait: boolean
}
export interface TruncateStatement extends Located {
  readonly kind: 'truncate'
  readonly relations: readonly RelationName[]
  readonly restartIdentity: boolean
  readonly cascade: boolean
}
/** VACUUM and ANALYZE */
export interface VacuumStatement extends Located {
  readonly kind: 'vacuum'
  readonly command: 'vacuum' | 'analyze'
  readonly options: readonly Option[]
  readonly relations: readonly {
    readonly relation: RelationName
    readonly columns: readonly string[]
  }[]
}
export interface ReindexStatement extends Located {
  readonly kind: 'reindex'
  readonly target: 'index' | 'table' | 'schema' | 'system' | 'database'
  readonly relation?: RelationName | undefined
  readonly name?: string | undefined
  readonly options: readonly Option[]
}
export interface ClusterStatement extends Located {
  readonly kind: 'cluster'
  readonly relation?: RelationName | undefined
  readonly index?: string | undefined
  readonly options: readonly Option[]
}
export interface CheckpointStatement extends Located {
  readonly kind: 'checkpoint'
}
export interface LoadStatement extends Located {
  readonly kind: 'load'
  readonly filename: string
}

export type UtilityStatement =
  | TransactionStatement
  | SetStatement
  | SetTransactionStatement
  | ShowStatement
  | SetConstraintsStatement
  | ExplainStatement
  | CopyStatement
  | PrepareStatement
  | ExecuteStatement
  | DeallocateStatement
  | DeclareCursorStatement
  | FetchStatement
  | CloseCursorStatement
  | ListenStatement
  | UnlistenStatement
  | NotifyStatement
  | DiscardStatement
  | LockStatement
  | TruncateStatement
  | VacuumStatement
  | ReindexStatement
  | ClusterStatement
  | CheckpointStatement
  | LoadStatement
