/**
 * Brings the root pages of several trees near in one go, where one after the other would ask the bucket again and again. Layers keep
 * the upper pages of all trees side by side, so a few ranges hold them.
 */
import type { TreeId } from '../access.ts'
import { PARALLEL_FETCHES, planRanges } from '../cache/range-plan.ts'
import type { TieredPages } from '../cache/tiered-pages.ts'
import { isResident } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

/** A branch with very many trees is not looked through. */
const MOST_OTHERS = 256

/**
 * These trees, and of the others as many as come in the same round of requests: the first query will want some of them. Nobody
 * hears of what goes wrong: who really needs a page asks for it and is told.
 */
export async function prefetchRoots(
  pages: TieredPages,
  roots: BranchRoots,
  trees: readonly TreeId[],
): Promise<void> {
  const addresses = trees.flatMap((tree) => missingRoot(pages, roots, tree) ?? [])
  if (addresses.length === 0) return
  const wanted = new Set(trees)
  let others = 0
  for (const [number] of roots.trees.entries()) {
    const tree = number as TreeId // the map's keys
    if (wanted.has(tree)) continue
    if (++others > MOST_OTHERS) break
    const address = missingRoot(pages, roots, tree)
    if (address === undefined) continue
    if (planRanges([...addresses, address]).length <= PARALLEL_FETCHES) addresses.push(address)
  }
  await pages.prefetch(addresses).catch(() => undefined)
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
