/**
 * How a branch comes back: the newest manifest, then every log record after it.
 *
 *   local store has a manifest   it and the local tail: no request to the bucket at all (the usual case)
 *   local store is empty         the newest manifest of the bucket and the archived records after it (object lost)
 *   neither                      a new, empty branch
 */
import type { Lsn } from '../access.ts'
import type { StorageContext } from '../page/node.ts'
import type { Task } from '../task.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import { CommitLog, type StoredRecord } from '../log/commit-log.ts'
import { readArchive } from '../log/log-segment.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { decodeManifest } from '../manifest/manifest-codec.ts'
import {
  fetchManifest,
  listManifests,
  localManifest,
  putLocalManifest,
} from '../manifest/manifest-store.ts'
import { applyRecord } from '../transaction/apply-record.ts'
import { decodeLogRecord } from '../transaction/log-record.ts'
import { EMPTY_ROOTS, type BranchRoots } from '../tree/tree-root.ts'
import type { StoreOptions } from './store-options.ts'

/** A branch's state and what else must continue from there. */
export interface BranchState {
  readonly roots: BranchRoots
  readonly commitTimeMs: number
  readonly nextTransactionId: number
}

export interface Recovered {
  readonly manifest: Manifest
  readonly log: CommitLog
  readonly state: BranchState
}

/** Loads pages as replay asks for them. */
export type Runner = <T>(task: Task<T>) => Promise<T>

export async function recover(
  platform: StoragePlatform,
  options: StoreOptions,
  context: StorageContext,
  run: Runner,
): Promise<Recovered> {
  if (localManifest(platform.local) === undefined) await restoreFromBucket(platform, options)
  const bytes = localManifest(platform.local)
  const manifest =
    bytes === undefined
      ? emptyManifest(options.prefix)
      : decodeManifest(bytes, options.codec, 'local manifest')
  const log = new CommitLog(platform.local, manifest.lsn)
  let state: BranchState = manifest
  // Bounded by the tail: a checkpoint is due long before it is large.
  for (const record of [...log.recover()]) state = await run(replay(state, record, context))
  return { manifest, log, state }
}

export function* replay(
  state: BranchState,
  stored: StoredRecord,
  context: StorageContext,
): Task<BranchState> {
  const record = decodeLogRecord(stored.bytes, context.codec)
  return {
    roots: yield* applyRecord(state.roots, record, context),
    commitTimeMs: Math.max(state.commitTimeMs, record.commitTimeMs),
    nextTransactionId: Math.max(state.nextTransactionId, record.transactionId + 1),
  }
}

export function emptyManifest(prefix: string): Manifest {
  return {
    prefix,
    lsn: EMPTY_ROOTS.lsn,
    commitTimeMs: 0,
    nextTransactionId: 1,
    parent: undefined,
    roots: EMPTY_ROOTS,
  }
}

/** Copies what the bucket knows of the branch into the empty local store. Nothing when it knows nothing. */
async function restoreFromBucket(platform: StoragePlatform, options: StoreOptions): Promise<void> {
  const { objects } = platform
  const name = (await listManifests(objects, options.prefix)).at(-1)
  if (name === undefined) return
  const bytes = await fetchManifest(objects, name)
  decodeManifest(bytes, options.codec, name.key)
  const records: StoredRecord[] = []
  const end = Number.MAX_SAFE_INTEGER as Lsn // above every LSN
  for await (const record of readArchive(objects, options.prefix, name.lsn, end)) {
    records.push(record)
  }
  installImage(platform, bytes, name.lsn, records)
}

/** Makes a manifest and the records after it the content of an empty local store, in one step. */
export function installImage(
  platform: StoragePlatform,
  manifest: Uint8Array,
  lsn: Lsn,
  records: readonly StoredRecord[],
): void {
  const { local } = platform
  // Large records are split into parts; nested transactions are not needed as this is one already.
  local.transaction(() => {
    putLocalManifest(local, manifest)
    CommitLog.fill(local, lsn, records)
  })
}
