/** Lakelet in real workerd, as `npm start` runs it. With a data folder it can be stopped and started again. */
import type { Miniflare } from 'miniflare'
import { startRuntime } from '../../src/cli/runtime/local-runtime.ts'
import type { RuntimeOptions } from '../../src/cli/runtime/local-runtime.ts'

export const CONNECTION = 'postgresql://lakelet:lakelet@main--local.localhost/lakelet'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export class WorkerdLakelet {
  readonly #miniflare: Miniflare
  readonly url: string

  private constructor(miniflare: Miniflare, url: string) {
    this.#miniflare = miniflare
    this.url = url
  }

  static async start(options: RuntimeOptions = {}): Promise<WorkerdLakelet> {
    const miniflare = await startRuntime(options)
    const url = await miniflare.ready
    return new WorkerdLakelet(miniflare, url.origin)
  }

  /** Where drivers send their requests. */
  get sqlUrl(): string {
    return `${this.url}/sql`
  }

  /** A `POST /sql` with chosen headers; a string or bytes go as they are. */
  async post(body: unknown, headers: object = {}, path = '/sql'): Promise<Answer> {
    const all = { 'Neon-Connection-String': CONNECTION, ...headers }
    const sent = Object.entries(all).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: Object.fromEntries(sent),
      body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body), // narrowed by isRaw
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  inspectorUrl(): Promise<URL> {
    return this.#miniflare.getInspectorURL()
  }

  async stop(): Promise<void> {
    await this.#miniflare.dispose()
  }
}
