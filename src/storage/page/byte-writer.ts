/** A growing little-endian buffer, and its reader. Arrays are 8-byte aligned so that decoding can be a view. */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true })

export function damaged(what: string): SqlError {
  return new SqlError(SQLSTATE.DATA_CORRUPTED, `damaged ${what}`)
}

export class ByteWriter {
  private bytes: Uint8Array
  private view: DataView
  private at = 0

  constructor(capacity = 4096) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  get length(): number {
    return this.at
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  private room(count: number): number {
    const at = this.at
    this.at += count
    if (this.at > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.at, this.bytes.length * 2))
      grown.set(this.bytes)
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    return at
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
    this.view_(2).setUint16(this.at - 2, value, true)
  }

  u32(value: number): void {
    this.view_(4).setUint32(this.at - 4, value, true)
  }

  f64(value: number): void {
    this.view_(8).setFloat64(this.at - 8, value, true)
  }

  i64(value: bigint): void {
    this.view_(8).setBigInt64(this.at - 8, value, true)
  }

  private view_(count: number): DataView {
    this.room(count)
    return this.view
  }

  setU32(at: number, value: number): void {
    this.view.setUint32(at, value, true)
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

  text(text: string): void {
    const bytes = ENCODER.encode(text)
    this.u32(bytes.length)
    this.raw(bytes)
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

  private arrayStart(byteCount: number): number {
    this.align()
    return this.bytes.byteOffset + this.take(byteCount)
  }
}
