/**
 * What a checkpoint, and the spill of a giant transaction, need from trees. In order:
 *
 *   1. for each of `dirtyNodes(snapshot)`: encode it (`encodePage`), append the bytes to a layer, note the address
 *      in a Map that also serves as `addressOf` for the parents that follow;
 *   2. when the layer is durable: `adoptAddresses(map)`;
 *   3. `releaseWritten(newest roots)`: resident pointers to written nodes become addresses, so that memory is freed.
 *
 * A transaction spills the same way between two of its operations, from `transaction.snapshot()`, never during one.
 * Commits go on between the steps: they only make new nodes. If step 1 fails, drop the Map: nothing has happened.
 */
import { isResident } from '../page/node.ts'
import type { ChildEntry, DirtyNode, TreeNode } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { TreeId } from '../access.ts'
import type { BranchRoots } from './tree-root.ts'

/**
 * The resident nodes of a state that no layer holds: children first, by tree, the youngest first, and by key. Never suspends. With `only`,
 * just those trees: the spill of a transaction passes what its write set touches.
 */
export function* dirtyNodes(
  roots: BranchRoots,
  only?: ReadonlySet<TreeId>,
): Generator<DirtyNode, void, void> {
  // Databases made from a template share its pages.
  const seen = roots.trees.hasBanks ? new Set<TreeNode>() : undefined
  for (const [, root] of [...roots.trees.entries()].reverse()) {
    if (root.top === undefined || only?.has(root.id) === false) continue
    yield* dirtyBelow(root.id, root.top, seen, true)
  }
}

function* dirtyBelow(
  tree: TreeId,
  entry: ChildEntry,
  seen: Set<TreeNode> | undefined,
  isRoot: boolean,
): Generator<DirtyNode, void, void> {
  const node = entry.pointer
  if (!isResident(node) || node.written !== undefined || seen?.has(node) === true) return
  seen?.add(node)
  if (node.kind === 'interior') {
    for (const child of node.children) yield* dirtyBelow(tree, child, seen, false)
  }
  yield { tree, node, isRoot }
}

/** From now on these nodes count as written. They freeze: whoever owned them copies them before the next edit. */
export function adoptAddresses(written: ReadonlyMap<TreeNode, PageAddress>): void {
  for (const [node, address] of written) {
    node.written = address
    node.owner = undefined
  }
}

/**
 * Replaces pointers to written nodes by their addresses in everything resident below these roots. `released` is told
 * each node, so that the page cache may keep it under its address.
 */
export function releaseWritten(
  roots: BranchRoots,
  released?: (address: PageAddress, node: TreeNode) => void,
): void {
  for (const [, root] of roots.trees.entries()) {
    if (root.top !== undefined) releaseBelow(root.top, released)
  }
}

function releaseBelow(
  entry: ChildEntry,
  released: ((address: PageAddress, node: TreeNode) => void) | undefined,
): void {
  const node = entry.pointer
  if (!isResident(node)) return
  // Children first: a written interior node that the cache keeps must not pin its leaves.
  if (node.kind === 'interior') for (const child of node.children) releaseBelow(child, released)
  if (node.written === undefined) return
  entry.pointer = node.written
  released?.(node.written, node)
}
