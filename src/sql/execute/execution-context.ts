/**
 * One run of a prepared plan: everything that changes between executions of the same compiled operators and kernels.
 * Kernels and operators hold no run-time state of their own beyond caches of pure values, so a cached plan may be run
 * many times, also interleaved.
 */
import type { TransactionAccess, TreeId } from '../../storage/access.ts'
import type { BatchStream, Task } from '../../storage/task.ts'
import type { Datum } from '../../storage/vector.ts'
import type { Catalog, Column, Oid, Relation } from '../catalog/catalog.ts'
import type { CallContext, FunctionLibrary } from '../functions/registry.ts'
import type { TransactionLocks } from '../lock/transaction-locks.ts'
import type { ColumnId, Expression } from '../plan/expression.ts'
import type { TableRules } from '../plan/plan-node.ts'
import type { TypeIo } from '../types/type-io.ts'
import type { EvaluationSession } from './evaluation-session.ts'
import { MemoryBudget } from './memory/memory-budget.ts'
import type { DeferredConstraints } from './operators/modify/deferred/deferred-constraints.ts'
import type { DatumCodec, SpillStore } from './memory/spill-store.ts'

/** What compiling needs; a plan is good as long as `catalog.version` stands. */
export interface ExecutorEnvironment {
  readonly catalog: Catalog
  readonly functions: FunctionLibrary
  readonly io: TypeIo
}

/** Rows of computed relations: batches with one column per attribute, in attribute order. */
export interface SystemRelationProvider {
  scan(relation: Relation, context: ExecutionContext): BatchStream
}

/** Rows that several readers share: a CTE, or the working table of a recursive one. */
export interface SharedRows {
  read(): BatchStream
}

export interface ExecutionOptions {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  readonly access: TransactionAccess
  /** Without it the statement is alone on the branch. */
  readonly locks?: TransactionLocks | undefined
  /** Without it every constraint is checked at once. */
  readonly deferred?: DeferredConstraints | undefined
  readonly parameters?: readonly (Datum | null)[]
  readonly memory?: MemoryBudget
  readonly spill?: SpillStore
  readonly datumCodec?: DatumCodec
  readonly systemRelations?: SystemRelationProvider
  /** Binds the rules of a table that a foreign key's action reaches: its checks and indexes are SQL text in the catalog. */
  readonly tableRules?: (relation: Relation) => TableRules
  /** The same for a column's default, for ON DELETE SET DEFAULT. */
  readonly columnDefault?: (relation: Relation, column: Column) => Expression | undefined
  /** The same for a cast, for foreign keys between columns of different types. undefined where there is none. */
  readonly coercion?: (request: CoercionRequest) => Expression | undefined
}

export interface CoercionRequest {
  readonly input: Expression
  readonly target: { readonly type: Oid; readonly typmod: number }
  readonly how: 'implicit' | 'assignment'
}

/** Work between two pauses, in rows of a simple scan; and what a piece of work costs besides its rows. */
const WORK_PER_PAUSE = 64 * 1024
const PIECE_COST = 16
/** So many bytes of long values are as much work as a row. */
const BYTES_PER_ROW = 256

const NO_PARAMETERS: readonly (Datum | null)[] = []

