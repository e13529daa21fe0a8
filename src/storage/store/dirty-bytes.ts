/**
 * How much memory the pages of a state take that no layer holds yet.
 *
 * Exact, but measured only when enough was written to matter: a write may replace pages that an earlier one made, so
 * sums would say too much, and a few written bytes may copy many pages, so counting them would say too little.
 */
import { nodeSize } from '../cache/node-size.ts'
import { dirtyNodes } from '../tree/checkpoint.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

/** Writing a row copies a page of up to 64 KB, but the rows of a batch are often neighbours. */
const COPIED_BYTES_PER_ROW = 16 << 10
/** Due again after about this much was copied. */
const MEASURE_BYTES = 4 << 20

export class DirtyBytes {
  #measured = 0
  #copied = 0

  /** As of the last measuring; since then it can have grown by about `MEASURE_BYTES`. */
  get bytes(): number {
    return this.#measured
  }

  /** True when it is time to measure. */
  note(rows: number, writtenBytes: number): boolean {
    this.#copied += Math.max(writtenBytes, rows * COPIED_BYTES_PER_ROW)
    return this.#copied >= MEASURE_BYTES
  }

  measure(roots: BranchRoots): void {
    this.#copied = 0
    this.#measured = 0
    for (const { node } of dirtyNodes(roots)) this.#measured += nodeSize(node, 0)
  }
}
