/** The SQLite database inside a Durable Object. */
import type { DurableObjectStorage, SqlStorageValue } from '@cloudflare/workers-types'
import type { SqlBinding, SqlDatabase, SqlRow } from './sql-database.ts'

export class DurableSqlDatabase implements SqlDatabase {
  readonly #storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  query(sql: string, ...bindings: SqlBinding[]): SqlRow[] {
    return [...this.#storage.sql.exec(sql, ...bindings).raw()].map((row) => row.map(fromStorage))
  }

  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work)
  }

  sync(): Promise<void> {
    return this.#storage.sync()
  }
}

function fromStorage(value: SqlStorageValue): SqlRow[number] {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value
}
