/** bytea and uuid functions, digests, encode/decode and conversions between character sets. */
import {
  byteOverlay,
  bytePosition,
  byteSubstring,
  checkIndex,
  concatBytes,
  countBits,
  getBit,
  setBit,
  trimBytes,
} from '../../types/binary/bytea.ts'
import { convertFrom, convertTo, decodeText, encodeBytes } from '../../types/binary/encodings.ts'
import { md5, sha224, sha256, sha384, sha512 } from '../../types/binary/message-digest.ts'
import { randomUuid, uuidTimestamp, uuidVersion } from '../../types/binary/uuid.ts'
import { compareBytes } from '../../types/compare-datums.ts'
import { compareByCodePoint } from '../../types/text/compare-text.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

const utf8 = new TextEncoder()
type Bytes = Uint8Array

export function registerBytes(registry: FunctionRegistry): void {
  registerComparisons<Bytes>(registry, 'bytea', compareBytes)
  registerParts(registry)
  registerBits(registry)
  registerDigests(registry)
  registerUuid(registry)
}

function registerParts(registry: FunctionRegistry): void {
  registerPure(registry, {
    byteacmp: compareBytes,
    byteacat: concatBytes,
    byteaoctetlen: (value: Bytes) => value.length,
    'bit_length(bytea)': (value: Bytes) => value.length * 8,
    bytea_substr: byteSubstring,
    bytea_substr_no_len: (value: Bytes, start: number) => byteSubstring(value, start),
    byteaoverlay: byteOverlay,
    byteaoverlay_no_len: (value: Bytes, part: Bytes, start: number) =>
      byteOverlay(value, part, start),
    byteapos: bytePosition,
    byteatrim: (value: Bytes, set: Bytes) => trimBytes(value, set, true, true),
    bytealtrim: (value: Bytes, set: Bytes) => trimBytes(value, set, true, false),
    byteartrim: (value: Bytes, set: Bytes) => trimBytes(value, set, false, true),
    bytea_larger: (a: Bytes, b: Bytes) => (compareBytes(a, b) > 0 ? a : b),
    bytea_smaller: (a: Bytes, b: Bytes) => (compareBytes(a, b) < 0 ? a : b),
  })
}

function registerBits(registry: FunctionRegistry): void {
  registerPure(registry, {
    byteaGetByte: (value: Bytes, index: number) => value[checkIndex(index, value.length)],
    byteaSetByte: (value: Bytes, index: number, byte: number) => {
      const result = value.slice()
      result[checkIndex(index, value.length)] = byte
      return result
    },
    byteaGetBit: getBit,
    byteaSetBit: setBit,
    bytea_bit_count: countBits,
  })
}

function registerDigests(registry: FunctionRegistry): void {
  registerPure(registry, {
    md5_text: (text: string) => md5(utf8.encode(text)),
    md5_bytea: md5,
    sha224_bytea: sha224,
    sha256_bytea: sha256,
    sha384_bytea: sha384,
    sha512_bytea: sha512,
    binary_encode: encodeBytes,
    binary_decode: decodeText,
    pg_convert_from: convertFrom,
    pg_convert_to: convertTo,
    pg_convert: (value: Bytes, from: string, to: string) => convertTo(convertFrom(value, from), to),
    length_in_encoding: (value: Bytes, encoding: string) =>
      Array.from(convertFrom(value, encoding)).length,
  })
}

function registerUuid(registry: FunctionRegistry): void {
  registerComparisons<string>(registry, 'uuid_', compareByCodePoint)
  registerPure(registry, {
    uuid_cmp: compareByCodePoint,
    uuid_extract_version: uuidVersion,
    uuid_extract_timestamp: uuidTimestamp,
  })
  registry.scalar('gen_random_uuid', (context: CallContext) =>
    randomUuid(context.session.randomBytes(16)),
  )
}
