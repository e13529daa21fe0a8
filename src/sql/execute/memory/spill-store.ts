/** Where operators put rows that exceed their memory. Injected; synchronous (the object's own SQLite storage). */
import type { Datum } from '../../../storage/vector.ts'

export interface SpillStore {
  /** Keeps a copy of the bytes until released; returns how to ask for them. */
  append(bytes: Uint8Array): number
  /** Belongs to whoever asked. */
  read(id: number): Uint8Array
  release(id: number): void
}

/** Bytes of values that are objects. The same codec as the storage engine's. */
export interface DatumCodec {
  encode(value: Datum): Uint8Array
  decode(bytes: Uint8Array): Datum
  compare(a: Datum, b: Datum): number
  sizeOf(value: Datum): number
}
