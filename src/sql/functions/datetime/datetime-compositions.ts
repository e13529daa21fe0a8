/**
 * The date and time functions that PostgreSQL writes in SQL over others: operands swapped, the current date filled in,
 * a length in place of an end. Registered by signature; they call the others by C symbol, so they come last.
 */
import { timeZoneOf } from '../../types/datetime/datetime-settings.ts'
import * as Value from '../../types/datetime/timestamp-value.ts'
import type { CallContext, Functions, Value as AnyValue } from '../registry.ts'
import { dateToTimestamp } from './datetime-arithmetic.ts'

type Call = (context: CallContext, ...args: readonly AnyValue[]) => AnyValue

/** signature: the function that does it with the operands the other way round */
const SWAPPED: Readonly<Record<string, string>> = {
  'integer_pl_date(int4,date)': 'date_pli',
  'interval_pl_date(interval,date)': 'date_pl_interval',
  'interval_pl_time(interval,time)': 'time_pl_interval',
  'interval_pl_timetz(interval,timetz)': 'timetz_pl_interval',
  'interval_pl_timestamp(interval,timestamp)': 'timestamp_pl_interval',
  'interval_pl_timestamptz(interval,timestamptz)': 'timestamptz_pl_interval',
  'timedate_pl(time,date)': 'datetime_timestamp',
  'timetzdate_pl(timetz,date)': 'datetimetz_timestamptz',
}

/** OVERLAPS by type: the comparing function, and what adds an interval to a point in time. */
const OVERLAPS = [
  ['time', 'overlaps_time', 'time_pl_interval'],
  ['timestamp', 'overlaps_timestamp', 'timestamp_pl_interval'],
  ['timestamptz', 'overlaps_timestamp', 'timestamptz_pl_interval'],
] as const

export function registerDateTimeCompositions(functions: Functions): void {
  for (const [signature, symbol] of Object.entries(SWAPPED)) {
    const call = called(functions, symbol)
    functions.scalar(signature, (context, left: AnyValue, right: AnyValue) =>
      call(context, right, left),
    )
  }
  for (const [type, symbol, add] of OVERLAPS) {
    registerOverlaps(functions, type, called(functions, symbol), called(functions, add))
  }
  registerAgeToToday(functions)
  const part = called(functions, 'timestamp_part')
  functions.scalar('date_part(text,date)', (context, field: string, days: number) =>
    part(context, field, dateToTimestamp(days)),
  )
  functions.scalar('timestamptz(date,time)', (context, days: number, micros: number) => {
    const local = called(functions, 'datetime_timestamp')(context, days, micros)
    return called(functions, 'timestamp_timestamptz')(context, local)
  })
}

function called(functions: Functions, symbol: string): Call {
  const found = functions.findScalar(symbol)
  // Arguments are the binder's business, as for every scalar function.
  return (context, ...args) => (found as unknown as Call)(context, ...args)
}

function registerOverlaps(functions: Functions, type: string, overlap: Call, add: Call): void {
  const end = (context: CallContext, start: AnyValue, length: AnyValue): AnyValue =>
    start === null || length === null ? null : add(context, start, length)
  const register = (second: string, fourth: string, call: Call): void => {
    functions.scalar(`overlaps(${type},${second},${type},${fourth})`, call)
  }
  register('interval', 'interval', (context, a, b, c, d) =>
    overlap(context, a!, end(context, a!, b!), c!, end(context, c!, d!)),
  )
  register('interval', type, (context, a, b, c, d) =>
    overlap(context, a!, end(context, a!, b!), c!, d!),
  )
  register(type, 'interval', (context, a, b, c, d) =>
    overlap(context, a!, b!, c!, end(context, c!, d!)),
  )
}

/** age(x): from x to midnight today. */
function registerAgeToToday(functions: Functions): void {
  const today = (context: CallContext): number =>
    Value.toLocal(context.session.transactionTimestamp, timeZoneOf(context.session)).days
  const age = called(functions, 'timestamp_age')
  const ageTz = called(functions, 'timestamptz_age')
  const midnight = called(functions, 'date_timestamptz')
  functions.scalar('age(timestamp)', (context, from: AnyValue) =>
    age(context, dateToTimestamp(today(context)), from),
  )
  functions.scalar('age(timestamptz)', (context, from: AnyValue) =>
    ageTz(context, midnight(context, today(context)), from),
  )
}
