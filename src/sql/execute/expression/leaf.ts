/** Constants, parameters, columns and the values SQL spells without parentheses (current_date, current_user …). */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { BATCH_ROWS } from '../../../storage/vector.ts'
import { isTemporarySchema } from '../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type {
  ColumnReference,
  Constant,
  Parameter,
  SqlValueFunction,
} from '../../plan/expression.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { nullVector } from '../vectors/gather.ts'
import { filledVector, type Kernel, type Scope } from './kernel.ts'

/** A vector of one repeated value, kept for the next batch; a single row stays a single row. */
function repeater(kind: ColumnKind): (value: Datum | null, n: number) => Vector {
  let kept: Vector | undefined
  let keptValue: Datum | null | undefined
  let keptLength = 0
  return (value, n) => {
    if (kept !== undefined && keptValue === value && n <= keptLength) return kept
    keptLength = n === 1 ? 1 : Math.max(n, BATCH_ROWS)
    keptValue = value
    kept = value === null ? nullVector(kind, keptLength) : filledVector(kind, value, keptLength)
    return kept
  }
}

export function compileConstant(expression: Constant, scope: Scope): Kernel {
  const repeat = repeater(scope.compilation.environment.catalog.type(expression.type).kind)
  const { value } = expression
  return (batch) => repeat(value, batch.length)
}

export function compileParameter(expression: Parameter, scope: Scope): Kernel {
  const repeat = repeater(scope.compilation.environment.catalog.type(expression.type).kind)
  const { index } = expression
  return (batch, context) => {
    const value = context.parameters[index]
    if (value === undefined) {
      throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, `no value found for parameter ${index + 1}`)
    }
    return repeat(value, batch.length)
  }
}

export function compileColumn(expression: ColumnReference, scope: Scope): Kernel {
  const position = scope.layout.get(expression.column)
  if (position !== undefined) return (batch) => batch.columns[position]
  const repeat = repeater(scope.compilation.environment.catalog.type(expression.type).kind)
  const { column } = expression
  return (batch, context) => repeat(context.outer.get(column) ?? null, batch.length)
}

/** What the session knows by itself. */
const SESSION_VALUES: Readonly<Record<string, (context: ExecutionContext) => Datum | null>> = {
  current_user: ({ session }) => session.currentUser,
  user: ({ session }) => session.currentUser,
  current_role: ({ session }) => session.currentUser,
  session_user: ({ session }) => session.sessionUser,
  current_catalog: ({ session }) => session.databaseName,
  current_schema: ({ session, catalog }) =>
    session.searchPath.find((name) => catalog.hasSchema(name) && !isTemporarySchema(name)) ?? null,
}

/** The others are the transaction's time through a cast function of the library. */
const TIME_CASTS: Readonly<Record<string, string>> = {
  current_date: 'timestamptz_date',
  current_time: 'timestamptz_timetz',
  localtime: 'timestamptz_time',
  localtimestamp: 'timestamptz_timestamp',
}
const TIMESTAMPTZ_OID = 1184 as Oid

export function compileSqlValue(expression: SqlValueFunction, scope: Scope): Kernel {
  const { catalog, functions } = scope.compilation.environment
  const repeat = repeater(catalog.type(expression.type).kind)
  const sessionValue = SESSION_VALUES[expression.name]
  if (sessionValue !== undefined) {
    return (batch, context) => repeat(sessionValue(context), batch.length)
  }
  const now = (context: ExecutionContext) =>
    roundMicros(context.session.transactionTimestamp, expression.typmod)
  const symbol = TIME_CASTS[expression.name]
  if (symbol === undefined) return (batch, context) => repeat(now(context), batch.length)
  const cast = functions.findScalar(symbol)
  if (cast === undefined) throw unsupported(`function ${expression.name}`, expression.position)
  const site = scope.compilation.site([TIMESTAMPTZ_OID], expression.type, 0 as Oid)
  return (batch, context) =>
    repeat(cast(context.callContext(site), now(context) as never), batch.length)
}

/** current_timestamp(p): to p decimals of a second. */
function roundMicros(micros: number, precision: number): number {
  if (precision < 0 || precision >= 6) return micros
  const unit = 10 ** (6 - precision)
  return Math.round(micros / unit) * unit
}

/** A kernel that evaluates once a batch and repeats the value: for what does not depend on the row. */
export function onceForAllRows(kernel: Kernel): Kernel {
  return (batch, context) => {
    const n = batch.length
    if (n <= 1) return kernel(batch, context)
    const vector = kernel(ONE_EMPTY_ROW, context)
    return spread(vector, n)
  }
}

const ONE_EMPTY_ROW = { kind: 'batch', length: 1, columns: [] } as const

function spread(vector: Vector, n: number): Vector {
  if (vector.kind === 'text' || vector.kind === 'datum') {
    const [value] = vector.values
    return value === null ? nullVector(vector.kind, n) : filledVector(vector.kind, value, n)
  }
  if (vector.nulls?.[0] === 1) return nullVector(vector.kind, n)
  const [value] = vector.values
  return filledVector(vector.kind, vector.kind === 'bool' ? value === 1 : value, n)
}
