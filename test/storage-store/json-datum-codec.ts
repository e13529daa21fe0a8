import type { DatumCodec } from '../../src/storage/page/node.ts'

/** Datums in storage tests are JSON values. */
export const JSON_DATUM_CODEC: DatumCodec = {
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  compare(a, b) {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
    return left < right ? -1 : left > right ? 1 : 0
  },
  sizeOf: (value) => JSON.stringify(value).length,
}
