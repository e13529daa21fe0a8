/**
 * How a branch comes back: the newest manifest, then every log record after it.
 *
 *   local store has a manifest   it and the local tail: no request to the bucket at all (the usual case)
 *   local store is empty         the newest manifest of the bucket and the archived records after it (object lost)
 *   only a log                   all of it: the branch had no checkpoint yet
 *   nothing anywhere             a new, empty branch
 */
import type { Lsn } from '../access.ts'
import type { LocalStore } from '../platform/local-store.ts'
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
import { EMPTY_ROOTS } from '../tree/tree-root.ts'
import type { BranchServices } from './branch-services.ts'
import { prefetchRoots } from './prefetch-roots.ts'
import { Replay, type BranchState } from './replay.ts'
import type { StoreOptions } from './store-options.ts'

export interface Recovered {
  readonly manifest: Manifest
  readonly log: CommitLog
  readonly state: BranchState
}

export async function recover(services: BranchServices): Promise<Recovered> {
  const { platform, options } = services
  if (isEmpty(platform.local)) await restoreFromBucket(platform, options)
  const bytes = localManifest(platform.local)
  const manifest =
    bytes === undefined
      ? emptyManifest(options.prefix)
      : decodeManifest(bytes, options.codec, 'local manifest')
  const log = new CommitLog(platform.local, manifest.lsn)
  const replay = new Replay(services, manifest)
  const prefetched = prefetchRoots(services.pages, manifest.roots, options.firstTrees ?? [])
  // Bounded by the tail: a checkpoint is due long before it is large.
  for (const record of log.recover()) await replay.apply(record)
  await prefetched
  return { manifest, log, state: replay.state }
}

/** A log without a manifest is a young branch, and goes further than any manifest of it in the bucket. */
function isEmpty(local: LocalStore): boolean {
  if (localManifest(local) !== undefined) return false
  for (const _row of local.readLog(-1)) return false
  return true
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

/** Makes a manifest and the records after it the state of the local store, in one step, whatever was there. */
export function installImage(
  platform: StoragePlatform,
  manifest: Uint8Array,
  lsn: Lsn,
  records: readonly StoredRecord[],
): void {
  const { local } = platform
  // Large records are split into parts; nested transactions are not needed as this is one already.
  local.transaction(() => {
    local.truncateLog(-1)
    putLocalManifest(local, manifest)
    CommitLog.fill(local, lsn, records)
  })
}
