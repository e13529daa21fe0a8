/**
 * COPY t FROM STDIN. Batches of the data become rows of the table and go through INSERT's operator as they come, in one statement:
 *
 *   CopyReader ──▶ rows plan (defaults, WHERE) ──▶ insert plan (generated columns, constraints, indexes)
 *
 * Each error names its line: those of the data know it, for those of the plans it is looked up by the row's place in the batch.
 */
import { readOnlyTransaction } from '../../../errors/read-only-transaction.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { PAUSE } from '../../../storage/task.ts'
import type { BatchStream, Task } from '../../../storage/task.ts'
import type { Batch } from '../../../storage/vector.ts'
import { BindContext } from '../../bind/context/bind-context.ts'
import { bindCopyFrom } from '../../bind/modify/bind-copy.ts'
import type { BoundCopy } from '../../bind/modify/bind-copy.ts'
import type { CopyInput } from '../../copy/copy-channel.ts'
import { atPlace } from '../../copy/error-context.ts'
import { CopyReader } from '../../copy/input/copy-reader.ts'
import type { InputColumn } from '../../copy/input/input-column.ts'
import type { CopyOptions } from '../../copy/options.ts'
import { prepare } from '../../execute/build-operator.ts'
import type { PreparedPlan } from '../../execute/build-operator.ts'
import type { ExecutionContext } from '../../execute/execution-context.ts'
import { gatherBatch, selectTrue, sliceBatch } from '../../execute/vectors/gather.ts'
import { checkPrivileges } from '../statement/plan/check-privileges.ts'
import type { Lockable } from '../statement/plan/locked-plan.ts'
import { executionContext } from '../statement/plan/planned-query.ts'
import type { QueryEnvironment } from '../statement/plan/planned-query.ts'
import { requireSchema } from './copy-to.ts'
import { relationLocks } from '../statement/plan/relation-locks.ts'
import { domainValues } from './domain-values.ts'
import { forcedColumns } from './forced-columns.ts'
import { requireChannel } from './run-copy.ts'
import type { CopyRun } from './run-copy.ts'

/** Returns how many rows were copied. */
export function* copyFrom(run: CopyRun, options: CopyOptions): Task<number> {
  const { planned: bound, environment } = yield* run.locked((now) => bindTarget(run, options, now))
  if (run.isReadOnly && !bound.relation.isTemporary) throw readOnlyTransaction('COPY FROM')
  const context = executionContext(environment, [])
  const reader = new CopyReader({
    relation: bound.relation.name,
    copy: options,
    columns: inputColumns(bound, options, environment, context),
    notice: run.notice,
  })
  const format = options.format === 'binary' ? 'binary' : 'text'
  const input = requireChannel(run).startInput(bound.columns.length, format)
  yield* new CopiedRows(bound, reader, environment, context).insert(input)
  return context.affectedRows
}

function bindTarget(
  { statement }: CopyRun,
  options: CopyOptions,
  environment: QueryEnvironment,
): BoundCopy & Lockable {
  const { relation, columns, where } = statement
  if (relation === undefined) throw new SqlError(SQLSTATE.SYNTAX_ERROR, 'COPY FROM needs a table')
  const { database, catalog, session } = environment
  const context = new BindContext({
    catalog,
    searchPath: session.searchPath,
    session,
    typeIo: database.typeIo,
  })
  const { schema, name } = relation
  requireSchema(catalog, schema)
  const hasDefaultMarker = options.defaultText !== undefined
  const target = { relation: { schema, name }, columns, where, hasDefaultMarker }
  const bound = bindCopyFrom(context, target)
  const { accesses, namedSchemas } = context.shared
  checkPrivileges(catalog, session.currentUser, { accesses, namedSchemas: [...namedSchemas] })
  return { ...bound, relationLocks: relationLocks(accesses, bound.insert) }
}

function inputColumns(
  { relation, columns }: BoundCopy,
  options: CopyOptions,
  environment: QueryEnvironment,
  context: ExecutionContext,
): readonly InputColumn[] {
  const { catalog, session, database } = environment
  const names = columns.map(({ column }) => column.name)
  const notNull = forcedColumns('FORCE_NOT_NULL', options.forceNotNull, names, relation)
  const asNull = forcedColumns('FORCE_NULL', options.forceNull, names, relation)
  return columns.map((copied, i) => {
    const type = catalog.type(copied.type.type)
    return {
      name: copied.column.name,
      kind: type.kind,
      io: { session, catalog, io: database.typeIo, type, typmod: copied.type.typmod },
      hasDefault: copied.hasDefault,
      forceNotNull: notNull[i] === true,
      forceNull: asNull[i] === true,
      check: domainValues(copied, environment, context),
    }
  })
}

