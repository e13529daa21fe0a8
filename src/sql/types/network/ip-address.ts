/** IP addresses as text: version 4 with octets left out, version 6 with its zeros compressed. */
import type { Inet } from './inet.ts'

const V4 = /^(\d{1,3}(?:\.\d{1,3}){0,3})\.?(?:\/(\d{1,2}))?$/

export function readAddress(text: string, isCidr: boolean): Inet | undefined {
  if (text.includes(':')) return readVersion6(text)
  const match = V4.exec(text)
  if (match === null) return undefined
  const octets = (match[1] ?? '').split('.').map(Number)
  const written = match[2] === undefined ? undefined : Number(match[2])
  if (octets.some((octet) => octet > 255) || (written ?? 0) > 32) return undefined
  const bits = written ?? (isCidr ? classBits(octets) : octets.length === 4 ? 32 : undefined)
  // Octets left out must not belong to the network.
  if (bits === undefined || (!isCidr && Math.floor(bits / 8) > octets.length)) return undefined
  const address = [0, 1, 2, 3].reduce((sum, i) => sum * 256n + BigInt(octets[i] ?? 0), 0n)
  return { family: 4, bits, address }
}

/** The network of a cidr without length: by its class, but all octets that are there. */
function classBits(octets: readonly number[]): number {
  const [first = 0] = octets
  const byClass = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8
  const bits = Math.max(byClass, octets.length * 8)
  return bits === 8 && first === 224 ? 4 : bits
}

function readVersion6(text: string): Inet | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text)
  const bits = Number(match?.[2] ?? 128)
  if (match === null || bits > 128) return undefined
  const halves = (match[1] ?? '').split('::')
  if (halves.length > 2) return undefined
  const parts = halves.map(groupsOf)
  const [head, tail] = parts
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const given = head.length + (tail?.length ?? 0)
  if (tail === undefined ? given !== 8 : given > 7) return undefined
  const groups = [...head, ...new Array<number>(8 - given).fill(0), ...(tail ?? [])]
  const address = groups.reduce((sum, group) => sum * 65536n + BigInt(group), 0n)
  return { family: 6, bits, address }
}

/** Groups of 16 bits; the last two may be written as version 4. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = i === parts.length - 1 ? readAddress(part, false) : undefined
      if (v4 === undefined) return undefined
      groups.push(Number(v4.address >> 16n), Number(v4.address & 0xffffn))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

export function writeAddress(family: 4 | 6, address: bigint): string {
  if (family === 4) return dotted(address)
  const groups = Array.from({ length: 8 }, (_, i) =>
    Number((address >> BigInt(112 - i * 16)) & 0xffffn),
  )
  const zeros = longestZeros(groups)
  const isEmbedded =
    zeros.start === 0 &&
    (zeros.length === 6 ||
      (zeros.length === 7 && groups[7] !== 1) ||
      (zeros.length === 5 && groups[5] === 0xffff))
  const shown = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  if (isEmbedded) {
    const mapped = zeros.length === 5 ? 'ffff:' : ''
    return `::${mapped}${dotted(address & 0xffffffffn)}`
  }
  if (zeros.length < 2) return shown(0, 8)
  return `${shown(0, zeros.start)}::${shown(zeros.start + zeros.length, 8)}`
}

function dotted(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
  }
  return best
}