export class ExecutionContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  readonly access: TransactionAccess
  /** What scans read: as `access`, but a statement of several parts reads what was there when it began. */
  reads: TransactionAccess
  /** Rows that the statement has updated or deleted, by tree, once it reads a snapshot: no other part changes them again. */
  changedRows: Map<TreeId, Set<number>> | undefined
  readonly locks: TransactionLocks | undefined
  readonly deferred: DeferredConstraints | undefined
  /** By the column of a scan's row ids: what that scan reads instead, while some rows are looked at again. */
  #overrides: ReadonlyMap<ColumnId, TransactionAccess> | undefined
  readonly #options: ExecutionOptions
  readonly parameters: readonly (Datum | null)[]
  readonly memory: MemoryBudget
  readonly spill: SpillStore | undefined
  readonly datumCodec: DatumCodec | undefined
  readonly systemRelations: SystemRelationProvider | undefined
  readonly tableRules: ((relation: Relation) => TableRules) | undefined
  readonly columnDefault: ExecutionOptions['columnDefault']
  readonly coercion: ExecutionOptions['coercion']
  /** Rows inserted, updated or deleted by the statement's top modify node: the command tag's count. */
  affectedRows = 0
  /** Place in its batch of a row that broke a constraint of its own or a unique one, when that was raised. */
  failedRow: number | undefined
  #workSincePause = 0
  #outer: Map<ColumnId, Datum | null> | undefined
  #shared: Map<number, SharedRows> | undefined
  readonly #calls: (CallContext | undefined)[] = []

  constructor(options: ExecutionOptions) {
    this.session = options.session
    this.catalog = options.catalog
    this.#options = options
    this.access = options.access
    this.locks = options.locks
    this.deferred = options.deferred
    this.reads = options.access
    this.parameters = options.parameters ?? NO_PARAMETERS
    this.memory = options.memory ?? new MemoryBudget()
    this.spill = options.spill
    this.datumCodec = options.datumCodec
    this.systemRelations = options.systemRelations
    this.tableRules = options.tableRules
    this.columnDefault = options.columnDefault
    this.coercion = options.coercion
  }

  /** Current values of the columns that apply operators have bound, for the plans below them. */
  get outer(): Map<ColumnId, Datum | null> {
    return (this.#outer ??= new Map())
  }

  get shared(): Map<number, SharedRows> {
    return (this.#shared ??= new Map())
  }

  /**
   * Whether to let others run now; asked after each piece of work of so many rows. Counted for the whole statement, because
   * pausing is dear and loops nest: many short inner scans pause as often as one long scan. What compares or copies whole
   * values tells their bytes too.
   */
  isPauseDue(rows: number, bytes = 0): boolean {
    this.#workSincePause += rows + PIECE_COST + Math.floor(bytes / BYTES_PER_ROW)
    if (this.#workSincePause < WORK_PER_PAUSE) return false
    this.#workSincePause = 0
    return true
  }

  /** From now on the statement reads what is there at this moment, whatever its parts write: WITH queries that modify. */
  readSnapshot(): void {
    if (this.changedRows !== undefined) return
    this.reads = this.access.frozen()
    this.changedRows = new Map()
  }

  /** What a scan reads; `rowIds` is its column of row ids, if it has one. */
  readsOf(rowIds: ColumnId | undefined): TransactionAccess {
    if (this.#overrides === undefined || rowIds === undefined) return this.reads
    return this.#overrides.get(rowIds) ?? this.reads
  }

  /** To run a part of the statement again over other rows: of those scans, the rest reads what it read before. */
  again(overrides: ReadonlyMap<ColumnId, TransactionAccess>): ExecutionContext {
    const context = new ExecutionContext(this.#options)
    context.reads = this.reads
    context.#overrides = overrides
    for (const [column, value] of this.outer) context.outer.set(column, value)
    for (const [number, rows] of this.shared) context.shared.set(number, rows)
    return context
  }

  /** READ COMMITTED: writes from now on meet what others have committed; what the statement reads stays as it was. */
  *catchUp(): Task<void> {
    const { locks } = this
    if (locks === undefined || !locks.seesNewest || locks.access.isCurrent) return
    if (this.reads === this.access) this.reads = this.access.frozen()
    yield* locks.access.advance()
  }

  /** Places of the rows that others have changed since the statement read them. */
  *overtaken(tree: TreeId, rowIds: ArrayLike<number>): Task<readonly number[]> {
    if (this.locks === undefined) return []
    const since = this.reads === this.access ? undefined : this.reads
    return yield* this.locks.access.changedRows(tree, rowIds, since)
  }

  noteChanged(tree: TreeId, rowIds: ArrayLike<number>): void {
    if (this.changedRows === undefined) return
    const known = this.changedRows.get(tree) ?? new Set()
    this.changedRows.set(tree, known)
    for (let i = 0; i < rowIds.length; i++) known.add(rowIds[i]!)
  }

  /** The call context of a call site in this execution. */
  callContext(site: CallSite): CallContext {
    return (this.#calls[site.number] ??= new SiteContext(this, site))
  }
}

/** A place in the plan where a function is called. Numbers are unique within a plan. */
export interface CallSite {
  readonly number: number
  readonly argumentTypes: readonly Oid[]
  readonly resultType: Oid
  readonly locale: string | undefined
  readonly io: TypeIo
  readonly recordColumns?: CallContext['recordColumns']
}

class SiteContext implements CallContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  readonly io: TypeIo
  readonly argumentTypes: readonly Oid[]
  readonly resultType: Oid
  readonly locale: string | undefined
  readonly recordColumns: CallContext['recordColumns']
  #memo: Map<string, unknown> | undefined

  constructor(context: ExecutionContext, site: CallSite) {
    this.session = context.session
    this.catalog = context.catalog
    this.io = site.io
    this.argumentTypes = site.argumentTypes
    this.resultType = site.resultType
    this.locale = site.locale
    this.recordColumns = site.recordColumns
  }

  get memo(): Map<string, unknown> {
    return (this.#memo ??= new Map())
  }
}
