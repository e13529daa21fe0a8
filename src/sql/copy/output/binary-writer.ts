/** COPY TO in the binary format; its layout is drawn in `input/split/binary-splitter.ts`. */
import type { ResultRow } from '../../session/result/statement-result.ts'
import { SIGNATURE } from '../input/split/binary-splitter.ts'
import { RowBytes } from './row-bytes.ts'
import type { RowWriter } from './row-writer.ts'

const END = -1
const NULL = -1

export class BinaryWriter implements RowWriter {
  readonly #bytes = new RowBytes('utf8')

  /** Leaves with the first row, or with the end. */
  header(): undefined {
    this.#bytes.bytes(SIGNATURE)
    this.#bytes.int32(0)
    this.#bytes.int32(0)
    return undefined
  }

  row(values: ResultRow): Uint8Array {
    const bytes = this.#bytes
    bytes.int16(values.length)
    for (const value of values) {
      if (value === null) {
        bytes.int32(NULL)
        continue
      }
      const binary = value as Uint8Array // asked for as binary
      bytes.int32(binary.length)
      bytes.bytes(binary)
    }
    return bytes.take()
  }

  trailer(): Uint8Array {
    this.#bytes.int16(END)
    return this.#bytes.take()
  }
}
