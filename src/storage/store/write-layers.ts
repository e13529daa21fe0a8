/**
 * The way of pages into layers, for checkpoints, giant transactions and replay: children first, so that a parent
 * knows the addresses of its children. Pages count as written as soon as their layer is durable; when it fails in
 * the middle, what was written stays so. Roots and interior pages come last in a layer, side by side: a branch that wakes gets the
 * ways into all its trees in one range. Indexes, which are younger, come before their tables (`dirtyNodes`): read-ahead then has the table's pages.
 */
import { assert } from '../../errors/sql-error.ts'
import type { TieredPages } from '../cache/tiered-pages.ts'
import type { LayerWriter } from '../layer/layer-writer.ts'
import type { DatumCodec, DirtyNode, TreeNode } from '../page/node.ts'
import { encodePage, type PageWriter } from '../page/page-codec.ts'
import type { PageAddress } from '../page/page-address.ts'
import { releaseBytes } from '../release-bytes.ts'
import { adoptAddresses, dirtyNodes } from '../tree/checkpoint.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

export interface LayerOutput {
  readonly writer: LayerWriter
  readonly pages: TieredPages
  readonly codec: DatumCodec
}

export async function writeLayers(output: LayerOutput, roots: BranchRoots): Promise<void> {
  const { writer, pages, codec } = output
  const written = new Map<TreeNode, PageAddress>()
  /** The last use of `bytes`. */
  const add = (tree: number, bytes: Uint8Array): PageAddress => {
    const address = writer.add(bytes, tree)
    pages.keepLocally(address, bytes)
    // Both have copied them.
    releaseBytes(bytes)
    return address
  }
  const pageWriter = (tree: number): PageWriter => ({
    codec,
    addressOf: (node) => written.get(node) ?? writtenAddress(node),
    writeOverflow: (bytes) => add(tree, bytes),
  })
  let upper: DirtyNode[] = []
  const write = ({ tree, node }: DirtyNode): void => {
    written.set(node, add(tree, encodePage(node, pageWriter(tree))))
  }
  const seal = async (): Promise<void> => {
    for (const dirty of upper) write(dirty)
    upper = []
    pages.trimLocal()
    await writer.seal()
    adoptAddresses(written)
    written.clear()
  }
  for (const dirty of dirtyNodes(roots)) {
    if (dirty.node.kind === 'interior' || dirty.isRoot) upper.push(dirty)
    else write(dirty)
    if (writer.isFull) await seal()
  }
  await seal()
}

export function writtenAddress(node: TreeNode): PageAddress {
  assert(node.written !== undefined, 'a child page was not written before its parent')
  return node.written
}
