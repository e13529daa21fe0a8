/** Calls with PostgreSQL's answers, and our answers to the same calls. */
import { SqlError } from '../../src/errors/sql-error.ts'
import { builtinCatalog } from '../../src/sql/catalog/load-catalog.ts'
import type { Oid, TypeInfo } from '../../src/sql/catalog/catalog.ts'
import type { EvaluationSession } from '../../src/sql/execute/evaluation-session.ts'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import type { CallContext, Value } from '../../src/sql/functions/registry.ts'
import { createTypeIo } from '../../src/sql/types/type-io-library.ts'
import type { TypeIoContext } from '../../src/sql/types/type-io.ts'
import { datumAt, vectorOf } from '../../src/storage/vector.ts'

/** Text of the result, null, or [SQLSTATE, message]. */
export type Answer = string | null | readonly [code: string, message: string]

export interface RecordedFunction {
  readonly symbol: string
  readonly types: readonly string[]
  readonly result: string
  readonly calls: readonly (readonly [args: readonly string[], answer: Answer])[]
}

export const library = createFunctionLibrary()
export const io = createTypeIo()
export const catalog = builtinCatalog()

/** Only settings are looked at by the functions tried here. */
export const session = {
  setting: () => undefined,
  searchPath: ['pg_catalog'],
} as unknown as EvaluationSession

export function typeNamed(name: string): TypeInfo {
  const type = catalog.findType('pg_catalog', name, [])
  if (type === undefined) throw new Error(`no type ${name}`)
  return type
}

export function ioContext(type: TypeInfo, typmod = -1): TypeIoContext {
  return { session, catalog, io, type, typmod }
}

export function contextOf(types: readonly string[], result: string): CallContext {
  return {
    session,
    catalog,
    io,
    argumentTypes: types.map((name): Oid => typeNamed(name).oid),
    resultType: typeNamed(result).oid,
    locale: undefined,
    memo: new Map(),
  }
}

export function readValue(text: string, typeName: string): Value {
  const type = typeNamed(typeName)
  const input = io.findInput(type.input)
  if (input === undefined) throw new Error(`no input of ${typeName}`)
  return input(text, ioContext(type))
}

export function writeValue(value: Value, typeName: string): string | null {
  if (value === null) return null
  const type = typeNamed(typeName)
  const output = io.findOutput(type.output)
  if (output === undefined) throw new Error(`no output of ${typeName}`)
  return output(value, ioContext(type))
}

function answerOf(compute: () => string | null): Answer {
  try {
    return compute()
  } catch (error) {
    if (error instanceof SqlError) return [error.code, error.message]
    throw error
  }
}

type Loose = (context: CallContext, ...args: Value[]) => Value

/** Our answer through the scalar function. */
export function answerCall(
  recorded: RecordedFunction,
  context: CallContext,
  args: readonly string[],
): Answer {
  const scalar = library.findScalar(recorded.symbol) as Loose | undefined
  return answerOf(() => {
    if (scalar === undefined) throw new Error(`${recorded.symbol} is not registered`)
    const values = args.map((arg, i) => readValue(arg, recorded.types[i]))
    return writeValue(scalar(context, ...values), recorded.result)
  })
}

/** Our answer through the vector function, over three equal rows; undefined if there is none. */
export function answerCallByVector(
  recorded: RecordedFunction,
  context: CallContext,
  args: readonly string[],
): Answer | undefined {
  const vector = library.findVector(recorded.symbol)
  if (vector === undefined) return undefined
  return answerOf(() => {
    const vectors = args.map((arg, i) => {
      const value = readValue(arg, recorded.types[i])
      return vectorOf(typeNamed(recorded.types[i]).kind, [value, value, value])
    })
    return writeValue(datumAt(vector(context, vectors, 3), 2), recorded.result)
  })
}
