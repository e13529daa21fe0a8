/** Replays one commit: recovery, time travel and a branch's first opening. */
import { newEpoch } from '../page/node.ts'
import type { Epoch, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import { applyOperation } from './apply-operation.ts'
import type { LogRecord } from './log-record.ts'

/** The state after this commit. With an epoch of one's own, records in a row edit the same pages in place. */
export function* applyRecord(
  roots: BranchRoots,
  record: LogRecord,
  context: StorageContext,
  epoch: Epoch = newEpoch(),
): Task<BranchRoots> {
  const apply = { epoch, storage: context, lsn: record.lsn }
  let result: BranchRoots = { ...roots, lsn: record.lsn }
  for (const operation of record.operations)
    result = yield* applyOperation(result, operation, apply)
  let { sequences } = result
  for (const [id, state] of record.sequences) sequences = sequences.set(id, state)
  return { ...result, sequences }
}
