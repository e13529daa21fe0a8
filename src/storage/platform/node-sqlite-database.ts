/** A SQLite file (or `:memory:`) under plain Node: durable local runs and benchmarks without Workers. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { SqlBinding, SqlDatabase, SqlRow } from './sql-database.ts'

export class NodeSqliteDatabase implements SqlDatabase {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec('PRAGMA journal_mode = WAL')
    this.#database.exec('PRAGMA synchronous = NORMAL')
  }

  query(sql: string, ...bindings: SqlBinding[]): SqlRow[] {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      statement.setReturnArrays(true)
      this.#statements.set(sql, statement)
    }
    // The typings ignore setReturnArrays: rows are arrays of column values.
    return statement.all(...bindings) as unknown as SqlRow[]
  }

  transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  async sync(): Promise<void> {
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  close(): void {
    this.#database.close()
  }
}
