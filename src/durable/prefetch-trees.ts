/**
 * Brings the root pages of several trees near in one go. Trees are written side by side, so one range of one layer often holds
 * them all, where one after the other would ask the bucket again and again.
 */
import type { TreeId } from '../storage/access.ts'
import { isResident } from '../storage/page/node.ts'
import type { PageAddress } from '../storage/page/page-address.ts'
import type { Store } from '../storage/store/store.ts'

export async function prefetchTrees(store: Store, trees: readonly TreeId[]): Promise<void> {
  const addresses: PageAddress[] = []
  for (const tree of trees) {
    const pointer = store.roots.trees.get(tree)?.top?.pointer
    if (pointer !== undefined && !isResident(pointer)) addresses.push(pointer)
  }
  await store.pages.load(addresses)
}
