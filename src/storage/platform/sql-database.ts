/** The little that `SqliteLocalStore` needs of a SQLite database; a Durable Object and Node both have one. */
export interface SqlDatabase {
  /** Runs one statement and returns its rows as arrays of column values. Blobs come back as fresh bytes. */
  query(sql: string, ...bindings: SqlBinding[]): SqlRow[]
  /** All or nothing; synchronous. */
  transaction<T>(work: () => T): T
  sync(): Promise<void>
}

export type SqlBinding = number | string | Uint8Array
export type SqlRow = (number | string | Uint8Array | null)[]
