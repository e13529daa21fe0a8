/**
 * Walks the leaves of a frozen tree in key order or in reverse. Not a generator: `next` returns a leaf, the pages it
 * lacks (the caller yields them and calls again), or undefined at the end.
 */
import { assert } from '../../errors/sql-error.ts'
import type {
  ChildEntry,
  InteriorNode,
  LeafNode,
  LeafParts,
  PageSource,
  TreeNode,
} from '../page/node.ts'
import { isResident } from '../page/node.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { ZoneFilter } from '../access.ts'
import { zoneMayMatch } from '../tree/zone.ts'
import { nodeAt } from './page-access.ts'

/** Following siblings to ask for together with a missing page of a scan. */
const READ_AHEAD_PAGES = 15

/** The first leaves of a scan are always cached: short scans come again. */
const CACHED_LEAVES = 8

export interface CursorOptions {
  readonly source: PageSource
  readonly reverse: boolean
  /** The child of an interior node to begin at; undefined = at the edge. */
  readonly startChild: ((children: readonly ChildEntry[]) => number) | undefined
  /** Whether everything from this entry on lies behind the end of the scan. Forward scans only. */
  readonly isPast: ((entry: ChildEntry) => boolean) | undefined
  readonly zoneFilters: readonly ZoneFilter[] | undefined
  /** What will be looked at, of leaves that are forgotten then; undefined = no such promise. */
  readonly wanted?: LeafParts
}

interface Frame {
  readonly node: InteriorNode
  index: number
}

export interface MissingPages {
  readonly missing: readonly PageAddress[]
  readonly isPassing: boolean
}

export type CursorStep = LeafNode | MissingPages | undefined

export class LeafCursor {
  private readonly options: CursorOptions
  private readonly step: 1 | -1
  private readonly stack: Frame[] = []
  private pending: ChildEntry | undefined
  private seeking = true
  /** Asked for and missing again: a small cache may have dropped it for its own read-ahead. */
  private asked: ChildEntry | undefined
  private readonly rowCount: number
  private leaves = 0

  constructor(top: ChildEntry | undefined, options: CursorOptions) {
    this.options = options
    this.step = options.reverse ? -1 : 1
    this.rowCount = top?.rowCount ?? 0
    if (top !== undefined && this.wants(top)) this.pending = top
  }

  next(): CursorStep {
    for (;;) {
      const entry = this.pending ?? this.advance()
      if (entry === undefined) return undefined
      const node = this.nodeAt(entry)
      if (node === undefined) {
        this.pending = entry
        const isPassing = this.isPassing() && this.asked !== entry
        return { missing: this.missingFrom(entry), isPassing }
      }
      this.pending = undefined
      if (node.kind === 'interior') this.enter(node)
      else {
        this.leaves++
        return node
      }
    }
  }

  private nodeAt(entry: ChildEntry): TreeNode | undefined {
    const { source, wanted } = this.options
    const { pointer } = entry
    if (wanted === undefined || isResident(pointer) || !this.isPassing()) {
      return nodeAt(entry, source)
    }
    const node = source.readOnce?.(pointer, wanted)
    assert(node?.kind !== 'overflow', 'a tree pointer leads to an overflow page')
    return node
  }

  private enter(node: InteriorNode): void {
    const { startChild } = this.options
    const count = node.children.length
    let index = this.step === 1 ? 0 : count - 1
    if (this.seeking && startChild !== undefined) index = startChild(node.children)
    this.stack.push({ node, index })
    const child = node.children[index]!
    if (this.wants(child)) this.pending = child
    else this.seeking = false
  }

  /** Whether the leaves to come pass the cache by: a long scan of a tree that is, by one leaf, larger than it should take. */
  private isPassing(): boolean {
    const { wanted, source } = this.options
    const frame = this.stack[this.stack.length - 1]
    if (wanted === undefined || source.passingBytes === undefined) return false
    if (this.leaves < CACHED_LEAVES || frame?.node.level !== 1) return false
    const entry = frame.node.children[frame.index]!
    if (isResident(entry.pointer) || entry.rowCount === 0) return false
    return (entry.pointer.length / entry.rowCount) * this.rowCount > source.passingBytes
  }

  /** The next entry to visit, or undefined at the end. */
  private advance(): ChildEntry | undefined {
    this.seeking = false
    for (;;) {
      const frame = this.stack[this.stack.length - 1]
      if (frame === undefined) return undefined
      frame.index += this.step
      const entry = frame.node.children[frame.index]
      if (entry === undefined) {
        this.stack.pop()
        continue
      }
      if (this.options.isPast?.(entry) === true) {
        this.stack.length = 0
        return undefined
      }
      if (this.wants(entry)) return entry
    }
  }

  private wants(entry: ChildEntry): boolean {
    const { zoneFilters } = this.options
    return zoneFilters === undefined || zoneMayMatch(entry.zone, zoneFilters)
  }

  private missingFrom(entry: ChildEntry): PageAddress[] {
    const addresses = isResident(entry.pointer) ? [] : [entry.pointer]
    const frame = this.stack[this.stack.length - 1]
    if (frame === undefined) return addresses
    if (this.asked === entry) return addresses
    this.asked = entry
    let index = frame.index
    while (addresses.length <= READ_AHEAD_PAGES) {
      index += this.step
      const sibling = frame.node.children[index]
      if (sibling === undefined || this.options.isPast?.(sibling) === true) break
      if (!isResident(sibling.pointer) && this.wants(sibling)) addresses.push(sibling.pointer)
    }
    return addresses
  }
}
