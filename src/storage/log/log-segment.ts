/**
 * Pieces of the log in the bucket, for time travel, change capture, and rebuilding a branch from the bucket alone.
 *
 *   header: u32 magic "LKLG", u32 version, then per record:
 *   record: u32 CRC-32C of all that follows, u32 length of the bytes, f64 LSN, the bytes
 *
 * Little-endian. The object's name tells the first and the last LSN, so a listing is the index:
 * `<prefix>log/<first, 16 digits>-<last, 16 digits>-<random>`. Segments may overlap after a crash; records with the
 * same LSN are then the same.
 */
import type { Lsn } from '../access.ts'
import { corrupt } from '../layer/layer-format.ts'
import { crc32c } from '../page/crc32c.ts'
import { listAll, type ObjectStore } from '../platform/object-store.ts'
import { randomHex, type Random } from '../platform/random.ts'
import type { StoredRecord } from './commit-log.ts'

const MAGIC = 0x474c4b4c
const VERSION = 1
const HEADER_BYTES = 8
const RECORD_HEADER_BYTES = 16
const DIGITS = 16

export interface SegmentName {
  readonly key: string
  readonly first: Lsn
  readonly last: Lsn
}

export function lsnDigits(lsn: number): string {
  return String(lsn).padStart(DIGITS, '0')
}

export function segmentKey(prefix: string, first: Lsn, last: Lsn, random: Random): string {
  return `${prefix}log/${lsnDigits(first)}-${lsnDigits(last)}-${randomHex(random, 4)}`
}

export function encodeSegment(records: readonly StoredRecord[]): Uint8Array {
  let length = HEADER_BYTES
  for (const record of records) length += RECORD_HEADER_BYTES + record.bytes.length
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, VERSION, true)
  let at = HEADER_BYTES
  for (const record of records) {
    const end = at + RECORD_HEADER_BYTES + record.bytes.length
    bytes.set(record.bytes, at + RECORD_HEADER_BYTES)
    view.setUint32(at + 4, record.bytes.length, true)
    view.setFloat64(at + 8, record.lsn, true)
    view.setUint32(at, crc32c(bytes.subarray(at + 4, end)), true)
    at = end
  }
  return bytes
}

/** Throws XX001 when anything is wrong: unlike the tail, a segment was complete when it was written. */
export function decodeSegment(bytes: Uint8Array, key: string): StoredRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw corrupt(`${key} is not a log segment`)
  }
  if (view.getUint32(4, true) !== VERSION) throw corrupt(`${key} has an unknown version`)
  const records: StoredRecord[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    const start = at + RECORD_HEADER_BYTES
    if (start > bytes.length) throw corrupt(`log segment ${key} is cut short`)
    const end = start + view.getUint32(at + 4, true)
    if (crc32c(bytes.subarray(at + 4, end)) !== view.getUint32(at, true)) {
      throw corrupt(`log segment ${key} is damaged`)
    }
    const lsn = view.getFloat64(at + 8, true) as Lsn // written as one
    records.push({ lsn, bytes: bytes.subarray(start, end) })
    at = end
  }
  return records
}

/** The segments of a branch, by first LSN. */
export async function listSegments(objects: ObjectStore, prefix: string): Promise<SegmentName[]> {
  const segments: SegmentName[] = []
  for (const { key } of await listAll(objects, `${prefix}log/`)) {
    const [first, last] = key.slice(prefix.length + 4).split('-')
    segments.push({ key, first: Number(first) as Lsn, last: Number(last) as Lsn }) // our own names
  }
  return segments
}

/** The records with `after < lsn <= through` of a branch that are in the bucket, in order, each once. */
export async function* readArchive(
  objects: ObjectStore,
  prefix: string,
  after: Lsn,
  through: Lsn,
): AsyncGenerator<StoredRecord, void, void> {
  let last: number = after
  for (const segment of await listSegments(objects, prefix)) {
    if (segment.last <= last || segment.first > through) continue
    if (segment.first > last + 1) throw corrupt(`log record ${last + 1} is missing`)
    const bytes = await objects.get(segment.key)
    if (bytes === undefined) throw corrupt(`log segment ${segment.key} is missing`)
    for (const record of decodeSegment(bytes, segment.key)) {
      if (record.lsn <= last || record.lsn > through) continue
      last = record.lsn
      yield record
    }
  }
}
