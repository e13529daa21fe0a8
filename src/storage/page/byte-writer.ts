/** A growing little-endian buffer, and its reader. Arrays are 8-byte aligned so that decoding can be a view. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { releaseBytes } from '../release-bytes.ts'
import { crc32c } from './crc32c.ts'

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

export function damaged(what: string): SqlError {
  return new SqlError(SQLSTATE.DATA_CORRUPTED, `damaged ${what}`)
}

const EMPTY = new Uint8Array(0)
const ASCII_UNITS_MAX = 64
/** Longer text is encoded aside, since room for the worst case would be three times its length. */
const LONG_TEXT_UNITS = 256 * 1024
const SCRATCH_BYTES_MAX = 1024 * 1024
/** Lent to one writer at a time, so that a small record allocates nothing but its result. */
let scratch: Uint8Array | undefined = new Uint8Array(64 * 1024)

/** An allocation of their own costs small results more than writing them. */
const SHARED_BYTES = 32 * 1024
const SHARED_RESULT_MAX = 1024
let shared = EMPTY
let sharedUsed = 0

export class ByteWriter {
  private bytes: Uint8Array
  private view: DataView
  private at = 0

  constructor() {
    this.bytes = scratch ?? new Uint8Array(4096)
    scratch = undefined
    this.view = new DataView(this.bytes.buffer)
  }

  get length(): number {
    return this.at
  }

  /** The bytes written. The writer must not be used again. */
  finish(): Uint8Array {
    const result = this.bytes.slice(0, this.at)
    if (this.bytes.length <= SCRATCH_BYTES_MAX) scratch = this.bytes
    else releaseBytes(this.bytes)
    this.bytes = EMPTY
    return result
  }

  /** The same for small results of which many are made: they share memory, which goes when the last of them goes. */
  finishShared(): Uint8Array {
    const length = this.at
    if (length > SHARED_RESULT_MAX) return this.finish()
    if (sharedUsed + length > shared.length) {
      shared = new Uint8Array(SHARED_BYTES)
      sharedUsed = 0
    }
    const result = shared.subarray(sharedUsed, sharedUsed + length)
    result.set(this.bytes.subarray(0, length))
    // Readers want to begin at a multiple of eight.
    sharedUsed += (length + 7) & ~7
    scratch = this.bytes
    this.bytes = EMPTY
    return result
  }

  private room(count: number): number {
    const at = this.at
    this.at += count
    if (this.at > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.at, this.bytes.length * 2))
      grown.set(this.bytes)
      releaseBytes(this.bytes)
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return at
  }

  /** Writes the CRC-32C of all that was written from `from` on where `at` left room for it. */
  checksum(at: number, from: number): void {
    this.view.setUint32(at, crc32c(this.bytes, 0, from, this.at), true)
  }

  align(): void {
    const at = this.at
    const padding = -at & 7
    // A recycled region may hold anything: write the zeros.
    this.bytes.fill(0, this.room(padding), at + padding)
  }

  u8(value: number): void {
    const at = this.room(1)
    this.bytes[at] = value
  }

  u16(value: number): void {
    this.viewOf(2).setUint16(this.at - 2, value, true)
  }

  u32(value: number): void {
    this.viewOf(4).setUint32(this.at - 4, value, true)
  }

  f64(value: number): void {
    this.viewOf(8).setFloat64(this.at - 8, value, true)
  }

  i64(value: bigint): void {
    this.viewOf(8).setBigInt64(this.at - 8, value, true)
  }

  private viewOf(count: number): DataView {
    this.room(count)
    return this.view
  }

  raw(bytes: Uint8Array): void {
    const at = this.room(bytes.length)
    this.bytes.set(bytes, at)
  }

  /** A typed array's memory; all platforms that run this are little-endian. */
  array(values: ArrayBufferView): void {
    this.align()
    this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  /** u32 byte length and UTF-8. */
  text(text: string): void {
    if (text.length > LONG_TEXT_UNITS) return this.blob(ENCODER.encode(text))
    const start = this.room(4 + text.length * 3) + 4
    const count = this.ascii(text, start) ?? this.utf8(text, start)
    this.view.setUint32(start - 4, count, true)
    this.at = start + count
  }

  /** Short ASCII text byte by byte, which is faster than the call of an encoder; else undefined. */
  private ascii(text: string, start: number): number | undefined {
    if (text.length > ASCII_UNITS_MAX) return undefined
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) return undefined
      this.bytes[start + i] = unit
    }
    return text.length
  }

  private utf8(text: string, start: number): number {
    return ENCODER.encodeInto(text, this.bytes.subarray(start)).written
  }

  blob(bytes: Uint8Array): void {
    this.u32(bytes.length)
    this.raw(bytes)
  }
}

export class ByteReader {
  readonly bytes: Uint8Array
  at = 0
  private readonly view: DataView

  /** Copies `bytes` when they do not begin at a multiple of 8 of their buffer. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }

  private take(count: number): number {
    const at = this.at
    this.at += count
    if (this.at > this.bytes.length) throw damaged('page or log record: it ends too early')
    return at
  }

  align(): void {
    this.at = (this.at + 7) & ~7
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), true)
  }

  raw(count: number): Uint8Array {
    const at = this.take(count)
    return this.bytes.subarray(at, at + count)
  }

  text(): string {
    return DECODER.decode(this.raw(this.u32()))
  }

  blob(): Uint8Array {
    return this.raw(this.u32())
  }

  u8s(count: number): Uint8Array {
    this.align()
    return this.raw(count)
  }

  u16s(count: number): Uint16Array {
    return new Uint16Array(this.bytes.buffer, this.arrayStart(count * 2), count)
  }

  u32s(count: number): Uint32Array {
    return new Uint32Array(this.bytes.buffer, this.arrayStart(count * 4), count)
  }

  i32s(count: number): Int32Array {
    return new Int32Array(this.bytes.buffer, this.arrayStart(count * 4), count)
  }

  f64s(count: number): Float64Array {
    return new Float64Array(this.bytes.buffer, this.arrayStart(count * 8), count)
  }

  i64s(count: number): BigInt64Array {
    return new BigInt64Array(this.bytes.buffer, this.arrayStart(count * 8), count)
  }

  /** Past an array of so many bytes. */
  skipArray(byteCount: number): void {
    this.arrayStart(byteCount)
  }

  private arrayStart(byteCount: number): number {
    this.align()
    return this.bytes.byteOffset + this.take(byteCount)
  }
}
