/**
 * Brings the root pages of several trees near in one go. Trees are written side by side, so one range of one layer often holds
 * them all, where one after the other would ask the bucket again and again.
 */
import type { TreeId } from '../storage/access.ts'
import { PARALLEL_FETCHES, planRanges } from '../storage/cache/range-plan.ts'
import { isResident } from '../storage/page/node.ts'
import type { PageAddress } from '../storage/page/page-address.ts'
import type { Store } from '../storage/store/store.ts'

/** A branch with very many trees is not looked through. */
const MOST_OTHERS = 64

/** These trees, and of the others as many as come in the same round of requests: the first query will want some of them. */
export async function prefetchTrees(store: Store, trees: readonly TreeId[]): Promise<void> {
  const addresses = trees.flatMap((tree) => rootAddress(store, tree) ?? [])
  if (addresses.length === 0) return
  const wanted = new Set(trees)
  let others = 0
  for (const [number] of store.roots.trees.entries()) {
    const tree = number as TreeId // the map's keys
    if (wanted.has(tree)) continue
    if (++others > MOST_OTHERS) break
    const address = rootAddress(store, tree)
    if (address === undefined) continue
    if (planRanges([...addresses, address]).length <= PARALLEL_FETCHES) addresses.push(address)
  }
  await store.pages.load(addresses)
}

function rootAddress({ roots }: Store, tree: TreeId): PageAddress | undefined {
  const pointer = roots.trees.get(tree)?.top?.pointer
  return pointer === undefined || isResident(pointer) ? undefined : pointer
}
