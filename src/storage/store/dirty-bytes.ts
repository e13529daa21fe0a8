/**
 * How much memory the pages of a state take that no layer holds yet.
 *
 * Exact, but measured only when enough was written to matter: a write may replace pages that an earlier one made, so
 * sums would say too much, and a few written bytes may copy many pages, so counting them would say too little.
 */
import { nodeSize } from '../cache/node-size.ts'
import { dirtyNodes } from '../tree/checkpoint.ts'
import type { BranchRoots } from '../tree/tree-root.ts'

/** Due again after about this share of the limit was written and copied. */
const MEASURE_SHARE = 1 / 4

export class DirtyBytes {
  readonly limitBytes: number
  #measured = 0
  #copied = 0

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  /** As of the last measuring; since then it can have grown by about a quarter of the limit. */
  get bytes(): number {
    return this.#measured
  }

  /** True when it is time to measure. */
  note(dirtiedBytes: number): boolean {
    this.#copied += dirtiedBytes
    return this.isDue
  }

  get isDue(): boolean {
    return this.#copied >= this.limitBytes * MEASURE_SHARE
  }

  get isBeyondLimit(): boolean {
    return this.#measured >= this.limitBytes
  }

  measure(roots: BranchRoots): void {
    this.#copied = 0
    this.#measured = 0
    for (const { node } of dirtyNodes(roots)) this.#measured += nodeSize(node, 0)
  }
}
