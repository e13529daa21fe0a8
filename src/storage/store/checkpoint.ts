/**
 * One checkpoint: makes a committed state durable in the bucket, so that the log's tail can go.
 *
 *   1. everything the state contains is durable in the local store
 *   2. pages that no layer holds, children first        → layer objects, each durable before it counts
 *   3. the log records since the last checkpoint        → log segments
 *   4. manifest                                         → the bucket
 *   5. manifest and trim of the log, in one transaction → the local store
 *
 * A crash before 5 leaves the old manifest with its whole tail, and orphans in the bucket; after it, the new one.
 * Commits go on throughout: they make new nodes and never touch those of the state that is being written.
 */
import type { Lsn } from '../access.ts'
import { LayerWriter } from '../layer/layer-writer.ts'
import type { CommitLog, StoredRecord } from '../log/commit-log.ts'
import { encodeSegment, segmentKey } from '../log/log-segment.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { encodeManifest } from '../manifest/manifest-codec.ts'
import { manifestKey, putLocalManifest } from '../manifest/manifest-store.ts'
import type { DatumCodec, TreeNode } from '../page/node.ts'
import { encodePage, type PageWriter } from '../page/page-codec.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import type { TieredPages } from '../cache/tiered-pages.ts'
import { adoptAddresses, dirtyNodes } from '../tree/checkpoint.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import { assert } from '../../errors/sql-error.ts'

/** A log segment is closed at about this size. */
const SEGMENT_BYTES = 4 << 20

export interface CheckpointContext {
  readonly platform: StoragePlatform
  readonly codec: DatumCodec
  readonly pages: TieredPages
  readonly log: CommitLog
  readonly layerTargetBytes: number | undefined
}

/** `previous` is the LSN of the manifest that the local store holds now. */
export async function writeCheckpoint(
  context: CheckpointContext,
  state: Manifest,
  previous: Lsn,
): Promise<void> {
  const { platform, codec, log } = context
  await platform.local.sync()
  await writeLayers(context, state.prefix, state.roots)
  await archiveLog(context, state.prefix, previous, state.lsn)
  const manifest = encodeManifest(state, codec, writtenAddress)
  const key = manifestKey(state, platform.random)
  await platform.objects.put(key, manifest)
  platform.local.transaction(() => {
    putLocalManifest(platform.local, manifest)
    log.trim(state.lsn)
  })
}

/** Step 2, also the spill of a giant transaction. Pages count as written as soon as their layer is durable, so a failed checkpoint is not for nothing. */
export async function writeLayers(
  context: Omit<CheckpointContext, 'log'>,
  prefix: string,
  roots: BranchRoots,
): Promise<void> {
  const { platform, codec } = context
  const writer = new LayerWriter({
    ...platform,
    prefix: `${prefix}layer/`,
    ...(context.layerTargetBytes === undefined ? {} : { targetBytes: context.layerTargetBytes }),
  })
  const written = new Map<TreeNode, PageAddress>()
  const pageWriter = (tree: number): PageWriter => ({
    codec,
    addressOf: (node) => written.get(node) ?? writtenAddress(node),
    writeOverflow: (bytes) => keep(context, writer.add(bytes, tree), bytes),
  })
  const seal = async (): Promise<void> => {
    context.pages.trimLocal()
    await writer.seal()
    adoptAddresses(written)
    written.clear()
  }
  for (const { tree, node } of dirtyNodes(roots)) {
    const bytes = encodePage(node, pageWriter(tree))
    written.set(node, keep(context, writer.add(bytes, tree), bytes))
    if (writer.isFull) await seal()
  }
  await seal()
}

function keep(
  context: Pick<CheckpointContext, 'pages'>,
  address: PageAddress,
  bytes: Uint8Array,
): PageAddress {
  context.pages.keepLocally(address, bytes)
  return address
}

/** Step 3. */
async function archiveLog(
  context: CheckpointContext,
  prefix: string,
  after: Lsn,
  through: Lsn,
): Promise<void> {
  const { platform, log } = context
  let records: StoredRecord[] = []
  let bytes = 0
  const flush = async (): Promise<void> => {
    const [first, last] = [records[0], records.at(-1)]
    if (first === undefined || last === undefined) return
    const segment = encodeSegment(records)
    records = []
    bytes = 0
    const key = segmentKey(prefix, first.lsn, last.lsn, platform.random)
    await platform.objects.put(key, segment)
  }
  for (const record of log.read(after)) {
    if (record.lsn > through) break
    records.push(record)
    bytes += record.bytes.length
    if (bytes >= SEGMENT_BYTES) await flush()
  }
  await flush()
}

function writtenAddress(node: TreeNode): PageAddress {
  assert(node.written !== undefined, 'a child page was not written before its parent')
  return node.written
}
