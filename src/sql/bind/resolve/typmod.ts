/** Packing of type modifiers as each type's typmodin function does it. */
import { SqlError } from '../../../errors/sql-error.ts'

const HEADER = 4
const MAX_STRING = 10485760
const MAX_BITS = 83886080
const INTERVAL_FULL_RANGE = 0x7fff
const INTERVAL_FULL_PRECISION = 0xffff
const MAX_TIME_PRECISION = 6

function invalid(message: string): SqlError {
  return new SqlError('22023', message)
}

/** The packed modifier; 'none' for types that take none; an error to be positioned by the caller. */
export function typmodOf(type: string, values: readonly number[]): number | SqlError | 'none' {
  switch (type) {
    case 'varchar':
      return lengthTypmod('varchar', values, MAX_STRING, HEADER)
    case 'bpchar':
      return lengthTypmod('char', values, MAX_STRING, HEADER)
    case 'bit':
    case 'varbit':
      return lengthTypmod(type === 'bit' ? 'bit' : 'varbit', values, MAX_BITS, 0)
    case 'numeric':
      return numericTypmod(values)
    case 'timestamp':
      return timeTypmod('TIMESTAMP', '', values)
    case 'timestamptz':
      return timeTypmod('TIMESTAMP', ' WITH TIME ZONE', values)
    case 'time':
      return timeTypmod('TIME', '', values)
    case 'timetz':
      return timeTypmod('TIME', ' WITH TIME ZONE', values)
    case 'interval':
      return intervalTypmod(values)
    default:
      return 'none'
  }
}

function lengthTypmod(
  name: string,
  values: readonly number[],
  maximum: number,
  header: number,
): number | SqlError {
  const [length] = values
  if (length === undefined || values.length !== 1) return invalid('invalid type modifier')
  if (length < 1) return invalid(`length for type ${name} must be at least 1`)
  if (length > maximum) return invalid(`length for type ${name} cannot exceed ${maximum}`)
  return length + header
}

function numericTypmod(values: readonly number[]): number | SqlError {
  const [precision = 0, scale = 0] = values
  if (values.length > 2) return invalid('invalid NUMERIC type modifier')
  if (precision < 1 || precision > 1000) {
    return invalid(`NUMERIC precision ${precision} must be between 1 and 1000`)
  }
  if (scale < -1000 || scale > 1000) {
    return invalid(`NUMERIC scale ${scale} must be between -1000 and 1000`)
  }
  return ((precision << 16) | (scale & 0x7ff)) + HEADER
}

function timeTypmod(name: string, zone: string, values: readonly number[]): number | SqlError {
  const [precision] = values
  if (precision === undefined || values.length !== 1) return invalid('invalid type modifier')
  if (precision < 0) return invalid(`${name}(${precision})${zone} precision must not be negative`)
  return Math.min(precision, MAX_TIME_PRECISION)
}

function intervalTypmod(values: readonly number[]): number | SqlError {
  const [mask = INTERVAL_FULL_RANGE, precision] = values
  if (precision === undefined) {
    if (mask === INTERVAL_FULL_RANGE) return -1
    return ((mask & INTERVAL_FULL_RANGE) << 16) | INTERVAL_FULL_PRECISION
  }
  if (precision < 0) return invalid(`INTERVAL(${precision}) precision must not be negative`)
  const digits = Math.min(precision, MAX_TIME_PRECISION)
  return ((mask & INTERVAL_FULL_RANGE) << 16) | digits
}
