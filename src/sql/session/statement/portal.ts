/**
 * A portal: a prepared statement bound to values, run in as many pieces as the client asks for.
 *
 * Its statement is a task that is simply not resumed while nobody wants rows. What the task has produced beyond the rows
 * wanted (at most the rest of a batch) waits here. A statement that writes is always run to its end first.
 */
import type { Datum } from '../../../storage/vector.ts'
import type { Task } from '../../../storage/task.ts'
import type { PreparedStatement } from './prepared-statements.ts'
import type { PortalOptions } from './run-statement.ts'
import { ROWS_READY } from './run-statement.ts'
import type {
  Notice,
  ResultColumn,
  ResultRow,
  ResultSink,
  ValueFormat,
} from '../result/statement-result.ts'

export interface BoundPortal {
  readonly name: string
  readonly statement: PreparedStatement
  readonly values: readonly (Datum | null)[]
  readonly formats: readonly ValueFormat[]
}

/** 0 in the protocol: all of them. */
const ALL_ROWS = 0

export class Portal implements BoundPortal, PortalOptions {
  readonly name: string
  readonly statement: PreparedStatement
  readonly values: readonly (Datum | null)[]
  readonly formats: readonly ValueFormat[]
  #task: Task<string> | undefined
  /** Of the finished statement. */
  #tag: string | undefined
  #waiting: ResultRow[] = []
  #columns: readonly ResultColumn[] | undefined
  #wanted = Infinity
  #notice: (notice: Notice) => void = () => undefined

  constructor({ name, statement, values, formats }: BoundPortal) {
    this.name = name
    this.statement = statement
    this.values = values
    this.formats = formats
  }

  get parameterTypes(): PreparedStatement['declaredTypes'] {
    return this.statement.declaredTypes
  }

  /** It has rows to give that it has not made yet. */
  get isSuspended(): boolean {
    return this.#task !== undefined && this.#tag === undefined
  }

  isFull(): boolean {
    return this.#waiting.length >= this.#wanted
  }

  /**
   * Hands on up to `maxRows` rows, then the command tag unless there may be more. `start` makes the statement's task, on
   * the first run. True when the statement has come to its end.
   */
  *run(
    maxRows: number,
    sink: ResultSink<ResultRow>,
    start: (sink: ResultSink<ResultRow>) => Task<string>,
  ): Task<boolean> {
    const limit = maxRows <= ALL_ROWS ? Infinity : maxRows
    this.#notice = (notice) => sink.notice(notice)
    const isStreaming = limit === Infinity && this.#task === undefined
    if (isStreaming) return yield* this.#stream(sink, start)
    yield* this.#advance(limit, start)
    const rows = this.#waiting.splice(0, Math.min(limit, this.#waiting.length))
    if (this.#columns !== undefined) sink.columns(this.#columns)
    if (rows.length > 0) sink.rows(rows)
    // As many as were asked for: whether there are more is found out by the next run.
    if (rows.length === limit) return false
    sink.complete(tagFor(this.#tag ?? '', rows.length))
    return true
  }

  /** Makes all rows now: what comes next in the transaction must not change them. */
  *settle(): Task<void> {
    if (this.isSuspended) yield* this.#advance(Infinity)
  }

  close(): void {
    this.#task?.return('')
    this.#task = undefined
    this.#waiting = []
  }

  /** All rows at once need not wait anywhere. */
  *#stream(
    sink: ResultSink<ResultRow>,
    start: (sink: ResultSink<ResultRow>) => Task<string>,
  ): Task<boolean> {
    this.#task = start(sink)
    this.#tag = yield* this.#task
    sink.complete(this.#tag)
    return true
  }

  *#advance(wanted: number, start?: (sink: ResultSink<ResultRow>) => Task<string>): Task<void> {
    this.#wanted = wanted
    if (this.#tag !== undefined || this.isFull()) return
    this.#task ??= start?.(this.#collector())
    if (this.#task === undefined) return
    let step = this.#task.next()
    while (step.done !== true && step.value !== ROWS_READY) {
      yield step.value
      step = this.#task.next()
    }
    if (step.done === true) this.#tag = step.value
  }

  #collector(): ResultSink<ResultRow> {
    return {
      columns: (columns) => void (this.#columns = columns),
      rows: (rows) => {
        for (const row of rows) this.#waiting.push(row)
      },
      complete: () => undefined,
      notice: (notice) => this.#notice(notice),
    }
  }
}

/** A SELECT that is read in pieces counts the rows of the last piece, as PostgreSQL does. */
function tagFor(tag: string, rows: number): string {
  return tag.startsWith('SELECT ') ? `SELECT ${rows}` : tag
}
