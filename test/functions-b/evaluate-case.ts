/** Answers a case with our functions, without any engine around them. */
import { SqlError } from '../../src/errors/sql-error.ts'
import { builtinCatalog } from '../../src/sql/catalog/load-catalog.ts'
import type { Oid, TypeInfo } from '../../src/sql/catalog/catalog.ts'
import type { EvaluationSession } from '../../src/sql/execute/evaluation-session.ts'
import { createFunctionLibrary } from '../../src/sql/functions/library.ts'
import type { CallContext, Value } from '../../src/sql/functions/registry.ts'
import { createTypeIo } from '../../src/sql/types/type-io-library.ts'
import { PgRecord } from '../../src/sql/types/value-classes.ts'
import { printerOf } from '../../src/sql/types/value-text.ts'
import type { Answer, Case, TypedText } from './case-file.ts'

const catalog = builtinCatalog()
const library = createFunctionLibrary()
const io = createTypeIo()

export function testSession(settings: Readonly<Record<string, string>>): EvaluationSession {
  const values = new Map([
    ['timezone', 'UTC'],
    ['datestyle', 'ISO, MDY'],
    ['intervalstyle', 'postgres'],
    ...Object.entries(settings),
  ])
  let seed = 0
  return {
    setting: (name) => values.get(name),
    setSetting: (name, value) => void values.set(name, value),
    searchPath: ['pg_catalog', 'public'],
    currentUser: 'postgres',
    sessionUser: 'postgres',
    databaseName: 'postgres',
    transactionTimestamp: 800_000_000_123_456,
    statementTimestamp: 800_000_000_123_456,
    clockTimestamp: () => 800_000_000_123_456,
    transactionId: 42,
    random: () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648,
    *sleep() {},
    setSeed: (value) => void (seed = Math.floor(value * 1e6)),
    randomBytes: (length) => new Uint8Array(length),
    notice: () => undefined,
    checkDomain: () => undefined,
    sequences: {
      nextValue: () => 1,
      currentValue: () => 1,
      lastValue: () => 1,
      setValue: () => undefined,
    },
    rowCount: () => 0,
  }
}

function typeNamed(text: string): { type: TypeInfo; typmod: number } {
  const match = /^([^[(]+)(?:\((\d+)\))?(\[\])?$/.exec(text)
  const name = match?.[1] ?? text
  const type = catalog.findType('pg_catalog', name, [])
  if (type === undefined) throw new Error(`no type ${name}`)
  const modifier = Number(match?.[2] ?? -1)
  const typmod = name === 'interval' && modifier >= 0 ? (0x7fff << 16) | modifier : modifier
  return { type: match?.[3] === undefined ? type : catalog.type(type.arrayType), typmod }
}

function read({ type: name, text }: TypedText, session: EvaluationSession): Value {
  if (text === null) return null
  const { type, typmod } = typeNamed(name)
  const input = io.findInput(type.input)
  if (input === undefined) throw new Error(`no input of ${name}`)
  return input(text, { session, catalog, io, type, typmod })
}

/** Types of the columns that a function with OUT parameters makes. */
function columnTypes(symbol: string): readonly Oid[] {
  for (const name of [symbol, symbol.replace(/_\w+$/, '')]) {
    for (const proc of catalog.functionsNamed('pg_catalog', name, [])) {
      const modes = proc.argumentModes ?? []
      const types = (proc.allArgumentTypes ?? []).filter((_, i) => /[ot]/.test(modes[i] ?? ''))
      if (types.length > 0) return types
    }
  }
  return []
}

function printed(
  value: Value | readonly Value[],
  type: Oid,
  session: EvaluationSession,
  symbol = '',
) {
  if (value === null) return null
  const print = printerOf({ session, catalog, io }, type)
  if (Array.isArray(value)) return print(new PgRecord(value as Value[], columnTypes(symbol), []))
  return print(value as never)
}

/** `expected` says the result's type, which only the binder could find out. */
export function evaluateCase(one: Case, expected: Answer): Answer {
  const session = testSession(one.settings)
  try {
    return { line: one.line, ...rowsOf(one, session, (expected.type ?? 0) as Oid) }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { code, message, fields } = error
    return { line: one.line, error: { code, message, detail: fields.detail, hint: fields.hint } }
  }
}

function rowsOf(one: Case, session: EvaluationSession, resultType: Oid) {
  if (one.kind === 'io') {
    const { type } = typeNamed(one.value.type)
    return { rows: [printed(read(one.value, session), type.oid, session)], type: 0 }
  }
  const args = one.args.map((arg) => read(arg, session))
  const argumentTypes = one.args.map((arg) => typeNamed(arg.type).type.oid)
  const memo = new Map<string, unknown>()
  const context: CallContext = {
    session,
    catalog,
    io,
    argumentTypes,
    resultType,
    locale: undefined,
    memo,
  }
  const scalar = library.findScalar(one.symbol)
  const set = library.findSet(one.symbol)
  const call = (scalar ?? set) as ((context: CallContext, ...args: Value[]) => Value) | undefined
  if (call === undefined) throw new Error(`${one.symbol} is not registered`)
  const result = call(context, ...args)
  const values = scalar === undefined ? [...(result as unknown as Iterable<Value>)] : [result]
  return {
    rows: values.map((value) => printed(value, resultType, session, one.symbol)),
    type: resultType,
  }
}
