/** Where one statement of a session runs: its transaction's catalog and rows, the session it sees, and a spill file of its own. */
import { StatementSpill } from '../limits/statement-spill.ts'
import type { Notice } from '../result/statement-result.ts'
import { SessionEvaluation } from '../session-evaluation.ts'
import type { SessionState } from '../session-state.ts'
import type { Settings } from '../settings/settings.ts'
import type { RunningTransaction } from '../transaction/running-transaction.ts'
import type { QueryEnvironment } from './plan/planned-query.ts'

export function environmentOf(
  state: SessionState,
  transaction: RunningTransaction,
  onNotice: (notice: Notice) => void,
): QueryEnvironment {
  return {
    database: state.database,
    catalog: transaction.catalog,
    access: transaction.open.access,
    locks: transaction.locks,
    deferred: transaction.deferred,
    session: new SessionEvaluation(state, transaction, onNotice),
    spill: new StatementSpill(
      () => state.database.createSpill(),
      state.settings.derived(tempFileLimit),
    ),
  }
}

/** Bytes; temp_file_limit is in kB, negative without a limit. */
function tempFileLimit(settings: Settings): number {
  const kilobytes = Number(settings.get('temp_file_limit') ?? -1)
  return kilobytes < 0 ? Infinity : kilobytes * 1024
}
