/**
 * What a statement may hold in memory: `work_mem`. Operators that collect rows report what they hold and, when the
 * budget is gone, spill; what cannot spill fails with 53200. Sizes are estimates: they bound growth, not bytes.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Vector } from '../../../storage/vector.ts'

export const DEFAULT_WORK_MEMORY_BYTES = 16 * 1024 * 1024
/** What cannot spill may overdraw the budget this many times before it fails. */
const OVERDRAFT = 4
const OBJECT_BYTES = 64
/** An operator is left at least this fraction of the budget before it has to spill. */
const SMALLEST_SHARE = 8

export class MemoryBudget {
  readonly limitBytes: number
  #used = 0

  constructor(limitBytes: number = DEFAULT_WORK_MEMORY_BYTES) {
    this.limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#used
  }

  /** Accounts for memory taken; true while within the budget. */
  take(bytes: number): boolean {
    this.#used += bytes
    return this.#used <= this.limitBytes
  }

  give(bytes: number): void {
    this.#used -= bytes
  }

  get isExceeded(): boolean {
    return this.#used > this.limitBytes
  }

  /** Whether an operator that holds this much should spill when the budget is gone: not for crumbs, if others hold the rest. */
  isWorthSpilling(ownBytes: number): boolean {
    return ownBytes * SMALLEST_SHARE >= this.limitBytes
  }

  /** For memory that cannot be spilled. */
  takeFirmly(bytes: number): void {
    this.#used += bytes
    if (this.#used > this.limitBytes * OVERDRAFT) throw outOfMemory(bytes)
  }
}

export function outOfMemory(bytes: number): SqlError {
  return new SqlError(SQLSTATE.OUT_OF_MEMORY, 'out of memory', {
    detail: `Failed on request of size ${bytes}.`,
  })
}

/** Rough bytes of the first `n` rows. */
export function vectorBytes(vector: Vector, n: number): number {
  switch (vector.kind) {
    case 'bool':
      return n
    case 'int32':
      return 4 * n
    case 'int64':
    case 'float64':
      return 8 * n
    case 'text': {
      let bytes = 24 * n
      for (let i = 0; i < n; i++) bytes += vector.values[i]?.length ?? 0
      return bytes
    }
    case 'datum':
      return OBJECT_BYTES * n
  }
}

export function columnsBytes(columns: readonly Vector[], n: number): number {
  let bytes = 0
  for (const column of columns) bytes += vectorBytes(column, n)
  return bytes
}
