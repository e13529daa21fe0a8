/**
 * Brings the root pages of several trees near in one go, where one after the other would ask the bucket again and again. Layers keep
 * the upper pages of all trees side by side, so a few ranges hold them.
 */
import type { TreeId } from '../access.ts'
import { PARALLEL_FETCHES, isBeside, planRanges } from '../cache/range-plan.ts'
import type { TieredPages } from '../cache/tiered-pages.ts'
import { isResident } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

/** A branch with very many trees is not looked through, nor is a wake held up by what may not be wanted. */
const MOST_OTHERS = 256
const MOST_OTHER_BYTES = 512 << 10

/**
 * These trees, and of the others as many as come in the same round of requests: the first query will want some of them. Nobody
 * hears of what goes wrong: who really needs a page asks for it and is told.
 */
export async function prefetchRoots(
  pages: TieredPages,
  roots: BranchRoots,
  trees: readonly TreeId[],
): Promise<void> {
  const first = trees.flatMap((tree) => missingRoot(pages, roots, tree) ?? [])
  if (first.length === 0) return
  const others = withinOneRound(first, otherRoots(pages, roots, new Set(trees)))
  await pages.prefetch([...first, ...others]).catch(() => undefined)
}

function* otherRoots(
  pages: TieredPages,
  roots: BranchRoots,
  trees: ReadonlySet<TreeId>,
): Generator<PageAddress> {
  let looked = 0
  for (const [number] of roots.trees.entries()) {
    const tree = number as TreeId // the map's keys
    if (trees.has(tree)) continue
    if (++looked > MOST_OTHERS) return
    const address = missingRoot(pages, roots, tree)
    if (address !== undefined) yield address
  }
}

/** Of the others those that lie beside what is fetched anyway, or for which there is a request to spare. */
function withinOneRound(
  first: readonly PageAddress[],
  others: Iterable<PageAddress>,
): readonly PageAddress[] {
  const extents = planRanges(first).map(({ layer, start, end }) => ({ layer, start, end }))
  const chosen: PageAddress[] = []
  let bytes = 0
  for (const address of others) {
    const { layer, offset: start, length } = address
    const end = start + length
    const extent = extents.find((one) => isBeside(one, address))
    if (bytes + length > MOST_OTHER_BYTES) continue
    if (extent !== undefined) {
      extent.start = Math.min(extent.start, start)
      extent.end = Math.max(extent.end, end)
    } else if (extents.length < PARALLEL_FETCHES) extents.push({ layer, start, end })
    else continue
    chosen.push(address)
    bytes += length
  }
  return chosen
}

function missingRoot(
  pages: TieredPages,
  roots: BranchRoots,
  tree: TreeId,
): PageAddress | undefined {
  const pointer = roots.trees.get(tree)?.top?.pointer
  if (pointer === undefined || isResident(pointer) || pages.isNear(pointer)) return undefined
  return pointer
}