class CopiedRows {
  readonly #bound: BoundCopy
  readonly #reader: CopyReader
  readonly #context: ExecutionContext
  readonly #rows: PreparedPlan
  readonly #insert: PreparedPlan
  /** The batch of data whose rows are under way. */
  #data: Batch | undefined
  /** Which of its rows are; undefined: all. */
  #kept: Int32Array | undefined

  constructor(
    bound: BoundCopy,
    reader: CopyReader,
    { catalog, database }: QueryEnvironment,
    context: ExecutionContext,
  ) {
    const environment = { catalog, functions: database.functions, io: database.typeIo }
    this.#bound = bound
    this.#reader = reader
    this.#context = context
    this.#rows = prepare(bound.rows, environment)
    this.#insert = prepare(bound.insert, environment)
  }

  *insert(input: CopyInput): Task<void> {
    const { shared } = this.#context
    const { rowsInput, insertInput } = this.#bound
    shared.set(rowsInput, { read: () => this.#read(input) })
    shared.set(insertInput, { read: () => this.#wanted() })
    try {
      for (const item of this.#insert.run(this.#context)) if (item.kind !== 'batch') yield item
    } catch (error) {
      throw error instanceof SqlError ? this.#located(error) : error
    }
  }

  *#read(input: CopyInput): BatchStream {
    for (const item of this.#reader.batches(input)) {
      if (item.kind === 'batch') this.#data = item
      yield item
      // Data may come faster than they are taken: others have their turn all the same.
      if (item.kind === 'batch' && this.#context.isPauseDue(item.length)) yield PAUSE
    }
  }

  /** Rows of the table; those that WHERE does not want are left out. */
  *#wanted(): BatchStream {
    const rows = this.#rows.run(this.#context)
    for (;;) {
      const step = this.#computed(rows)
      if (step.done === true) return
      if (step.value.kind !== 'batch') yield step.value
      else {
        const wanted = this.#bound.hasWhere ? this.#select(step.value) : step.value
        if (wanted.length > 0) yield wanted
      }
    }
  }

  #select({ columns, length }: Batch): Batch {
    const places = new Int32Array(length)
    const condition = columns.at(-1)!
    const count = selectTrue(condition, length, places)
    this.#kept = places.subarray(0, count)
    const whole: Batch = { kind: 'batch', length, columns: columns.slice(0, -1) }
    return count === length ? whole : gatherBatch(whole, places, count)
  }

  /** The next batch; an error of a default or of WHERE is told with its line. */
  #computed(rows: BatchStream): ReturnType<BatchStream['next']> {
    const before = this.#data
    try {
      return rows.next()
    } catch (error) {
      // Otherwise reading has failed, which knows its line.
      const isComputed = error instanceof SqlError && this.#data !== before
      throw isComputed ? this.#atFailingRow(error) : error
    }
  }

  /** Row by row, to find the one that fails. */
  #atFailingRow(error: SqlError): SqlError {
    const data = this.#data
    if (data === undefined || error.fields.where !== undefined) return error
    for (let row = 0; row < data.length; row++) {
      const one = sliceBatch(data, row, row + 1)
      this.#context.shared.set(this.#bound.rowsInput, {
        *read() {
          yield one
        },
      })
      try {
        for (const _ of this.#rows.run(this.#context));
      } catch (found) {
        if (!(found instanceof SqlError)) throw found
        return atPlace(found, this.#bound.relation.name, this.#reader.placeOf(row, true))
      }
    }
    return error
  }

  /** Constraints of the row itself show the row; unique ones only where it is, as they are looked at later in PostgreSQL. */
  #located(error: SqlError): SqlError {
    const { failedRow } = this.#context
    if (failedRow === undefined) return error
    const row = this.#kept?.[failedRow] ?? failedRow
    const isShown = error.code !== SQLSTATE.UNIQUE_VIOLATION
    return atPlace(error, this.#bound.relation.name, this.#reader.placeOf(row, isShown))
  }
}
