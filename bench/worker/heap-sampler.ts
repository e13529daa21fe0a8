/**
 * Watches the memory of the isolate that Lakelet runs in, through workerd's inspector: V8's used heap plus the bytes of
 * array buffers. V8 lets garbage pile up as it sees fit (nothing bounds it here, an isolate's limit does in production),
 * so every so often garbage is collected first: that is what is held.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const INTERVAL_MS = 25
/** Of so many samples one is taken after a collection. */
const COLLECT_EVERY = 12
const ANSWER_TIMEOUT_MS = 500
const MIB = 1024 * 1024

interface HeapUsage {
  readonly usedSize: number
  readonly backingStorageSize?: number
}

export interface Memory {
  /** MiB at the moment when their sum was greatest. */
  readonly heap: number
  readonly buffers: number
  readonly total: number
}

export const NOTHING: Memory = { heap: 0, buffers: 0, total: 0 }

export interface Peaks {
  readonly held: Memory
  /** Garbage included. */
  readonly raw: Memory
}

export class HeapSampler {
  readonly #socket: WebSocket
  readonly #pending = new Map<number, (result: unknown) => void>()
  #nextId = 1
  #held: Memory = NOTHING
  #raw: Memory = NOTHING
  #isClosed = false
  /** Collections cost time and throw away compiled code: off while time is what counts. */
  isCollecting = true

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: unknown } // the protocol's answers
      if (message.id === undefined) return
      this.#pending.get(message.id)?.(message.result)
      this.#pending.delete(message.id)
    })
  }

  static async attach(inspector: URL): Promise<HeapSampler> {
    const list = await fetch(new URL('/json', inspector.href.replace(/^ws/, 'http')))
    const targets = (await list.json()) as readonly { webSocketDebuggerUrl: string }[]
    const url = targets[0]?.webSocketDebuggerUrl
    if (url === undefined) throw new Error('the inspector lists no worker')
    const socket = new WebSocket(url)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    const sampler = new HeapSampler(socket)
    void sampler.#watch()
    return sampler
  }

  /** The peaks since the last call. */
  takePeaks(): Peaks {
    const peaks = { held: this.#held, raw: this.#raw }
    this.#held = NOTHING
    this.#raw = NOTHING
    return peaks
  }

  /** What is held now. */
  async sampleHeld(): Promise<void> {
    // The second collection waits until the buffers that the first one found dead are really gone.
    await this.#send('HeapProfiler.collectGarbage')
    await this.#send('HeapProfiler.collectGarbage')
    this.#held = greater(this.#held, await this.#sample())
  }

  async #sample(): Promise<Memory> {
    const usage = (await this.#send('Runtime.getHeapUsage')) as HeapUsage | undefined // the protocol's answer
    if (usage === undefined) return NOTHING
    const heap = usage.usedSize / MIB
    const buffers = (usage.backingStorageSize ?? 0) / MIB
    const sample = { heap, buffers, total: heap + buffers }
    this.#raw = greater(this.#raw, sample)
    return sample
  }

  close(): void {
    this.#isClosed = true
    this.#socket.close()
  }

  async #watch(): Promise<void> {
    for (let count = 1; !this.#isClosed; count++) {
      if (this.isCollecting && count % COLLECT_EVERY === 0) await this.sampleHeld()
      else await this.#sample()
      await sleep(INTERVAL_MS)
    }
  }

  /** undefined when no answer comes: workerd answers some requests only when the isolate has work to do. */
  #send(method: string): Promise<unknown> {
    const id = this.#nextId++
    const answer = new Promise((resolve) => {
      this.#pending.set(id, resolve)
      this.#socket.send(JSON.stringify({ id, method }))
    })
    return Promise.race([answer, sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false })])
  }
}

function greater(a: Memory, b: Memory): Memory {
  return a.total > b.total ? a : b
}
