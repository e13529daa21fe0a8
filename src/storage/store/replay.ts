/**
 * Replays stored commits: recovery, time travel, and the first opening of a fork. Memory stays bounded however much
 * is replayed: pages that were made are written to layers now and then.
 */
import type { StoredRecord } from '../log/commit-log.ts'
import { commitParts } from '../log/detached-piece.ts'
import { newEpoch, type StorageContext } from '../page/node.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import type { Task } from '../task.ts'
import { applyRecord } from '../transaction/apply-record.ts'
import type { LogRecord } from '../transaction/log-record.ts'
import type { BranchRoots } from '../tree/tree-root.ts'
import { DirtyBytes } from './dirty-bytes.ts'

/** A branch's state and what else must continue from there. */
export interface BranchState {
  readonly roots: BranchRoots
  readonly commitTimeMs: number
  readonly nextTransactionId: number
}

export interface ReplayServices {
  readonly objects: ObjectStore
  readonly context: StorageContext
  /** Pages made beyond this are written to layers before it goes on. */
  readonly transactionLimitBytes: number
  /** Drives a task, loading the pages it asks for. */
  run<T>(task: Task<T>): Promise<T>
  /** Writes the pages below these roots to layers and lets go of them. */
  spill(roots: BranchRoots): Promise<void>
}

export class Replay {
  readonly #services: ReplayServices
  readonly #dirty: DirtyBytes
  /** Only the last state counts, so all records edit the same pages. */
  readonly #epoch = newEpoch()
  #state: BranchState

  constructor(services: ReplayServices, start: BranchState) {
    this.#services = services
    this.#dirty = new DirtyBytes(services.transactionLimitBytes)
    this.#state = start
  }

  /** After the last commit that was applied. */
  get state(): BranchState {
    return this.#state
  }

  async apply(stored: StoredRecord): Promise<void> {
    const { objects, context } = this.#services
    let { roots, commitTimeMs, nextTransactionId } = this.#state
    for await (const part of commitParts(objects, stored.bytes, context.codec)) {
      roots = await this.#applyPart(roots, part)
      commitTimeMs = Math.max(commitTimeMs, part.commitTimeMs)
      nextTransactionId = Math.max(nextTransactionId, part.transactionId + 1)
    }
    this.#state = { roots, commitTimeMs, nextTransactionId }
  }

  async #applyPart(roots: BranchRoots, part: LogRecord): Promise<BranchRoots> {
    const before = this.#epoch.madeBytes
    const next = await this.#services.run(
      applyRecord(roots, part, this.#services.context, this.#epoch),
    )
    if (!this.#dirty.note(this.#epoch.madeBytes - before)) return next
    this.#dirty.measure(next)
    if (!this.#dirty.isBeyondLimit) return next
    await this.#services.spill(next)
    this.#dirty.measure(next)
    return next
  }
}
