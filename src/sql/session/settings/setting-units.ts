/** Memory and time units of settings: '16MB', '5s', and back (guc.c's unit tables). */

/** Bytes per unit. */
const MEMORY: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
}
/** Microseconds per unit. */
const TIME: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1000,
  s: 1_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
}

/** '8kB' and the like: a factor and a unit. */
function baseUnit(
  unit: string,
): { readonly table: Readonly<Record<string, number>>; readonly size: number } | undefined {
  const match = /^(\d*)(\w+)$/.exec(unit)
  const factor = match?.[1] === '' ? 1 : Number(match?.[1])
  const name = match?.[2] ?? ''
  const table = Object.hasOwn(MEMORY, name) ? MEMORY : Object.hasOwn(TIME, name) ? TIME : undefined
  return table === undefined ? undefined : { table, size: factor * table[name]! }
}

/** The number in base units; a hint where the text is no quantity of that kind. */
export function parseQuantity(
  text: string,
  unit: string | null,
): number | { readonly hint: string | undefined } {
  const match = NUMBER.exec(text)
  const value = match === null ? NaN : Number(match[1])
  if (!Number.isFinite(value)) return { hint: undefined }
  const suffix = match?.[2] ?? ''
  if (suffix === '') return value
  const base = unit === null ? undefined : baseUnit(unit)
  if (base === undefined) return { hint: undefined }
  const size = Object.hasOwn(base.table, suffix) ? base.table[suffix] : undefined
  if (size !== undefined) return (value * size) / base.size
  const valid = base.table === MEMORY ? '"B", "kB", "MB", "GB", and "TB"' : TIME_UNITS
  return { hint: `Valid units for this parameter are ${valid}.` }
}

const NUMBER = /^\s*([+-]?(?:0x[0-9a-f]+|\d*\.?\d+(?:e[+-]?\d+)?))\s*([a-zA-Z]*)\s*$/i
const TIME_UNITS = '"us", "ms", "s", "min", "h", and "d"'

export function showQuantity(value: number, unit: string): string {
  const base = baseUnit(unit)
  if (base === undefined || value <= 0) return value === 0 ? '0' : String(value)
  const total = value * base.size
  const candidates = Object.entries(base.table).toReversed()
  for (const [name, size] of candidates) if (total % size === 0) return `${total / size}${name}`
  return String(value)
}
