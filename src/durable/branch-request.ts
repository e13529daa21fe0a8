/** What the Worker asks of a branch's object. */
import type { BatchOptions } from './http-sql/execute-request.ts'
import type { ResultFormat } from './http-sql/sql-response.ts'

/** Where a `POST /sql` is sent on to, headers and body as they came. Any other URL is a WebSocket's. */
export const SQL_URL = 'https://branch/sql'

export interface BranchAddress {
  readonly project: string
  readonly branch: string
}

/** Who asks, and for which database. */
export interface BranchLogin extends BranchAddress {
  readonly database: string
  readonly role: string
  readonly password: string
  /** Where the client is, if that is known. */
  readonly address?: string | undefined
}

/** A `POST /sql`. */
export interface HttpSqlRequest extends BranchLogin {
  /** Startup parameters of the connection string. */
  readonly parameters: Readonly<Record<string, string>>
  /** The body's JSON text. */
  readonly body: string
  readonly format: ResultFormat
  readonly batch: BatchOptions
}

/** An HTTP status and a JSON body. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
}
