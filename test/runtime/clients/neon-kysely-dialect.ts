/** A Kysely dialect over the Neon HTTP driver, as applications write it. HTTP has no sessions, so no transactions. */
import type { NeonQueryFunction } from '@neondatabase/serverless'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'

export function neonDialect(sql: NeonQueryFunction<false, false>): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new NeonDriver(sql),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class NeonDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(sql: NeonQueryFunction<false, false>) {
    this.#connection = new NeonConnection(sql)
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async releaseConnection(): Promise<void> {}
  beginTransaction(): Promise<void> {
    throw new Error('transactions need a session')
  }
  commitTransaction(): Promise<void> {
    throw new Error('transactions need a session')
  }
  rollbackTransaction(): Promise<void> {
    throw new Error('transactions need a session')
  }
}

class NeonConnection implements DatabaseConnection {
  readonly #sql: NeonQueryFunction<false, false>

  constructor(sql: NeonQueryFunction<false, false>) {
    this.#sql = sql
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#sql.query(query.sql, [...query.parameters], { fullResults: true })
    const rows = result.rows as R[] // the caller knows what it selects
    const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command)
    return changes ? { rows, numAffectedRows: BigInt(result.rowCount) } : { rows }
  }

  // oxlint-disable-next-line require-yield -- HTTP answers come whole
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming needs a session')
  }
}
