/**
 * A commit as the log has it: enough to replay it on the state before, without a catalog, and for change capture
 * the old values too.
 *
 *   u16 magic "LR"   u8 version   u8 reserved   u32 CRC-32C of all that follows
 *   f64 LSN, f64 transaction id, f64 commit time in ms
 *   u32 sequences; per sequence: f64 id, u8 is called, last value
 *   u32 operations; per operation: u8 kind, f64 tree, then
 *     create-tree: the schema as JSON · clone-tree: f64 the tree it copies
 *     row operations: u32 rows, row ids, one or two lists of columns
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { Lsn, SequenceState, TreeId, TreeSchema } from '../access.ts'
import { ByteReader, ByteWriter, damaged } from '../page/byte-writer.ts'
import { readColumn, writeColumn } from '../page/column-codec.ts'
import { columnValues, vectorOfRange } from '../page/column.ts'
import { crc32c } from '../page/crc32c.ts'
import { readDatum, writeDatum } from '../page/datum-codec.ts'
import type { DatumCodec } from '../page/node.ts'
import { readInt64s, writeInt64s } from '../page/number-codec.ts'
import { batch } from '../vector.ts'
import type { Batch, Vector } from '../vector.ts'

export { applyRecord } from './apply-record.ts'

interface RowsBase {
  readonly tree: TreeId
  readonly rowIds: Float64Array
}

export type WriteOperation =
  | { readonly kind: 'create-tree'; readonly tree: TreeId; readonly schema: TreeSchema }
  | { readonly kind: 'drop-tree'; readonly tree: TreeId }
  /** A new tree with the rows of `source` as they are now, sharing its pages. */
  | { readonly kind: 'clone-tree'; readonly tree: TreeId; readonly source: TreeId }
  | (RowsBase & { readonly kind: 'insert-rows'; readonly after: Batch })
  | (RowsBase & { readonly kind: 'update-rows'; readonly before: Batch; readonly after: Batch })
  | (RowsBase & { readonly kind: 'delete-rows'; readonly before: Batch })
  | (RowsBase & { readonly kind: 'insert-keys' | 'delete-keys'; readonly keys: Batch })

/** One commit. */
export interface LogRecord {
  readonly lsn: Lsn
  readonly transactionId: number
  /** Milliseconds since 1970, from the injected clock. */
  readonly commitTimeMs: number
  readonly operations: readonly WriteOperation[]
  readonly sequences: readonly (readonly [TreeId, SequenceState])[]
}

const MAGIC = 0x524c
const VERSION = 1
const HEADER_BYTES = 8
const CHECKSUM_AT = 4
const RECORD_BYTES_MAX = 1024 * 1024 * 1024

const KINDS: readonly WriteOperation['kind'][] = [
  'create-tree',
  'drop-tree',
  'insert-rows',
  'update-rows',
  'delete-rows',
  'insert-keys',
  'delete-keys',
  'clone-tree',
]

/** The other way round. */
const KIND_NUMBERS: Readonly<Record<WriteOperation['kind'], number>> = {
  'create-tree': 0,
  'drop-tree': 1,
  'insert-rows': 2,
  'update-rows': 3,
  'delete-rows': 4,
  'insert-keys': 5,
  'delete-keys': 6,
  'clone-tree': 7,
}

/** Throws SqlError 54000 for a record that cannot be stored. */
export function encodeLogRecord(record: LogRecord, codec: DatumCodec): Uint8Array {
  const out = new ByteWriter()
  out.u16(MAGIC)
  out.u8(VERSION)
  out.u8(0)
  out.u32(0)
  out.f64(record.lsn)
  out.f64(record.transactionId)
  out.f64(record.commitTimeMs)
  out.u32(record.sequences.length)
  for (const [id, state] of record.sequences) {
    out.f64(id)
    out.u8(state.isCalled ? 1 : 0)
    writeDatum(out, state.lastValue, codec)
  }
  out.u32(record.operations.length)
  for (const operation of record.operations) {
    writeOperation(out, operation, codec)
    if (out.length > RECORD_BYTES_MAX) {
      throw new SqlError(SQLSTATE.PROGRAM_LIMIT_EXCEEDED, 'transaction is too large for the log')
    }
  }
  out.checksum(CHECKSUM_AT, HEADER_BYTES)
  return out.finishShared()
}

