/** What a statement gives back, piece by piece, to whoever stands at the front door. */
import type { Oid } from '../../catalog/catalog.ts'
import type { CopyChannel } from '../../copy/copy-channel.ts'

/** A column as RowDescription describes it. */
export interface ResultColumn {
  readonly name: string
  /** The table and attribute number it comes from; 0 when computed. */
  readonly table: number
  readonly attribute: number
  readonly type: Oid
  /** pg_type.typlen */
  readonly typeLength: number
  readonly typmod: number
}

export type TextRow = readonly (string | null)[]

/** How a value travels: as PostgreSQL's text, or in the type's binary form. */
export type ValueFormat = 'text' | 'binary'

/** A row with values in the formats that were asked for. */
export type ResultRow = readonly (string | Uint8Array | null)[]

/**
 * Takes the result of each statement in turn: `columns` (only if it returns rows), `rows` any number of times, `complete`.
 * Rows are of text wherever nothing else was asked for.
 */
export interface ResultSink<Row = TextRow> {
  /** Values in binary form can be handed on, though nobody has asked for them. */
  readonly takesBinary?: boolean
  /** Settles when the client has taken what it was sent; undefined when it is not behind. */
  readonly backlog?: Promise<void> | undefined
  /** `formats` where they are not what the client has asked for: rows of a BINARY cursor. */
  columns(columns: readonly ResultColumn[], formats?: readonly ValueFormat[]): void
  rows(rows: readonly Row[]): void
  /** The command tag: 'SELECT 3', 'CREATE TABLE'; empty for an empty query. */
  complete(tag: string): void
  notice(notice: Notice): void
  /** Where the client's protocol has a place for copied data. */
  readonly copy?: CopyChannel | undefined
}

export interface Notice {
  readonly severity: string
  readonly code: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly where?: string | undefined
}

export interface StatementResult {
  readonly columns: readonly ResultColumn[] | undefined
  readonly rows: readonly TextRow[]
  readonly tag: string
}

/** Keeps whole results in memory. */
export class CollectedResults implements ResultSink {
  readonly results: StatementResult[] = []
  readonly notices: Notice[] = []
  #columns: readonly ResultColumn[] | undefined
  #rows: TextRow[] = []

  columns(columns: readonly ResultColumn[]): void {
    this.#columns = columns
  }

  rows(rows: readonly TextRow[]): void {
    for (const row of rows) this.#rows.push(row)
  }

  complete(tag: string): void {
    this.results.push({ columns: this.#columns, rows: this.#rows, tag })
    this.#columns = undefined
    this.#rows = []
  }

  notice(notice: Notice): void {
    this.notices.push(notice)
  }
}
