/**
 * A portal: a statement that is run in as many pieces as the client asks for. Bind of the protocol makes one, DECLARE another;
 * either can be read by Execute and by FETCH.
 *
 *   ready ──▶ finished (what returns no rows has run)
 *     └─────▶ failed   (an error while it ran)
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { TransactionAccess } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { ResultColumn, ResultRow, ValueFormat } from '../result/statement-result.ts'
import type { PreparedStatement } from '../statement/prepared-statements.ts'
import type { OpenQuery } from './open-query.ts'
import type { UpdatableTables } from './updatable-tables.ts'

/** A prepared statement and its parameters' values. */
export interface BoundStatement {
  readonly statement: PreparedStatement
  readonly values: readonly (Datum | null)[]
  readonly formats: readonly ValueFormat[]
}

export interface CursorOptions {
  readonly isScrollable: boolean
  /** WITH HOLD */
  readonly isHoldable: boolean
  readonly isBinary: boolean
  readonly updatable: UpdatableTables
}

export interface PortalOptions {
  readonly name: string
  /** What the client has sent. */
  readonly text: string
  readonly createdAtMicros: number
  readonly bound?: BoundStatement
  readonly cursor?: CursorOptions
  readonly query?: OpenQuery
}

/** The rows of a statement that is no query, such as EXPLAIN, as they will be sent. */
export interface CollectedRows {
  readonly columns: readonly ResultColumn[] | undefined
  readonly rows: readonly ResultRow[]
  readonly tag: string
  /** How many were handed on. */
  given: number
}

export class Portal {
  readonly name: string
  readonly text: string
  readonly createdAtMicros: number
  readonly bound: BoundStatement | undefined
  readonly cursor: CursorOptions | undefined
  /** In the order in which the session's portals were made; given when it is opened. */
  number = 0
  /** Once it has begun. */
  query: OpenQuery | undefined
  collected: CollectedRows | undefined
  state: 'ready' | 'finished' | 'failed' = 'ready'
  /** All its rows were given in one run, and none of them kept. */
  isRunOut = false
  /** Its transaction is over, its rows are kept. */
  isHeld = false
  /** What it reads, when other statements have run between its making and its start. */
  snapshot: TransactionAccess | undefined

  constructor(options: PortalOptions) {
    this.name = options.name
    this.text = options.text
    this.createdAtMicros = options.createdAtMicros
    this.bound = options.bound
    this.cursor = options.cursor
    this.query = options.query
  }

  get hasStarted(): boolean {
    return this.query !== undefined || this.collected !== undefined || this.isRunOut
  }

  /** It outlives its transaction: WITH HOLD, unless an error has ended it. */
  get isKept(): boolean {
    return this.cursor?.isHoldable === true && this.query !== undefined
  }

  /** Raises 55000 when an error has ended it, or when it has run and is not to run twice. */
  requireReady(): void {
    if (this.state === 'ready') return
    throw new SqlError(
      SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
      `portal "${this.name}" cannot be run`,
    )
  }

  /** Makes the rest of its rows. */
  *finish(): Task<void> {
    if (this.query !== undefined) yield* this.query.cursor.finish()
  }

  fail(): void {
    this.state = 'failed'
    this.close()
  }

  close(): void {
    this.query?.close()
    this.query = undefined
    this.collected = undefined
    this.snapshot = undefined
  }
}
