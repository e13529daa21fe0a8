/** Text input and output of bytea, uuid, bit and bit varying. */
import type { TypeIoRegistry } from '../type-io.ts'
import type { BitString } from '../value-classes.ts'
import { parseBit, parseVarbit } from './bit-string.ts'
import { formatBytea, parseBytea } from './bytea.ts'
import { parseUuid } from './uuid.ts'

export function registerBinaryIo(registry: TypeIoRegistry): void {
  registry.input('byteain', parseBytea)
  registry.output('byteaout', (value, { session }) =>
    formatBytea(value as Uint8Array, session.setting('bytea_output')),
  )
  registry.input('uuid_in', parseUuid)
  registry.output('uuid_out', (value) => value as string)
  registry.input('bit_in', (text, { typmod }) => parseBit(text, typmod))
  registry.output('bit_out', (value) => (value as BitString).bits)
  registry.input('varbit_in', (text, { typmod }) => parseVarbit(text, typmod))
  registry.output('varbit_out', (value) => (value as BitString).bits)
}
