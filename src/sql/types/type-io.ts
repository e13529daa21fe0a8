/**
 * Text input and output of types: the registry behind casts through I/O, literals, parameters and results.
 * Keyed by pg_type.typinput / typoutput ('int4in', 'int4out'). Binary formats join here with the wire protocol.
 */
import type { Datum } from '../../storage/vector.ts'
import type { Catalog, TypeInfo } from '../catalog/catalog.ts'
import type { EvaluationSession } from '../execute/evaluation-session.ts'

export interface TypeIoContext {
  readonly session: EvaluationSession
  readonly catalog: Catalog
  /** The I/O of every other type: arrays, ranges and records read and write their parts through it. */
  readonly io: TypeIo
  /** The type being read or written (for arrays, enums, ranges, domains and records). */
  readonly type: TypeInfo
  /** -1 when there is none. Input must apply it (length limits, numeric scale, timestamp precision). */
  readonly typmod: number
}

/** Raises 22P02 / 22003 / 22007 … exactly as PostgreSQL does. */
export type TypeInput = (text: string, context: TypeIoContext) => Datum
export type TypeOutput = (value: Datum, context: TypeIoContext) => string

export interface TypeIoRegistry {
  input(symbol: string, implementation: TypeInput): void
  output(symbol: string, implementation: TypeOutput): void
}

/** Reads and writes values of any type of the catalog; `types/type-io-library.ts` fills it. */
export class TypeIo implements TypeIoRegistry {
  readonly #inputs = new Map<string, TypeInput>()
  readonly #outputs = new Map<string, TypeOutput>()

  input(symbol: string, implementation: TypeInput): void {
    this.#inputs.set(symbol, implementation)
  }
  output(symbol: string, implementation: TypeOutput): void {
    this.#outputs.set(symbol, implementation)
  }
  findInput(symbol: string): TypeInput | undefined {
    return this.#inputs.get(symbol)
  }
  findOutput(symbol: string): TypeOutput | undefined {
    return this.#outputs.get(symbol)
  }
}
