/**
 * A fork: the parent's manifest and the log records after it, handed to a new branch. No page is copied; both
 * branches read the same layers, and whatever either writes is its own.
 */
import { AssertionError } from '../../errors/sql-error.ts'
import type { StoredRecord } from '../log/commit-log.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { decodeManifest, encodeManifest } from '../manifest/manifest-codec.ts'
import { localManifest } from '../manifest/manifest-store.ts'
import type { DatumCodec } from '../page/node.ts'
import type { LocalStore } from '../platform/local-store.ts'
import type { StoragePlatform } from '../platform/storage-platform.ts'
import { baseManifest, recordsWithin } from './history.ts'
import type { HistorySource, Moment } from './history.ts'
import { emptyManifest, installImage } from './recovery.ts'
import type { StoreOptions } from './store-options.ts'

/** Plain bytes: it travels from one Durable Object to another. */
export interface BranchImage {
  readonly manifest: Uint8Array
  readonly records: readonly StoredRecord[]
}

/** The branch as of now: no request to the bucket. */
export function newestImage(
  local: LocalStore,
  prefix: string,
  tail: readonly StoredRecord[],
): BranchImage {
  const manifest = localManifest(local) ?? encodeEmptyManifest(prefix)
  return { manifest, records: tail }
}

/** The branch as of a moment of the past. */
export async function pastImage(source: HistorySource, moment: Moment): Promise<BranchImage> {
  const { manifest, bytes } = await baseManifest(source, moment)
  const records: StoredRecord[] = []
  for await (const record of recordsWithin(source, manifest.lsn, moment)) records.push(record)
  return { manifest: bytes ?? encodeEmptyManifest(manifest.prefix), records }
}

/**
 * Makes the image the state of a new branch's local store; then open it. In the local store of the branch itself,
 * closed and with a new prefix, this is a restore: the branch goes on from the past, its history stays readable.
 */
export function installFork(
  platform: StoragePlatform,
  options: StoreOptions,
  image: BranchImage,
): void {
  const parent = decodeManifest(image.manifest, options.codec, 'branch image')
  const manifest: Manifest = {
    ...parent,
    prefix: options.prefix,
    parent: { prefix: parent.prefix, lsn: parent.lsn, parent: parent.parent },
  }
  const bytes = encodeWritten(manifest, options.codec)
  installImage(platform, bytes, manifest.lsn, image.records)
}

function encodeEmptyManifest(prefix: string): Uint8Array {
  return encodeWritten(emptyManifest(prefix), NO_DATUMS)
}

function noDatums(): never {
  throw new AssertionError('an empty manifest has no datums')
}

const NO_DATUMS: DatumCodec = {
  encode: noDatums,
  decode: noDatums,
  compare: noDatums,
  sizeOf: noDatums,
}

/** A manifest that was read has addresses only. */
function encodeWritten(manifest: Manifest, codec: DatumCodec): Uint8Array {
  return encodeManifest(manifest, codec, () => {
    throw new AssertionError('a manifest that was read points to addresses only')
  })
}
