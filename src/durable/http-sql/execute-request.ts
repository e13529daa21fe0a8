/**
 * Runs a `POST /sql` request on a database: one query as a transaction of its own, or a batch as one transaction.
 *
 * Nothing has been answered before the commit, so a request that lost a race (40001) is simply run again on a newer snapshot:
 * the client sees what it would have seen had it come a moment later.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Session } from '../../sql/session/session.ts'
import type { StatementResult } from '../../sql/session/result/statement-result.ts'
import type { Task } from '../../storage/task.ts'
import type { BranchDatabase } from '../branch-database.ts'
import { LimitedResults } from './limited-results.ts'
import type { SqlRequestBody } from './sql-request.ts'

export interface BatchOptions {
  readonly isolation: string | undefined
  readonly isReadOnly: boolean
  readonly isDeferrable: boolean
}

const MAX_ATTEMPTS = 20

export async function executeRequest(
  database: BranchDatabase,
  newSession: () => Session,
  body: SqlRequestBody,
  batch: BatchOptions,
): Promise<readonly StatementResult[]> {
  for (let attempt = 1; ; attempt++) {
    const session = newSession()
    const results = new LimitedResults()
    try {
      await database.run(runQueries(session, body, batch, results))
      return results.results
    } catch (error) {
      if (!isLostRace(error) || attempt === MAX_ATTEMPTS) throw error
    } finally {
      session.close()
    }
  }
}

function isLostRace(error: unknown): boolean {
  return error instanceof SqlError && error.code === SQLSTATE.SERIALIZATION_FAILURE
}

function* runQueries(
  session: Session,
  body: SqlRequestBody,
  batch: BatchOptions,
  results: LimitedResults,
): Task<void> {
  if (!body.isBatch) {
    const [only] = body.queries
    if (only !== undefined) yield* session.execute(only.query, only.params, results)
    return
  }
  results.pause()
  yield* session.execute(beginStatement(batch), [], results)
  results.resume()
  for (const { query, params } of body.queries) yield* session.execute(query, params, results)
  results.pause()
  // A block that the queries themselves ended has nothing left to commit.
  if (session.status !== 'I') yield* session.execute('COMMIT', [], results)
}

function beginStatement({ isolation, isReadOnly, isDeferrable }: BatchOptions): string {
  const modes = [
    ...(isolation === undefined ? [] : [`ISOLATION LEVEL ${isolation}`]),
    ...(isReadOnly ? ['READ ONLY'] : []),
    ...(isDeferrable ? ['DEFERRABLE'] : []),
  ]
  return `START TRANSACTION ${modes.join(', ')}`
}
