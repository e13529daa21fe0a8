/** What the tests of the trees share: a seeded random source, a tiny DatumCodec, a page store that forgets. */
import type {
  PageNode,
  DatumCodec,
  PageSource,
  StorageContext,
  TreeNode,
} from '../../src/storage/page/node.ts'
import type { PageAddress } from '../../src/storage/page/page-address.ts'
import { decodePage, encodePage } from '../../src/storage/page/page-codec.ts'
import { crc32c } from '../../src/storage/page/crc32c.ts'
import { adoptAddresses, dirtyNodes, releaseWritten } from '../../src/storage/tree/checkpoint.ts'
import type { BranchRoots } from '../../src/storage/tree/tree-root.ts'
import type { BatchStream, Task } from '../../src/storage/task.ts'
import { datumAt } from '../../src/storage/vector.ts'
import type { Batch, Datum } from '../../src/storage/vector.ts'

/** mulberry32: small, seeded, good enough. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A datum of the tests: something that is neither number nor string. */
export class Box {
  readonly content: string
  constructor(content: string) {
    this.content = content
  }
}

export const BOX_CODEC: DatumCodec = {
  encode: (value) => new TextEncoder().encode((value as Box).content),
  decode: (bytes) => new Box(new TextDecoder().decode(bytes)),
  compare: (a, b) => {
    const [x, y] = [(a as Box).content, (b as Box).content]
    return x < y ? -1 : x > y ? 1 : 0
  },
  sizeOf: (value) => (value as Box).content.length,
}

export const NO_PAGES: PageSource = { get: () => undefined }
export const IN_MEMORY: StorageContext = { source: NO_PAGES, codec: BOX_CODEC }

/** Written pages; `get` knows a page only after it was asked for, and forgets it at random. */
export class ForgetfulPages implements PageSource {
  readonly bytes = new Map<string, Uint8Array>()
  readonly cached = new Map<string, PageNode>()
  asked = 0
  private next = 0

  get(address: PageAddress): PageNode | undefined {
    return this.cached.get(nameOf(address))
  }

  load(address: PageAddress): void {
    this.asked++
    if (this.cached.size > 12) this.cached.delete(this.cached.keys().next().value!)
    const bytes = this.bytes.get(nameOf(address))!
    if (crc32c(bytes) !== address.checksum) throw new Error('checksum')
    this.cached.set(nameOf(address), decodePage(bytes, BOX_CODEC))
  }

  append(bytes: Uint8Array): PageAddress {
    const address = {
      layer: 'L',
      offset: this.next++,
      length: bytes.length,
      checksum: crc32c(bytes),
    }
    this.bytes.set(nameOf(address), bytes)
    return address
  }

  /** A whole checkpoint. Returns how many pages it wrote. */
  checkpoint(snapshot: BranchRoots, current: BranchRoots): number {
    const written = new Map<TreeNode, PageAddress>()
    for (const { node } of dirtyNodes(snapshot)) {
      const bytes = encodePage(node, {
        codec: BOX_CODEC,
        addressOf: (child) => written.get(child) ?? child.written!,
        writeOverflow: (overflow) => this.append(overflow),
      })
      written.set(node, this.append(bytes))
    }
    adoptAddresses(written)
    releaseWritten(current)
    return written.size
  }
}

function nameOf(address: PageAddress): string {
  return `${address.layer}/${address.offset}`
}

/** Runs a task, loading the pages it asks for. */
export function run<T>(task: Task<T>, pages?: ForgetfulPages): T {
  for (;;) {
    const step = task.next()
    if (step.done === true) return step.value
    if (step.value.kind === 'pages')
      for (const address of step.value.addresses) pages!.load(address)
  }
}

export function collect(stream: BatchStream, pages?: ForgetfulPages): Batch[] {
  const batches: Batch[] = []
  for (const item of stream) {
    if (item.kind === 'batch') batches.push(item)
    else if (item.kind === 'pages') for (const address of item.addresses) pages!.load(address)
  }
  return batches
}

export type Row = (Datum | null)[]

export function rowsOf(batches: readonly Batch[]): Row[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) =>
      batch.columns.map((column) => datumAt(column, row)),
    ),
  )
}
