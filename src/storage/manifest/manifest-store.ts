/**
 * Where manifests are kept: the newest in the local store, so that waking needs nothing else; every one in the
 * bucket under a name of its own, for time travel and for a branch whose object was lost.
 *
 *   <prefix>manifest/<LSN, 16 digits>-<commit time in ms, 16 digits>-<random>
 */
import type { Lsn } from '../access.ts'
import { corrupt } from '../layer/layer-format.ts'
import { lsnDigits } from '../log/log-segment.ts'
import type { LocalStore } from '../platform/local-store.ts'
import { listAll, type ObjectStore } from '../platform/object-store.ts'
import { randomHex, type Random } from '../platform/random.ts'
import type { Manifest } from './manifest.ts'

const LOCAL_KEY = 'manifest'

export interface ManifestName {
  readonly key: string
  readonly lsn: Lsn
  readonly commitTimeMs: number
}

export function manifestKey(manifest: Manifest, random: Random): string {
  const time = String(manifest.commitTimeMs).padStart(16, '0')
  return `${manifest.prefix}manifest/${lsnDigits(manifest.lsn)}-${time}-${randomHex(random, 4)}`
}

/** A branch's manifests in the bucket, oldest first. */
export async function listManifests(objects: ObjectStore, prefix: string): Promise<ManifestName[]> {
  const names: ManifestName[] = []
  for (const { key } of await listAll(objects, `${prefix}manifest/`)) {
    const [lsn, time] = key.slice(prefix.length + 9).split('-')
    names.push({ key, lsn: Number(lsn) as Lsn, commitTimeMs: Number(time) }) // our own names
  }
  return names
}

export async function fetchManifest(objects: ObjectStore, name: ManifestName): Promise<Uint8Array> {
  const bytes = await objects.get(name.key)
  if (bytes === undefined) throw corrupt(`manifest ${name.key} is missing`)
  return bytes
}

export function localManifest(local: LocalStore): Uint8Array | undefined {
  return local.getValue(LOCAL_KEY)
}

export function putLocalManifest(local: LocalStore, bytes: Uint8Array): void {
  local.putValue(LOCAL_KEY, bytes)
}
