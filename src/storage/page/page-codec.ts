/**
 * Pages as bytes: the one seam between nodes in memory and what lies in layers. The checksum of a page is part of
 * its address (CRC-32C of all bytes) and is verified by whoever fetched the bytes, or here when it is passed in.
 *
 *   u16 magic "LP"   u8 version   u8 page kind (1 leaf, 2 interior, 3 overflow)
 *   leaf:      u32 rows, u32 columns, u32 variable bytes, row ids, the columns (column-codec.ts)
 *   interior:  u8 level, u32 children; per child: address, f64 rows, f64 first row id,
 *              u16 key values, u16 zone columns, the key values, then min and max of each zone column
 *   overflow:  u32 length, the bytes
 */
import { assert } from '../../errors/sql-error.ts'
import type { Datum } from '../vector.ts'
import { rangeOfColumn } from './column.ts'
import { readColumn, readOwnColumn, skipColumn, writeColumn } from './column-codec.ts'
import type { Overflow } from './column-codec.ts'
import { crc32c } from './crc32c.ts'
import { ByteReader, ByteWriter, damaged } from './byte-writer.ts'
import { readAddress, readDatum, writeAddress, writeDatum } from './datum-codec.ts'
import { isResident } from './node.ts'
import type {
  ChildEntry,
  Column,
  DatumCodec,
  InteriorNode,
  LeafNode,
  LeafParts,
  PageNode,
  TreeNode,
} from './node.ts'
import { readInt64s, skipInts, writeInt64s } from './number-codec.ts'
import type { PageAddress } from './page-address.ts'

const MAGIC = 0x504c
const VERSION = 1
const KIND_LEAF = 1
const KIND_INTERIOR = 2
const KIND_OVERFLOW = 3

/** Large values are cut into pages of this size, well below what the local store takes as one blob. */
export const OVERFLOW_CHUNK_BYTES = 256 * 1024

export interface PageWriter {
  readonly codec: DatumCodec
  /** The address of a child that was written before its parent (a resident child has none of its own yet). */
  addressOf(node: TreeNode): PageAddress
  /** Appends an overflow page's bytes to the same layer. Called during `encodePage`, before it returns. */
  writeOverflow(bytes: Uint8Array): PageAddress
}

/** The bytes of a page; the address's checksum is `crc32c(bytes)`. */
export function encodePage(node: TreeNode, writer: PageWriter): Uint8Array {
  const out = new ByteWriter()
  if (node.kind === 'leaf') writeLeaf(out, node, writer)
  else writeInterior(out, node, writer)
  return out.finish()
}

function writeHeader(out: ByteWriter, kind: number): void {
  out.u16(MAGIC)
  out.u8(VERSION)
  out.u8(kind)
}

function writeLeaf(out: ByteWriter, leaf: LeafNode, writer: PageWriter): void {
  writeHeader(out, KIND_LEAF)
  out.u32(leaf.length)
  out.u32(leaf.columns.length)
  out.u32(Math.max(0, leaf.variableBytes))
  writeInt64s(out, leaf.rowIds.subarray(0, leaf.length))
  const overflow = overflowOf(writer)
  for (const column of leaf.columns) {
    writeColumn(out, rangeOfColumn(column), leaf.length, writer.codec, overflow)
  }
}

function overflowOf(writer: PageWriter): Overflow {
  return (bytes, valueKind, prefix) => {
    const chunks: PageAddress[] = []
    for (let at = 0; at < bytes.length; at += OVERFLOW_CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + OVERFLOW_CHUNK_BYTES)
      const out = new ByteWriter()
      writeHeader(out, KIND_OVERFLOW)
      out.blob(chunk)
      chunks.push(writer.writeOverflow(out.finish()))
    }
    return { kind: 'large-value', valueKind, length: bytes.length, chunks, prefix }
  }
}

function writeInterior(out: ByteWriter, node: InteriorNode, writer: PageWriter): void {
  writeHeader(out, KIND_INTERIOR)
  out.u8(node.level)
  out.u32(node.children.length)
  for (const child of node.children) writeEntry(out, child, writer)
}

function writeEntry(out: ByteWriter, entry: ChildEntry, writer: PageWriter): void {
  const { pointer, zone, firstKey } = entry
  const address = isResident(pointer) ? (pointer.written ?? writer.addressOf(pointer)) : pointer
  writeAddress(out, address)
  out.f64(entry.rowCount)
  out.f64(entry.firstRowId)
  const zoneColumns = Math.max(zone.mins.length, zone.maxs.length)
  out.u16(firstKey.length)
  out.u16(zoneColumns)
  for (const value of firstKey) writeDatum(out, value, writer.codec)
  for (let position = 0; position < zoneColumns; position++) {
    writeDatum(out, zone.mins[position], writer.codec)
    writeDatum(out, zone.maxs[position], writer.codec)
  }
}

