/**
 * The write set of a giant transaction, kept out of memory: pieces of it lie in the bucket, each a log record of its
 * own without a place in the log, written while the transaction runs. The commit appends one small record to the log
 * that names them:
 *
 *   u32 magic "LKPC", u32 CRC-32C of all that follows, u32 length of the JSON, the JSON padded to 4, the log record
 *
 * The record holds the operations after the last piece. If the transaction aborts, the pieces are orphans.
 */
import { corrupt } from '../layer/layer-format.ts'
import { crc32c } from '../page/crc32c.ts'
import type { DatumCodec } from '../page/node.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import { decodeLogRecord, type LogRecord } from '../transaction/log-record.ts'

const MAGIC = 0x43504b4c
const HEADER_BYTES = 12

export interface DetachedPiece {
  readonly key: string
  /** Only the first so many operations count: a rollback to a savepoint may have taken back the others. */
  readonly operations: number
  readonly sizeBytes: number
}

/** A commit as it was stored. */
export interface StoredCommit {
  readonly pieces: readonly DetachedPiece[]
  /** LSN, time, sequences, and the operations after those of the pieces. */
  readonly record: LogRecord
}

export function encodeCommit(pieces: readonly DetachedPiece[], record: Uint8Array): Uint8Array {
  if (pieces.length === 0) return record
  const json = new TextEncoder().encode(JSON.stringify(pieces))
  const start = HEADER_BYTES + ((json.length + 3) & ~3)
  const bytes = new Uint8Array(start + record.length)
  const view = new DataView(bytes.buffer)
  bytes.set(json, HEADER_BYTES)
  bytes.set(record, start)
  view.setUint32(0, MAGIC, true)
  view.setUint32(8, json.length, true)
  view.setUint32(4, crc32c(bytes.subarray(8)), true)
  return bytes
}

/** Throws XX001. */
export function decodeCommit(bytes: Uint8Array, codec: DatumCodec): StoredCommit {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    return { pieces: [], record: decodeLogRecord(bytes, codec) }
  }
  if (crc32c(bytes.subarray(8)) !== view.getUint32(4, true)) throw corrupt('log record is damaged')
  const end = HEADER_BYTES + view.getUint32(8, true)
  const json = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, end))
  return {
    pieces: JSON.parse(json) as DetachedPiece[], // the checksum vouches for the shape
    record: decodeLogRecord(bytes.slice((end + 3) & ~3), codec),
  }
}

/** The records that make up a commit, in order, all with its LSN and time; the last one holds the sequences. */
export async function* commitParts(
  objects: ObjectStore,
  stored: Uint8Array,
  codec: DatumCodec,
): AsyncGenerator<LogRecord, void, void> {
  const { pieces, record } = decodeCommit(stored, codec)
  for (const piece of pieces) {
    const { operations } = await fetchPiece(objects, piece, codec)
    yield { ...record, operations, sequences: [] }
  }
  yield record
}

/** One piece, with the operations that count. */
export async function fetchPiece(
  objects: ObjectStore,
  piece: DetachedPiece,
  codec: DatumCodec,
): Promise<LogRecord> {
  const bytes = await objects.get(piece.key)
  if (bytes === undefined) throw corrupt(`${piece.key} is missing`)
  const record = decodeLogRecord(bytes, codec)
  return { ...record, operations: record.operations.slice(0, piece.operations) }
}