function writeOperation(out: ByteWriter, operation: WriteOperation, codec: DatumCodec): void {
  out.u8(KIND_NUMBERS[operation.kind])
  out.f64(operation.tree)
  if (operation.kind === 'drop-tree') return
  if (operation.kind === 'clone-tree') return out.f64(operation.source)
  if (operation.kind === 'create-tree') return out.text(JSON.stringify(operation.schema))
  const { rowIds } = operation
  out.u32(rowIds.length)
  writeInt64s(out, rowIds)
  switch (operation.kind) {
    case 'insert-rows':
      return writeRows(out, operation.after, rowIds.length, codec)
    case 'update-rows':
      writeRows(out, operation.before, rowIds.length, codec)
      return writeRows(out, operation.after, rowIds.length, codec)
    case 'delete-rows':
      return writeRows(out, operation.before, rowIds.length, codec)
    default:
      return writeRows(out, operation.keys, rowIds.length, codec)
  }
}

function writeRows(out: ByteWriter, rows: Batch, length: number, codec: DatumCodec): void {
  out.u16(rows.columns.length)
  for (const column of rows.columns) writeColumn(out, column, length, codec)
}

/** Throws SqlError XX001 when version or checksum are wrong. */
export function decodeLogRecord(bytes: Uint8Array, codec: DatumCodec): LogRecord {
  const reader = new ByteReader(bytes)
  if (reader.u16() !== MAGIC) throw damaged('log record: it does not begin like one')
  const version = reader.u8()
  if (version !== VERSION) throw damaged(`log record: unknown version ${version}`)
  reader.u8()
  const checksum = reader.u32()
  if (crc32c(reader.bytes.subarray(HEADER_BYTES)) !== checksum) {
    throw damaged('log record: checksum mismatch')
  }
  const lsn = reader.f64() as Lsn // brand
  const transactionId = reader.f64()
  const commitTimeMs = reader.f64()
  const sequences: (readonly [TreeId, SequenceState])[] = []
  for (let count = reader.u32(); count > 0; count--) sequences.push(readSequence(reader, codec))
  const operations: WriteOperation[] = []
  for (let count = reader.u32(); count > 0; count--) operations.push(readOperation(reader, codec))
  return { lsn, transactionId, commitTimeMs, operations, sequences }
}

function readSequence(reader: ByteReader, codec: DatumCodec): readonly [TreeId, SequenceState] {
  const id = reader.f64() as TreeId // brand
  const isCalled = reader.u8() === 1
  const lastValue = readDatum(reader, codec)
  if (typeof lastValue !== 'number' && typeof lastValue !== 'bigint') {
    throw damaged('log record: a sequence has a number')
  }
  return [id, { lastValue, isCalled }]
}

function readOperation(reader: ByteReader, codec: DatumCodec): WriteOperation {
  const kind = KINDS[reader.u8()]
  const tree = reader.f64() as TreeId // brand
  if (kind === undefined) throw damaged('log record: unknown operation')
  if (kind === 'drop-tree') return { kind, tree }
  if (kind === 'clone-tree') return { kind, tree, source: reader.f64() as TreeId } // brand
  if (kind === 'create-tree') {
    // The checksum vouches for the shape.
    return { kind, tree, schema: JSON.parse(reader.text()) as TreeSchema }
  }
  const count = reader.u32()
  const rowIds = Float64Array.from(readInt64s(reader, count), Number)
  const first = readRows(reader, count, codec)
  switch (kind) {
    case 'insert-rows':
      return { kind, tree, rowIds, after: first }
    case 'update-rows':
      return { kind, tree, rowIds, before: first, after: readRows(reader, count, codec) }
    case 'delete-rows':
      return { kind, tree, rowIds, before: first }
    default:
      return { kind, tree, rowIds, keys: first }
  }
}

function readRows(reader: ByteReader, length: number, codec: DatumCodec): Batch {
  const columns: Vector[] = []
  for (let count = reader.u16(); count > 0; count--) {
    const column = readColumn(reader, length, codec)
    columnValues(column)
    columns.push(vectorOfRange(column, 0, length))
  }
  return batch(columns, length)
}
