/**
 * One checkpoint: makes a committed state durable in the bucket, so that the log's tail can go.
 *
 *   1. everything the state contains is durable in the local store
 *   2. pages that no layer holds                        → layer objects (write-layers.ts)
 *   3. the log records since the last checkpoint        → log segments
 *   4. manifest                                         → the bucket
 *   5. manifest and trim of the log, in one transaction → the local store
 *
 * A crash before 5 leaves the old manifest with its whole tail, and orphans in the bucket; after it, the new one.
 * Commits go on throughout: they make new nodes and never touch those of the state that is being written.
 */
import type { Lsn } from '../access.ts'
import type { CommitLog, StoredRecord } from '../log/commit-log.ts'
import { encodeSegment, segmentKey } from '../log/log-segment.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { encodeManifest } from '../manifest/manifest-codec.ts'
import { manifestKey, putLocalManifest } from '../manifest/manifest-store.ts'
import { releaseBytes } from '../release-bytes.ts'
import type { BranchServices } from './branch-services.ts'
import { writtenAddress } from './write-layers.ts'

/** A log segment is closed at about this size. */
const SEGMENT_BYTES = 2 << 20

/** `previous` is the LSN of the manifest that the local store holds now. */
export async function writeCheckpoint(
  services: BranchServices,
  log: CommitLog,
  state: Manifest,
  previous: Lsn,
): Promise<void> {
  const { platform, options } = services
  await platform.local.sync()
  await services.writePages(state.roots)
  await archiveLog(services, log, previous, state.lsn)
  const manifest = encodeManifest(state, options.codec, writtenAddress)
  await platform.objects.put(manifestKey(state, platform.random), manifest)
  platform.local.transaction(() => {
    putLocalManifest(platform.local, manifest)
    log.trim(state.lsn)
  })
}

/** Step 3. */
async function archiveLog(
  services: BranchServices,
  log: CommitLog,
  after: Lsn,
  through: Lsn,
): Promise<void> {
  const { platform, options } = services
  let records: StoredRecord[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    const [first, last] = [records[0], records.at(-1)]
    if (first === undefined || last === undefined) return
    const segment = encodeSegment(records)
    for (const record of records) releaseBytes(record.bytes)
    records = []
    bytes = 0
    const key = segmentKey(options.prefix, first.lsn, last.lsn, platform.random)
    await platform.objects.put(key, segment)
    releaseBytes(segment)
  }
  for (const record of log.read(after)) {
    if (record.lsn > through) break
    records.push(record)
    bytes += record.bytes.length
    if (bytes >= SEGMENT_BYTES) await flush()
  }
  await flush()
}
