/** Following pointers: resident node, page cache, or a suspension that asks the driver. */
import { AssertionError, assert } from '../../errors/sql-error.ts'
import { isResident } from '../page/node.ts'
import type { ChildEntry, PageSource, TreeNode } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { Task } from '../task.ts'

/** The node, or undefined when its page is not at hand. */
export function nodeAt(entry: ChildEntry, source: PageSource): TreeNode | undefined {
  const pointer = entry.pointer
  if (isResident(pointer)) return pointer
  const node = source.get(pointer)
  if (node?.kind === 'overflow')
    throw new AssertionError('a tree pointer leads to an overflow page')
  return node
}

export function* loadNode(entry: ChildEntry, source: PageSource): Task<TreeNode> {
  for (;;) {
    const node = nodeAt(entry, source)
    if (node !== undefined) return node
    yield { kind: 'pages', addresses: [addressOfEntry(entry)] }
  }
}

/** Only for entries whose node is not at hand. */
export function addressOfEntry(entry: ChildEntry): PageAddress {
  const pointer = entry.pointer
  assert(!isResident(pointer), 'a resident node is at hand')
  return pointer
}
