/**
 * inet and cidr. A datum is a text made so that texts sort as PostgreSQL sorts addresses: family, the bits of the network
 * (shorter networks first), then the whole address: "4" + "00001010" + "/" + "0a000000".
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TypeIoRegistry } from '../type-io.ts'
import { readAddress, writeAddress } from './ip-address.ts'

export interface Inet {
  readonly family: 4 | 6
  /** Length of the network part. */
  readonly bits: number
  readonly address: bigint
}

export function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

/** The bits of the network part set. */
export function netmaskOf({ family, bits }: Inet): bigint {
  const width = BigInt(widthOf(family))
  return ((1n << BigInt(bits)) - 1n) << (width - BigInt(bits))
}

export function hostmaskOf(inet: Inet): bigint {
  return (1n << BigInt(widthOf(inet.family) - inet.bits)) - 1n
}

export function encodeInet({ family, bits, address }: Inet): string {
  const width = widthOf(family)
  const network = address.toString(2).padStart(width, '0').slice(0, bits)
  return `${family}${network}/${address.toString(16).padStart(width / 4, '0')}`
}

export function decodeInet(text: string): Inet {
  const slash = text.indexOf('/')
  const family = text.startsWith('4') ? 4 : 6
  return { family, bits: slash - 1, address: BigInt(`0x${text.slice(slash + 1)}`) }
}

/** "10.0.0.1/8"; the length of a single host is left out unless `always`. */
export function formatInet(inet: Inet, always: boolean): string {
  const address = writeAddress(inet.family, inet.address)
  const isHost = inet.bits === widthOf(inet.family)
  return isHost && !always ? address : `${address}/${inet.bits}`
}

function readInet(text: string, isCidr: boolean): string {
  const type = isCidr ? 'cidr' : 'inet'
  const found = readAddress(text, isCidr)
  if (found === undefined) {
    throw new SqlError('22P02', `invalid input syntax for type ${type}: "${text}"`)
  }
  if (isCidr && (found.address & hostmaskOf(found)) !== 0n) {
    throw new SqlError('22P02', `invalid cidr value: "${text}"`, {
      detail: 'Value has bits set to right of mask.',
    })
  }
  return encodeInet(found)
}

export function registerInetIo(registry: TypeIoRegistry): void {
  registry.input('inet_in', (text) => readInet(text, false))
  registry.input('cidr_in', (text) => readInet(text, true))
  registry.output('inet_out', (value) => formatInet(decodeInet(value as string), false))
  registry.output('cidr_out', (value) => formatInet(decodeInet(value as string), true))
}
