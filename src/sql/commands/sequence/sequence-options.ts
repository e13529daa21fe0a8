/** Options of sequences and identity columns → the values of a pg_sequence row, with PostgreSQL's checks. */
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { SequenceRow } from '../../catalog/rows/relation-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { SequenceOption } from '../../parse/ast/common.ts'
import type { CommandContext } from '../command-context.ts'

export interface SequenceValues {
  readonly type: Oid
  readonly start: bigint
  readonly increment: bigint
  readonly minimum: bigint
  readonly maximum: bigint
  readonly cache: bigint
  readonly cycle: boolean
  /** RESTART: the value that comes next; absent when the sequence goes on as it was. */
  readonly restart: bigint | undefined
}

const INT8 = oidOf(20)
const LIMITS = new Map<
  number,
  { readonly name: string; readonly minimum: bigint; readonly maximum: bigint }
>([
  [21, { name: 'smallint', minimum: -32768n, maximum: 32767n }],
  [23, { name: 'integer', minimum: -2147483648n, maximum: 2147483647n }],
  [20, { name: 'bigint', minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }],
])

type Given = Partial<Record<SequenceOption['kind'], SequenceOption>>

/** `old` is absent for a new sequence. */
export function sequenceValues(
  context: CommandContext,
  options: readonly SequenceOption[],
  old?: SequenceRow,
  isIdentity = false,
): SequenceValues {
  const given = collect(options)
  const type = sequenceType(context, given, old, isIdentity)
  const limits = LIMITS.get(type)
  if (limits === undefined) throw new SqlError('XX000', 'a sequence has no integer type')
  const increment = number(given.increment) ?? BigInt(old?.seqincrement ?? 1)
  if (increment === 0n) throw invalid('INCREMENT must not be zero')
  const retyped = old !== undefined && type !== old.seqtypid ? LIMITS.get(old.seqtypid) : undefined
  const maximum = bound(given.maxValue, old?.seqmax, {
    otherwise: increment > 0n ? limits.maximum : -1n,
    wasDefault: retyped !== undefined && BigInt(old?.seqmax ?? 0) === retyped.maximum,
  })
  const minimum = bound(given.minValue, old?.seqmin, {
    otherwise: increment > 0n ? 1n : limits.minimum,
    wasDefault: retyped !== undefined && BigInt(old?.seqmin ?? 0) === retyped.minimum,
  })
  checkRange('MAXVALUE', maximum, limits)
  checkRange('MINVALUE', minimum, limits)
  if (minimum >= maximum)
    throw invalid(`MINVALUE (${minimum}) must be less than MAXVALUE (${maximum})`)
  const start = startValue(given, old, increment > 0n ? minimum : maximum)
  checkInside('START', start, minimum, maximum)
  const restart = restartValue(given, start)
  if (restart !== undefined) checkInside('RESTART', restart, minimum, maximum)
  const cache = number(given.cache) ?? BigInt(old?.seqcache ?? 1)
  if (cache <= 0n) throw invalid(`CACHE (${cache}) must be greater than zero`)
  const cycle = given.cycle?.kind === 'cycle' ? given.cycle.cycle : (old?.seqcycle ?? false)
  return { type, start, increment, minimum, maximum, cache, cycle, restart }
}

function invalid(message: string): SqlError {
  return new SqlError('22023', message)
}

function collect(options: readonly SequenceOption[]): Given {
  const given: Given = {}
  for (const option of options) {
    if (given[option.kind] !== undefined) {
      throw new SqlError('42601', 'conflicting or redundant options', { position: option.position })
    }
    given[option.kind] = option
  }
  return given
}

function number(option: SequenceOption | undefined): bigint | undefined {
  return option !== undefined && 'value' in option && option.value !== undefined
    ? BigInt(option.value)
    : undefined
}

function sequenceType(
  context: CommandContext,
  given: Given,
  old: SequenceRow | undefined,
  isIdentity: boolean,
): Oid {
  if (given.as?.kind !== 'as') return old?.seqtypid ?? INT8
  const { type } = context.services.resolveTypeName(given.as.type, context.catalog)
  if (LIMITS.has(type)) return type
  const what = isIdentity ? 'identity column type' : 'sequence type'
  throw invalid(`${what} must be smallint, integer, or bigint`)
}

function bound(
  option: SequenceOption | undefined,
  old: number | bigint | undefined,
  defaults: { readonly otherwise: bigint; readonly wasDefault: boolean },
): bigint {
  const given = number(option)
  if (given !== undefined) return given
  // NO MAXVALUE, a new sequence, or a type change of a sequence that had the limit of its type.
  if (option !== undefined || old === undefined || defaults.wasDefault) return defaults.otherwise
  return BigInt(old)
}

function checkRange(
  what: string,
  value: bigint,
  limits: { readonly name: string; readonly minimum: bigint; readonly maximum: bigint },
): void {
  if (value >= limits.minimum && value <= limits.maximum) return
  throw invalid(`${what} (${value}) is out of range for sequence data type ${limits.name}`)
}

function startValue(given: Given, old: SequenceRow | undefined, otherwise: bigint): bigint {
  const start = number(given.start)
  if (start !== undefined) return start
  return old === undefined ? otherwise : BigInt(old.seqstart)
}

function restartValue(given: Given, start: bigint): bigint | undefined {
  if (given.restart === undefined) return undefined
  return number(given.restart) ?? start
}

function checkInside(what: string, value: bigint, minimum: bigint, maximum: bigint): void {
  if (value < minimum)
    throw invalid(`${what} value (${value}) cannot be less than MINVALUE (${minimum})`)
  if (value > maximum) {
    throw invalid(`${what} value (${value}) cannot be greater than MAXVALUE (${maximum})`)
  }
}

export function sequenceRow(values: SequenceValues): Partial<SequenceRow> {
  return {
    seqtypid: values.type,
    seqstart: normalizeInt64(values.start),
    seqincrement: normalizeInt64(values.increment),
    seqmax: normalizeInt64(values.maximum),
    seqmin: normalizeInt64(values.minimum),
    seqcache: normalizeInt64(values.cache),
    seqcycle: values.cycle,
  }
}
