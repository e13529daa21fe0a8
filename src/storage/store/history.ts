/**
 * States of the past, for time travel and for forks: a manifest at or before the moment, and the log from there up to
 * the last commit at or before it. History before a fork is the parent's.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Lsn } from '../access.ts'
import type { StoredRecord } from '../log/commit-log.ts'
import { decodeCommit } from '../log/detached-piece.ts'
import { readArchive } from '../log/log-segment.ts'
import type { Manifest, ManifestHead, ParentBranch } from '../manifest/manifest.ts'
import { decodeManifest } from '../manifest/manifest-codec.ts'
import { fetchManifest, listManifests, type ManifestName } from '../manifest/manifest-store.ts'
import type { DatumCodec } from '../page/node.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import { emptyManifest } from './recovery.ts'

/** A moment is a commit, or a time (the last commit at or before it). */
export type Moment = { readonly lsn: Lsn } | { readonly timeMs: number }

/** A branch as seen by its history: what the bucket cannot tell. */
export interface HistorySource {
  readonly objects: ObjectStore
  readonly codec: DatumCodec
  /** The manifest in the local store: all older records are in the bucket … */
  readonly manifest: ManifestHead
  /** … and these are all younger ones. Taken together with `manifest`: the tail may be trimmed meanwhile. */
  readonly tail: readonly StoredRecord[]
}

export function isWithin(moment: Moment, at: { lsn: Lsn; commitTimeMs: number }): boolean {
  return 'lsn' in moment ? at.lsn <= moment.lsn : at.commitTimeMs <= moment.timeMs
}

/** The newest manifest that is not younger than the moment, with its bytes. */
export async function baseManifest(
  source: HistorySource,
  moment: Moment,
): Promise<{ manifest: Manifest; bytes: Uint8Array | undefined }> {
  const { objects, codec, manifest: newest } = source
  let prefix = newest.prefix
  let limit: number = newest.lsn
  let parent: ParentBranch | undefined = newest.parent
  for (;;) {
    const name = newestWithin(await listManifests(objects, prefix), moment, limit)
    if (name !== undefined) {
      const bytes = await fetchManifest(objects, name)
      return { manifest: decodeManifest(bytes, codec, name.key), bytes }
    }
    if (parent === undefined) return { manifest: emptyManifest(prefix), bytes: undefined }
    limit = parent.lsn
    prefix = parent.prefix
    parent = parent.parent
  }
}

function newestWithin(
  names: readonly ManifestName[],
  moment: Moment,
  limit: number,
): ManifestName | undefined {
  return names.findLast((name) => name.lsn <= limit && isWithin(moment, name))
}

/** The records after `after` up to the moment. */
export async function* recordsWithin(
  source: HistorySource,
  after: Lsn,
  moment: Moment,
): AsyncGenerator<StoredRecord, void, void> {
  for await (const record of recordsAfter(source, after)) {
    const { lsn, commitTimeMs } = decodeCommit(record.bytes, source.codec).record
    if (!isWithin(moment, { lsn, commitTimeMs })) return
    yield record
  }
}

/** All records after `after`, oldest first: the ancestors' archives, the branch's own, and the tail. */
export async function* recordsAfter(
  source: HistorySource,
  after: Lsn,
): AsyncGenerator<StoredRecord, void, void> {
  let last = after
  for (const { prefix, lsn } of lineage(source.manifest)) {
    if (lsn <= last) continue
    for await (const record of readArchive(source.objects, prefix, last, lsn)) {
      last = record.lsn
      yield record
    }
    // Retention may have dropped what the moment needs.
    if (last < lsn) throw missingHistory()
  }
  for (const record of source.tail) if (record.lsn > last) yield record
}

/** Branches from the oldest ancestor to this one, each with the last LSN that is archived under its prefix. */
function lineage(manifest: ManifestHead): ParentBranch[] {
  const branches: ParentBranch[] = []
  for (let parent = manifest.parent; parent !== undefined; parent = parent.parent) {
    branches.unshift(parent)
  }
  branches.push({ prefix: manifest.prefix, lsn: manifest.lsn, parent: undefined })
  return branches
}

export function missingHistory(): SqlError {
  return new SqlError(
    SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
    'the requested moment is outside of the branch history that is kept',
  )
}
