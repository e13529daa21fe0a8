/** Named pieces of application code whose outcomes are compared between servers, as plain JSON. */

export type Scenarios = Readonly<Record<string, () => Promise<unknown>>>
export type Outcomes = Record<string, unknown>

/** Runs them in order; an error is an outcome too. */
export async function runScenarios(scenarios: Scenarios): Promise<Outcomes> {
  const outcomes: Outcomes = {}
  for (const [name, work] of Object.entries(scenarios)) {
    outcomes[name] = plain(await work().catch((error: unknown) => error))
  }
  return outcomes
}

/** Fields of errors that tell of PostgreSQL's own source, or are seen already. */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set([
  'message',
  'cause',
  'stack',
  'file',
  'line',
  'routine',
  'sourceError',
])

const FIRST_USER_OID = 16384

/** JSON that keeps types apart: dates, bytes, big integers, undefined and errors are named. */
export function plain(value: unknown): unknown {
  if (value === undefined) return '<undefined>'
  if (typeof value === 'bigint') return `<bigint ${value}>`
  if (typeof value === 'number' && !Number.isFinite(value)) return `<${value}>`
  if (typeof value === 'function') return '<function>'
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return `<date ${value.toISOString()}>`
  if (value instanceof Uint8Array) return `<bytes ${Buffer.from(value).toString('hex')}>`
  if (value instanceof Error) return { '<error>': value.constructor.name, ...plainError(value) }
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainField(key, one)]))
}

function plainField(key: string, value: unknown): unknown {
  // Tables and types have other OIDs on another server.
  if (key === 'tableID') return value === 0 ? 0 : '<table>'
  if (key === 'dataTypeID' && Number(value) >= FIRST_USER_OID) return '<user type>'
  if (key === 'oid' || key === '_types' || key === '_parsers') return `<${key}>`
  return plain(value)
}

function plainError(error: Error): object {
  const own = Object.entries(error).filter(([key]) => !HIDDEN_FIELDS.has(key))
  return {
    message: error.message,
    ...Object.fromEntries(own.map(([key, value]) => [key, plain(value)])),
    ...(error.cause === undefined ? {} : { cause: plain(error.cause) }),
  }
}
