/**
 * What memory the isolate takes while it works: V8's used heap and the bytes of array buffers (V8's "external memory"), in
 * the middle of what runs, for nobody can look in from outside before it has ended. V8 tells with the flag
 * `--expose-statistics`; a look takes some 10 ms or more, so it is off while time is what counts.
 *
 * Two figures, not at once, for one changes the other: `raw`, as it comes, garbage included; `held`, after a collection.
 */
import type { StoragePlatform } from '../../src/storage/platform/storage-platform.ts'

export type ProbeMode = 'off' | 'raw' | 'held'

export interface Memory {
  /** Bytes at the moment when their sum was greatest. */
  readonly heap: number
  readonly buffers: number
}

export const NO_MEMORY: Memory = { heap: 0, buffers: 0 }

/** A look after so many bytes have gone to or come from the local store. */
const LOOK_EVERY_BYTES = { raw: 2 << 20, held: 16 << 20 } as const
/** And so many pauses of a statement. */
const LOOK_EVERY_PAUSES = { raw: 1, held: 8 } as const

/** V8's, with `--expose-statistics`; collects first when told so. */
type Statistics = (collectsFirst: boolean) => Readonly<Record<string, number>>
const statistics = (globalThis as { getV8Statistics?: Statistics }).getV8Statistics

export class MemoryProbe {
  #mode: ProbeMode = 'off'
  #peak = NO_MEMORY
  #bytes = 0
  #pauses = 0

  /** The peak since the last call; from now on, look in this way. */
  switch(mode: ProbeMode): Memory {
    this.look()
    const peak = this.#peak
    this.#mode = mode
    this.#peak = NO_MEMORY
    this.look()
    return peak
  }

  look(): void {
    if (this.#mode === 'off') return
    if (statistics === undefined) throw new Error('workerd runs without --expose-statistics')
    this.#bytes = 0
    this.#pauses = 0
    // Twice: buffers that the first collection found dead are gone after the second.
    if (this.#mode === 'held') statistics(true)
    const figures = statistics(this.#mode === 'held')
    let heap = 0
    for (const [name, bytes] of Object.entries(figures)) {
      if (name.endsWith('_space_live_bytes')) heap += bytes
    }
    const buffers = figures['amount_of_external_allocated_memory'] ?? 0
    if (heap + buffers > this.#peak.heap + this.#peak.buffers) this.#peak = { heap, buffers }
  }

  #moved(bytes: number): void {
    if (this.#mode === 'off') return
    this.#bytes += bytes
    if (this.#bytes >= LOOK_EVERY_BYTES[this.#mode]) this.look()
  }

  #paused(): void {
    if (this.#mode !== 'off' && ++this.#pauses >= LOOK_EVERY_PAUSES[this.#mode]) this.look()
  }

  /** The same platform, with a look at every pause and every few pages. */
  watch(platform: StoragePlatform): StoragePlatform {
    const { clock, local, objects } = platform
    return {
      ...platform,
      local: this.#watched(local),
      objects: this.#watched(objects),
      clock: new Proxy(clock, {
        get: (target, name) => {
          if (name === 'sleep') this.#paused()
          return Reflect.get(target, name)
        },
      }),
    }
  }

  #watched<T extends object>(store: T): T {
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return (...args: unknown[]): unknown => {
          const result: unknown = method.apply(target, args)
          if (result instanceof Promise) return result.finally(() => this.look())
          for (const value of [result, ...args]) {
            if (value instanceof Uint8Array) this.#moved(value.length)
          }
          return result
        }
      },
    })
  }
}