/**
 * Throws XX001 when the bytes are no page of a known version, or do not hash to `checksum`. Column arrays are views
 * of `bytes` where they can; text and datum columns decode when they are first touched.
 */
export function decodePage(bytes: Uint8Array, codec: DatumCodec, checksum?: number): PageNode {
  if (checksum !== undefined && crc32c(bytes) !== checksum) throw damaged('page: checksum mismatch')
  const reader = new ByteReader(bytes)
  const kind = readHeader(reader)
  switch (kind) {
    case KIND_LEAF:
      return readLeaf(reader, codec)
    case KIND_INTERIOR:
      return readInterior(reader, codec)
    case KIND_OVERFLOW:
      return { kind: 'overflow', bytes: reader.blob() }
    default:
      throw damaged(`page: unknown kind ${kind}`)
  }
}

/** The kind of page. */
function readHeader(reader: ByteReader): number {
  if (reader.u16() !== MAGIC) throw damaged('page: it does not begin like one')
  const version = reader.u8()
  if (version !== VERSION) throw damaged(`page: unknown version ${version}`)
  return reader.u8()
}

function readLeaf(reader: ByteReader, codec: DatumCodec): LeafNode {
  const header = readLeafHeader(reader)
  const rowIds = readRowIds(reader, header.length)
  const columns = []
  for (let i = 0; i < header.columnCount; i++) {
    columns.push(readColumn(reader, header.length, codec))
  }
  return leafOf(header, rowIds, columns)
}

/**
 * A leaf of which only the wanted parts can be read. It keeps nothing of `bytes`, so these may be released; undefined
 * when they are no leaf.
 */
export function decodeLeafParts(
  bytes: Uint8Array,
  wanted: LeafParts,
  codec: DatumCodec,
): LeafNode | undefined {
  const reader = new ByteReader(bytes)
  if (readHeader(reader) !== KIND_LEAF) return undefined
  const header = readLeafHeader(reader)
  const { length } = header
  const rowIds = wanted.rowIds ? ownRowIds(reader, length) : NO_ROW_IDS
  if (!wanted.rowIds) skipInts(reader, length, 8)
  const columns = []
  for (let position = 0; position < header.columnCount; position++) {
    const isWanted = wanted.positions.includes(position)
    columns.push(isWanted ? readOwnColumn(reader, length, codec) : skipColumn(reader, length))
  }
  return leafOf(header, rowIds, columns)
}

const NO_ROW_IDS = new Float64Array(0)

function ownRowIds(reader: ByteReader, length: number): Float64Array {
  const rowIds = readRowIds(reader, length)
  return rowIds.buffer === reader.bytes.buffer ? rowIds.slice() : rowIds
}

interface LeafHeader {
  readonly length: number
  readonly columnCount: number
  readonly variableBytes: number
}

function readLeafHeader(reader: ByteReader): LeafHeader {
  return { length: reader.u32(), columnCount: reader.u32(), variableBytes: reader.u32() }
}

function readRowIds(reader: ByteReader, length: number): Float64Array {
  const rowIds = readInt64s(reader, length)
  assert(rowIds instanceof Float64Array, 'row ids are safe integers')
  return rowIds
}

function leafOf(
  { length, variableBytes }: LeafHeader,
  rowIds: Float64Array,
  columns: Column[],
): LeafNode {
  return {
    kind: 'leaf',
    owner: undefined,
    written: undefined,
    length,
    rowIds,
    columns,
    variableBytes,
    tail: { used: length },
    shared: false,
  }
}

function readInterior(reader: ByteReader, codec: DatumCodec): InteriorNode {
  const level = reader.u8()
  const children: ChildEntry[] = []
  for (let count = reader.u32(); count > 0; count--) children.push(readEntry(reader, codec))
  return { kind: 'interior', owner: undefined, written: undefined, level, children }
}

function readEntry(reader: ByteReader, codec: DatumCodec): ChildEntry {
  const pointer = readAddress(reader)
  const rowCount = reader.f64()
  const firstRowId = reader.f64()
  const keyCount = reader.u16()
  const zoneCount = reader.u16()
  const firstKey: (Datum | null)[] = []
  for (let i = 0; i < keyCount; i++) firstKey.push(readDatum(reader, codec) ?? null)
  const mins: (Datum | undefined)[] = []
  const maxs: (Datum | undefined)[] = []
  for (let i = 0; i < zoneCount; i++) {
    mins.push(readDatum(reader, codec) ?? undefined)
    maxs.push(readDatum(reader, codec) ?? undefined)
  }
  return { firstKey, firstRowId, rowCount, zone: { mins, maxs }, pointer }
}
