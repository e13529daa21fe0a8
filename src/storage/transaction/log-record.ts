/** Signatures first. */
import type { Lsn, SequenceState, TreeId, TreeSchema } from '../access.ts'
import type { Batch } from '../vector.ts'
import type { DatumCodec, StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

export type WriteOperation =
  | { readonly kind: 'create-tree'; readonly tree: TreeId; readonly schema: TreeSchema }
  | { readonly kind: 'drop-tree'; readonly tree: TreeId }
  | {
      readonly kind: 'insert-rows'
      readonly tree: TreeId
      readonly rowIds: Float64Array
      readonly after: Batch
    }
  | {
      readonly kind: 'update-rows'
      readonly tree: TreeId
      readonly rowIds: Float64Array
      readonly before: Batch
      readonly after: Batch
    }
  | {
      readonly kind: 'delete-rows'
      readonly tree: TreeId
      readonly rowIds: Float64Array
      readonly before: Batch
    }
  | {
      readonly kind: 'insert-keys' | 'delete-keys'
      readonly tree: TreeId
      readonly rowIds: Float64Array
      readonly keys: Batch
    }

/** One commit. */
export interface LogRecord {
  readonly lsn: Lsn
  readonly transactionId: number
  /** Milliseconds since 1970, from the injected clock. */
  readonly commitTimeMs: number
  readonly operations: readonly WriteOperation[]
  readonly sequences: readonly (readonly [TreeId, SequenceState])[]
}

/** Throws SqlError 54000 for a record that cannot be stored. */
export declare function encodeLogRecord(record: LogRecord, codec: DatumCodec): Uint8Array
/** Throws SqlError XX001 when version or checksum are wrong. */
export declare function decodeLogRecord(bytes: Uint8Array, codec: DatumCodec): LogRecord
/** Recovery and time travel: the state after this commit. */
export declare function applyRecord(
  roots: BranchRoots,
  record: LogRecord,
  context: StorageContext,
): Task<BranchRoots>
