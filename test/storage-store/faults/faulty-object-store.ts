/** A bucket that fails, stalls, and is cut off by a crash: before an operation took effect, or after. */
import type {
  ListOptions,
  ObjectListing,
  ObjectStore,
} from '../../../src/storage/platform/object-store.ts'
import { CrashError, TransientError, type CrashSchedule } from './crash-schedule.ts'

export class FaultyObjectStore implements ObjectStore {
  readonly #inner: ObjectStore
  readonly #schedule: CrashSchedule

  constructor(inner: ObjectStore, schedule: CrashSchedule) {
    this.#inner = inner
    this.#schedule = schedule
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#inner.get(key))
  }

  getRange(key: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#inner.getRange(key, offset, length))
  }

  list(prefix: string, options?: ListOptions): Promise<ObjectListing> {
    return this.#read(() => this.#inner.list(prefix, options))
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#write(() => this.#inner.put(key, bytes))
  }

  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    return this.#write(() => this.#inner.putIfAbsent(key, bytes))
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#write(() => this.#inner.delete(keys))
  }

  async #read<T>(operation: () => Promise<T>): Promise<T> {
    await this.#stall()
    this.#schedule.step()
    if (this.#fails()) throw new TransientError('bucket unavailable')
    return operation()
  }

  async #write<T>(operation: () => Promise<T>): Promise<T> {
    await this.#stall()
    this.#step(operation)
    const applied = !this.#fails() || this.#schedule.random.next() < 0.5
    const result = applied ? await operation() : undefined
    if (result === undefined && !applied) throw new TransientError('bucket unavailable')
    return result as T // void, or what the operation gave
  }

  /** A crash may come when the request was already on its way. */
  #step(operation: () => Promise<unknown>): void {
    const wasDead = this.#schedule.isDead
    try {
      this.#schedule.step()
    } catch (error) {
      if (!wasDead && error instanceof CrashError && this.#schedule.random.next() < 0.5) {
        void operation()
      }
      throw error
    }
  }

  #fails(): boolean {
    return this.#schedule.random.next() < this.#schedule.failureRate
  }

  async #stall(): Promise<void> {
    const turns = this.#schedule.random.below(4)
    for (let i = 0; i < turns; i++) await Promise.resolve()
  }
}
