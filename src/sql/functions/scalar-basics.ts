/** Booleans and the unsigned identifier types: comparison and the few functions they have. */
import { registerComparisons, registerPure } from './pure.ts'
import type { FunctionRegistry } from './registry.ts'

type Ordered = number | bigint | boolean | string

function compareOrdered(a: Ordered, b: Ordered): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function registerScalarBasics(registry: FunctionRegistry): void {
  for (const prefix of ['bool', 'oid', 'xid8', 'tid']) {
    registerComparisons<Ordered>(registry, prefix, compareOrdered)
  }
  registerPure(registry, {
    btboolcmp: compareOrdered,
    btoidcmp: compareOrdered,
    xid8cmp: compareOrdered,
    bttidcmp: compareOrdered,
    // The second operand may be an int4: the same 32 bits.
    xideq: (a: number, b: number) => a === b >>> 0,
    xidneq: (a: number, b: number) => a !== b >>> 0,
    cideq: (a: Ordered, b: Ordered) => a === b,
    xid8toxid: (a: number | bigint) => Number(BigInt.asUintN(32, BigInt(a))),
    booltext: (a: boolean) => (a ? 'true' : 'false'),
    booland_statefunc: (a: boolean, b: boolean) => a && b,
    boolor_statefunc: (a: boolean, b: boolean) => a || b,
  })
  for (const prefix of ['oid', 'xid8_', 'tid']) {
    registerPure(registry, {
      [`${prefix}larger`]: (a: number, b: number) => (a > b ? a : b),
      [`${prefix}smaller`]: (a: number, b: number) => (a < b ? a : b),
    })
  }
}
