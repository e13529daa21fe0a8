/** Functions of macaddr and macaddr8. */
import { SqlError } from '../../../errors/sql-error.ts'
import { hashBytes } from '../../types/hash-bytes.ts'
import { macBytes, macText, widenMac } from '../../types/network/mac-address.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry } from '../registry.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function registerMacAddresses(registry: FunctionRegistry): void {
  for (const type of ['macaddr', 'macaddr8']) {
    registerComparisons<string>(registry, `${type}_`, compare)
    registerPure(registry, {
      [`${type}_cmp`]: compare,
      [`${type}_not`]: (a: string) => macText(macBytes(a).map((byte) => 255 - byte)),
      [`${type}_and`]: (a: string, b: string) => combined(a, b, (x, y) => x & y),
      [`${type}_or`]: (a: string, b: string) => combined(a, b, (x, y) => x | y),
      [`${type}_trunc`]: (a: string) => macText(macBytes(a).map((byte, i) => (i < 3 ? byte : 0))),
      [`hash${type}`]: (a: string) => hashBytes(Uint8Array.from(macBytes(a))),
    })
  }
  registerPure(registry, {
    macaddrtomacaddr8: widenMac,
    macaddr8tomacaddr: narrowed,
    macaddr8_set7bit: (a: string) =>
      macText(macBytes(a).map((byte, i) => (i === 0 ? byte | 2 : byte))),
  })
}

function combined(a: string, b: string, combine: (x: number, y: number) => number): string {
  const other = macBytes(b)
  return macText(macBytes(a).map((byte, i) => combine(byte, other[i] ?? 0)))
}

function narrowed(a: string): string {
  const bytes = macBytes(a)
  if (bytes[3] === 0xff && bytes[4] === 0xfe)
    return macText([...bytes.slice(0, 3), ...bytes.slice(5)])
  throw new SqlError('22003', 'macaddr8 data out of range to convert to macaddr', {
    hint: 'Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.',
  })
}
