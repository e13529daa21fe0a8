/** Functions of inet and cidr: parts of an address, containment, arithmetic. */
import { SqlError } from '../../../errors/sql-error.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import { hashBytes } from '../../types/hash-bytes.ts'
import type { Inet } from '../../types/network/inet.ts'
import {
  decodeInet,
  encodeInet,
  formatInet,
  hostmaskOf,
  netmaskOf,
  widthOf,
} from '../../types/network/inet.ts'
import { writeAddress } from '../../types/network/ip-address.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { FunctionRegistry, Value } from '../registry.ts'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function registerInetFunctions(registry: FunctionRegistry): void {
  registerComparisons<string>(registry, 'network_', compare)
  registerPure(registry, {
    network_cmp: compare,
    network_larger: (a: string, b: string) => (a > b ? a : b),
    network_smaller: (a: string, b: string) => (a < b ? a : b),
    hashinet: (a: string) => hashBytes(new TextEncoder().encode(a)),
  })
  registerParts(registry)
  registerContainment(registry)
  registerArithmetic(registry)
}

/** A function of one address whose result is one. */
function mapped(change: (inet: Inet) => Inet) {
  return (text: string): string => encodeInet(change(decodeInet(text)))
}

const asHost = (inet: Inet, address: bigint): Inet => ({
  ...inet,
  bits: widthOf(inet.family),
  address,
})
const asNetwork = (inet: Inet): Inet => ({ ...inet, address: inet.address & netmaskOf(inet) })

function registerParts(registry: FunctionRegistry): void {
  registerPure(registry, {
    network_family: (a: string) => decodeInet(a).family,
    network_masklen: (a: string) => decodeInet(a).bits,
    network_host: (a: string) => writeAddress(decodeInet(a).family, decodeInet(a).address),
    network_show: (a: string) => formatInet(decodeInet(a), true),
    inet_abbrev: (a: string) => formatInet(decodeInet(a), false),
    cidr_abbrev: (a: string) => abbreviated(decodeInet(a)),
    network_network: mapped(asNetwork),
    inet_to_cidr: mapped(asNetwork),
    network_netmask: mapped((inet) => asHost(inet, netmaskOf(inet))),
    network_hostmask: mapped((inet) => asHost(inet, hostmaskOf(inet))),
    network_broadcast: mapped((inet) => ({ ...inet, address: inet.address | hostmaskOf(inet) })),
    inet_set_masklen: (a: string, bits: number) => encodeInet(withBits(decodeInet(a), bits)),
    cidr_set_masklen: (a: string, bits: number) =>
      encodeInet(asNetwork(withBits(decodeInet(a), bits))),
  })
}

function withBits(inet: Inet, bits: number): Inet {
  const width = widthOf(inet.family)
  const length = bits === -1 ? width : bits
  if (length < 0 || length > width) throw new SqlError('22023', `invalid mask length: ${bits}`)
  return { ...inet, bits: length }
}

/** A version 4 network without the octets that are all host: 10.1/16. */
function abbreviated(inet: Inet): string {
  if (inet.family === 6) return formatInet(inet, true)
  const octets = writeAddress(4, inet.address).split('.')
  return `${octets.slice(0, Math.max(1, Math.ceil(inet.bits / 8))).join('.')}/${inet.bits}`
}

function contains(outer: Inet, inner: Inet): boolean {
  return (
    outer.family === inner.family &&
    outer.bits <= inner.bits &&
    (outer.address & netmaskOf(outer)) === (inner.address & netmaskOf(outer))
  )
}

function registerContainment(registry: FunctionRegistry): void {
  const over = (test: (a: Inet, b: Inet) => Value) => (a: string, b: string) =>
    test(decodeInet(a), decodeInet(b))
  registerPure(registry, {
    network_subeq: over((a, b) => contains(b, a)),
    network_sub: over((a, b) => contains(b, a) && a.bits > b.bits),
    network_supeq: over((a, b) => contains(a, b)),
    network_sup: over((a, b) => contains(a, b) && a.bits < b.bits),
    network_overlap: over((a, b) => contains(a, b) || contains(b, a)),
    inet_same_family: over((a, b) => a.family === b.family),
    inet_merge: over(merged),
  })
}

/** The smallest network that holds both. */
function merged(a: Inet, b: Inet): string {
  if (a.family !== b.family) {
    throw new SqlError('22023', 'cannot merge addresses from different families')
  }
  let bits = Math.min(a.bits, b.bits)
  while (!contains({ ...a, bits }, { ...b, bits })) bits--
  return encodeInet(asNetwork({ ...a, bits }))
}

function registerArithmetic(registry: FunctionRegistry): void {
  const combine =
    (verb: string, change: (x: bigint, y: bigint) => bigint) =>
    (left: string, right: string): string => {
      const [a, b] = sameSize(left, right, verb)
      return encodeInet({
        ...a,
        bits: Math.max(a.bits, b.bits),
        address: change(a.address, b.address),
      })
    }
  const plus = (text: string, more: number | bigint): string => {
    const inet = decodeInet(text)
    const address = inet.address + BigInt(more)
    if (address < 0n || address >> BigInt(widthOf(inet.family)) !== 0n) throw outOfRange()
    return encodeInet({ ...inet, address })
  }
  registerPure(registry, {
    inetnot: mapped((inet) => ({
      ...inet,
      address: ~inet.address & ((1n << BigInt(widthOf(inet.family))) - 1n),
    })),
    inetand: combine('AND', (x, y) => x & y),
    inetor: combine('OR', (x, y) => x | y),
    inetpl: plus,
    inetmi_int8: (a: string, less: number | bigint) => plus(a, -BigInt(less)),
    'int8pl_inet(int8,inet)': (more: number | bigint, a: string) => plus(a, more),
    inetmi: (left: string, right: string) => {
      const [a, b] = sameSize(left, right, 'subtract')
      const difference = a.address - b.address
      if (BigInt.asIntN(64, difference) !== difference) throw outOfRange()
      return normalizeInt64(difference)
    },
  })
}

function outOfRange(): SqlError {
  return new SqlError('22003', 'result is out of range')
}

function sameSize(left: string, right: string, verb: string): readonly [Inet, Inet] {
  const [a, b] = [decodeInet(left), decodeInet(right)]
  if (a.family === b.family) return [a, b]
  throw new SqlError('22023', `cannot ${verb} inet values of different sizes`)
}
