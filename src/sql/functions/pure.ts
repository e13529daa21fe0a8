/**
 * Attaching plain value functions: most of the library neither looks at the session nor at types, so its functions are
 * written without a context and lifted here.
 */
import type { CallContext, FunctionRegistry, Value } from './registry.ts'

/** Argument types are PostgreSQL's business: the binder has matched them to the catalog row. */
export type PureFunction = (...args: never[]) => Value

type Loose = (...args: unknown[]) => Value

/** Registers `{ symbol: function }`, dropping the context; lifted by arity so that calls stay monomorphic. */
export function registerPure(
  registry: FunctionRegistry,
  functions: Readonly<Record<string, PureFunction>>,
): void {
  for (const [symbol, body] of Object.entries(functions)) registry.scalar(symbol, lift(body))
}

function lift(body: PureFunction) {
  const call = body as unknown as Loose // arguments are whatever the catalog row says
  switch (body.length) {
    case 1:
      return (_: CallContext, a: unknown) => call(a)
    case 2:
      return (_: CallContext, a: unknown, b: unknown) => call(a, b)
    case 3:
      return (_: CallContext, a: unknown, b: unknown, c: unknown) => call(a, b, c)
    default:
      return (_: CallContext, ...args: unknown[]) => call(...args)
  }
}

/** The six comparison operators of a type from its comparison, named `prefix` + eq, ne, lt, le, gt, ge. */
export function registerComparisons<T>(
  registry: FunctionRegistry,
  prefix: string,
  compare: (a: T, b: T) => number,
): void {
  registerPure(registry, {
    [`${prefix}eq`]: (a: T, b: T) => compare(a, b) === 0,
    [`${prefix}ne`]: (a: T, b: T) => compare(a, b) !== 0,
    [`${prefix}lt`]: (a: T, b: T) => compare(a, b) < 0,
    [`${prefix}le`]: (a: T, b: T) => compare(a, b) <= 0,
    [`${prefix}gt`]: (a: T, b: T) => compare(a, b) > 0,
    [`${prefix}ge`]: (a: T, b: T) => compare(a, b) >= 0,
  })
}
