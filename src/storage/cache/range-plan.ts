/** Which ranges of which layers to fetch so that some pages arrive, with their neighbours, in few requests. */
import type { PageAddress } from '../page/page-address.ts'

/** A Worker may have six connections open; leave some for others. */
export const PARALLEL_FETCHES = 4
/** Pages closer together than this come in one request. */
const GAP_BYTES = 128 << 10
/**
 * A request asks for some times what is wanted, since neighbours in the layer are neighbours in the tree. Scans name the pages to
 * come themselves; this is for those who look up one row and then the one beside it.
 */
const READ_AHEAD_FACTOR = 8
const READ_AHEAD_MIN_BYTES = 32 << 10
const READ_AHEAD_MOST_BYTES = 128 << 10
/** A request asks for no more than this, unless one page is larger. */
const MOST_BYTES = 1 << 20

export interface FetchRange {
  readonly layer: string
  readonly start: number
  readonly end: number
  /** The pages that were asked for; all lie inside. */
  readonly wanted: readonly PageAddress[]
}

/** Without read-ahead. */
export function planRanges(addresses: readonly PageAddress[]): FetchRange[] {
  const ranges: FetchRange[] = []
  for (const [layer, pages] of byLayer(addresses)) {
    pages.sort((a, b) => a.offset - b.offset)
    let wanted: PageAddress[] = []
    let start = 0
    let end = 0
    for (const page of pages) {
      const pageEnd = page.offset + page.length
      if (wanted.length > 0 && page.offset <= end + GAP_BYTES && pageEnd - start <= MOST_BYTES) {
        wanted.push(page)
        end = Math.max(end, pageEnd)
        continue
      }
      if (wanted.length > 0) ranges.push({ layer, start, end, wanted })
      wanted = [page]
      start = page.offset
      end = pageEnd
    }
    if (wanted.length > 0) ranges.push({ layer, start, end, wanted })
  }
  return ranges
}

/** Whether the page would come in the same request. */
export function isBeside(
  { layer, start, end }: Pick<FetchRange, 'layer' | 'start' | 'end'>,
  page: PageAddress,
): boolean {
  if (layer !== page.layer) return false
  return page.offset <= end + GAP_BYTES && page.offset + page.length >= start - GAP_BYTES
}

export function withReadAhead({ layer, start, end, wanted }: FetchRange): FetchRange {
  const ahead = Math.max(READ_AHEAD_MIN_BYTES, (end - start) * READ_AHEAD_FACTOR)
  const most = start + Math.min(ahead, READ_AHEAD_MOST_BYTES)
  return { layer, start, end: Math.max(end, most), wanted }
}

function byLayer(addresses: readonly PageAddress[]): Map<string, PageAddress[]> {
  const layers = new Map<string, PageAddress[]>()
  for (const address of addresses) {
    const pages = layers.get(address.layer)
    if (pages === undefined) layers.set(address.layer, [address])
    else pages.push(address)
  }
  return layers
}
