/**
 * When the simulated machine fails. Every storage operation is a step; at a given step the machine dies, and each
 * later step of the same life fails too, so that nothing a dead process still does can have an effect.
 */
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'

export class CrashError extends Error {
  override readonly name = 'CrashError'
}

/** A failure that retries get over. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
}

export class CrashSchedule {
  readonly random: SeededRandom
  /** Share of operations on the bucket that fail although the machine lives. */
  readonly failureRate: number
  #stepsLeft: number
  #dead = false
  steps = 0

  constructor(random: SeededRandom, stepsLeft: number, failureRate = 0) {
    this.random = random
    this.#stepsLeft = stepsLeft
    this.failureRate = failureRate
  }

  get isDead(): boolean {
    return this.#dead
  }

  /** Throws when the machine is dead or dies now. */
  step(): void {
    this.steps++
    if (!this.#dead && --this.#stepsLeft >= 0) return
    this.#dead = true
    throw new CrashError('the machine is dead')
  }

  /** After the last step: whoever was left running gets nowhere. */
  kill(): void {
    this.#dead = true
  }
}
