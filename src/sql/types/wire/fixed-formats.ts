/** Binary forms of fixed size: numbers, dates, times, uuid; and bytea, which is its own binary form. */
import { normalizeInt64 } from '../../../storage/vector.ts'
import { Interval, TimeTz } from '../value-classes.ts'
import type { BinaryFormat } from './binary-formats.ts'
import { requireLength } from './binary-length.ts'

/** Values are written here and copied out: a small array without a buffer of its own costs a fraction of one with a view over it. */
const scratch = new DataView(new ArrayBuffer(16))
const scratchBytes = new Uint8Array(scratch.buffer)

function written(size: number): Uint8Array {
  return scratchBytes.slice(0, size)
}

export const booleanFormat: BinaryFormat = {
  receive: (bytes) => requireLength(bytes, 1).getUint8(0) !== 0,
  send: (value) => Uint8Array.of(value === true ? 1 : 0),
}

/** date, time and the timestamps too: days and microseconds since 2000-01-01, as the datums are. */
export function integerFormat(size: 2 | 4 | 8): BinaryFormat {
  return {
    receive: (bytes) => {
      const view = requireLength(bytes, size)
      if (size === 8) return normalizeInt64(view.getBigInt64(0))
      return size === 4 ? view.getInt32(0) : view.getInt16(0)
    },
    send: (value) => {
      if (size === 8) scratch.setBigInt64(0, BigInt(value as number | bigint))
      else if (size === 4) scratch.setInt32(0, value as number)
      else scratch.setInt16(0, value as number)
      return written(size)
    },
  }
}

export const unsignedFormat: BinaryFormat = {
  receive: (bytes) => requireLength(bytes, 4).getUint32(0),
  send: (value) => {
    scratch.setUint32(0, value as number)
    return written(4)
  },
}

export const float4Format: BinaryFormat = {
  receive: (bytes) => requireLength(bytes, 4).getFloat32(0),
  send: (value) => {
    scratch.setFloat32(0, value as number)
    return written(4)
  },
}

export const float8Format: BinaryFormat = {
  receive: (bytes) => requireLength(bytes, 8).getFloat64(0),
  send: (value) => {
    scratch.setFloat64(0, value as number)
    return written(8)
  },
}

/** int64 microseconds · int32 days · int32 months */
export const intervalFormat: BinaryFormat = {
  receive: (bytes) => {
    const view = requireLength(bytes, 16)
    const micros = normalizeInt64(view.getBigInt64(0))
    return new Interval(view.getInt32(12), view.getInt32(8), micros)
  },
  send: (value) => {
    const { months, days, micros } = value as Interval
    scratch.setBigInt64(0, BigInt(micros))
    scratch.setInt32(8, days)
    scratch.setInt32(12, months)
    return written(16)
  },
}

/** int64 microseconds · int32 seconds west of UTC */
export const timeTzFormat: BinaryFormat = {
  receive: (bytes) => {
    const view = requireLength(bytes, 12)
    return new TimeTz(Number(view.getBigInt64(0)), view.getInt32(8))
  },
  send: (value) => {
    const { micros, zone } = value as TimeTz
    scratch.setBigInt64(0, BigInt(micros))
    scratch.setInt32(8, zone)
    return written(12)
  },
}

export const uuidFormat: BinaryFormat = {
  receive: (bytes) => {
    requireLength(bytes, 16)
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  },
  send: (value) => {
    const hex = (value as string).replaceAll('-', '')
    return Uint8Array.from({ length: 16 }, (_, at) =>
      Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
    )
  },
}

export const bytesFormat: BinaryFormat = {
  receive: (bytes) => bytes.slice(),
  send: (value) => value as Uint8Array,
}
