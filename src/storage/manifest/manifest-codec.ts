/**
 * Manifests as bytes.
 *
 *   u32 magic "LKMF", u32 version, u32 CRC-32C of all that follows, u32 length of the JSON
 *   JSON: a ManifestJson, padded with spaces to a multiple of 8
 *   per tree that is not empty: its root entry, as an interior page of one child
 *
 * The JSON part keeps manifests readable to people; keys and min/max are in the pages' own encoding.
 */
import { AssertionError } from '../../errors/sql-error.ts'
import type { Lsn, SequenceState, TreeId, TreeSchema } from '../access.ts'
import { corrupt } from '../layer/layer-format.ts'
import { crc32c } from '../page/crc32c.ts'
import { isResident } from '../page/node.ts'
import type { ChildEntry, DatumCodec, InteriorNode } from '../page/node.ts'
import { decodePage, encodePage, type PageWriter } from '../page/page-codec.ts'
import type { PageAddress } from '../page/page-address.ts'
import { concatBytes } from '../platform/local-store.ts'
import { PersistentMap } from '../tree/persistent-map.ts'
import type { TreeRoot } from '../tree/tree-root.ts'
import type { Manifest, ParentBranch } from './manifest.ts'

const MAGIC = 0x464d4b4c
const VERSION = 1
const HEADER_BYTES = 16

interface ManifestJson {
  readonly prefix: string
  readonly lsn: Lsn
  readonly commitTimeMs: number
  readonly nextTransactionId: number
  readonly parent: ParentBranch | null
  readonly trees: readonly TreeJson[]
  /** Id, last value (text when beyond 2^53), is called. */
  readonly sequences: readonly (readonly [TreeId, number | string, boolean])[]
}

interface TreeJson {
  readonly id: TreeId
  readonly schema: TreeSchema
  readonly height: number
  readonly nextRowId: number
  readonly lsn: Lsn
  /** Bytes of its root entry; 0 = empty tree. */
  readonly entryBytes: number
}

/** `addressOf` knows the pages that the checkpoint wrote; children of other trees carry their address already. */
export function encodeManifest(
  manifest: Manifest,
  codec: DatumCodec,
  addressOf: PageWriter['addressOf'],
): Uint8Array {
  const entries: Uint8Array[] = []
  const trees: TreeJson[] = []
  for (const [, root] of manifest.roots.trees.entries()) {
    const bytes = root.top === undefined ? undefined : encodeEntry(root.top, codec, addressOf)
    const { id, schema, height, nextRowId, lsn } = root
    trees.push({ id, schema, height, nextRowId, lsn, entryBytes: bytes?.length ?? 0 })
    if (bytes !== undefined) entries.push(padded(bytes))
  }
  const json = encodeJson(manifest, trees)
  const body = concatBytes([json, ...entries])
  const bytes = new Uint8Array(HEADER_BYTES + body.length)
  const view = new DataView(bytes.buffer)
  bytes.set(body, HEADER_BYTES)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, VERSION, true)
  view.setUint32(8, crc32c(body), true)
  view.setUint32(12, json.length, true)
  return bytes
}

function encodeJson(manifest: Manifest, trees: readonly TreeJson[]): Uint8Array {
  const { prefix, lsn, commitTimeMs, nextTransactionId } = manifest
  const sequences: ManifestJson['sequences'][number][] = []
  for (const [id, { lastValue, isCalled }] of manifest.roots.sequences.entries()) {
    const value = typeof lastValue === 'bigint' ? String(lastValue) : lastValue
    sequences.push([id as TreeId, value, isCalled]) // sequences are keyed by tree id
  }
  const parent = manifest.parent ?? null
  const json: ManifestJson = {
    prefix,
    lsn,
    commitTimeMs,
    nextTransactionId,
    parent,
    trees,
    sequences,
  }
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  const spaced = new Uint8Array((bytes.length + 7) & ~7).fill(0x20)
  spaced.set(bytes)
  return spaced
}

function encodeEntry(
  top: ChildEntry,
  codec: DatumCodec,
  addressOf: PageWriter['addressOf'],
): Uint8Array {
  const node: InteriorNode = {
    kind: 'interior',
    owner: undefined,
    written: undefined,
    level: 1,
    children: [top],
  }
  const writeOverflow = (): PageAddress => {
    throw new AssertionError('a root entry has no large values')
  }
  const address = (resident: Parameters<PageWriter['addressOf']>[0]): PageAddress =>
    resident.written ?? addressOf(resident)
  return encodePage(node, { codec, addressOf: address, writeOverflow })
}

/** Throws XX001. `name` is for the message. */
export function decodeManifest(bytes: Uint8Array, codec: DatumCodec, name: string): Manifest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw corrupt(`${name} is not a manifest`)
  }
  if (view.getUint32(4, true) !== VERSION) throw corrupt(`${name} has an unknown version`)
  const body = bytes.subarray(HEADER_BYTES)
  if (crc32c(body) !== view.getUint32(8, true)) throw corrupt(`${name} is damaged`)
  const jsonBytes = view.getUint32(12, true)
  // The checksum vouches for the shape.
  const json = JSON.parse(new TextDecoder().decode(body.subarray(0, jsonBytes))) as ManifestJson
  return {
    prefix: json.prefix,
    lsn: json.lsn,
    commitTimeMs: json.commitTimeMs,
    nextTransactionId: json.nextTransactionId,
    parent: json.parent ?? undefined,
    roots: {
      lsn: json.lsn,
      trees: decodeTrees(json.trees, body, jsonBytes, codec),
      sequences: decodeSequences(json.sequences),
    },
  }
}

function decodeTrees(
  trees: readonly TreeJson[],
  body: Uint8Array,
  start: number,
  codec: DatumCodec,
): PersistentMap<TreeRoot> {
  let map = PersistentMap.empty<TreeRoot>()
  let at = start
  for (const { id, schema, height, nextRowId, lsn, entryBytes } of trees) {
    // A copy: page decoding wants an aligned buffer of its own.
    const bytes = body.slice(at, at + entryBytes)
    const top = entryBytes === 0 ? undefined : decodeEntry(bytes, codec)
    map = map.set(id, { id, schema, height, nextRowId, lsn, top })
    at += (entryBytes + 7) & ~7
  }
  return map
}

function decodeEntry(bytes: Uint8Array, codec: DatumCodec): ChildEntry {
  const node = decodePage(bytes, codec)
  const entry = node.kind === 'interior' ? node.children[0] : undefined
  if (entry === undefined || isResident(entry.pointer)) throw corrupt('bad root entry in manifest')
  return entry
}

function decodeSequences(sequences: ManifestJson['sequences']): PersistentMap<SequenceState> {
  let map = PersistentMap.empty<SequenceState>()
  for (const [id, value, isCalled] of sequences) {
    const lastValue = typeof value === 'string' ? BigInt(value) : value
    map = map.set(id, { lastValue, isCalled })
  }
  return map
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 8 === 0) return bytes
  const longer = new Uint8Array((bytes.length + 7) & ~7)
  longer.set(bytes)
  return longer
}
