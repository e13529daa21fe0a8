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

/** The number in base units; undefined when the text is no quantity of that kind. */
export function parseQuantity(text: string, unit: string | null): number | undefined {
  const match = /^\s*([+-]?(?:0x[0-9a-f]+|\d*\.?\d+(?:e[+-]?\d+)?))\s*([a-zA-Z]*)\s*$/i.exec(text)
  if (match === null) return undefined
  const value = Number(match[1])
  if (!Number.isFinite(value)) return undefined
  const suffix = match[2] ?? ''
  if (suffix === '') return value
  const base = unit === null ? undefined : baseUnit(unit)
  const size = base?.table[suffix]
  return base === undefined || size === undefined ? undefined : (value * size) / base.size
}

export function showQuantity(value: number, unit: string): string {
  const base = baseUnit(unit)
  if (base === undefined || value <= 0) return value === 0 ? '0' : String(value)
  const total = value * base.size
  const candidates = Object.entries(base.table).toReversed()
  for (const [name, size] of candidates) if (total % size === 0) return `${total / size}${name}`
  return String(value)
}
