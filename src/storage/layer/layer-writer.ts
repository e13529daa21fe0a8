/**
 * Collects pages into layer objects of bounded size. `add` gives a page its address at once; the address may be
 * used by anything durable only after the `seal` that follows it. Used by checkpoints and by giant transactions.
 */
import { assert } from '../../errors/sql-error.ts'
import { crc32c } from '../page/crc32c.ts'
import type { PageAddress } from '../page/page-address.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import { randomHex, type Random } from '../platform/random.ts'
import { releaseBytes } from '../release-bytes.ts'
import { FRAME_BYTES, encodeFooter, paddedLength, writeFrameHeader } from './layer-format.ts'
import type { LayerPage } from './layer-format.ts'

/** When a layer has grown to this it should be sealed. */
export const LAYER_TARGET_BYTES = 4 << 20
const FIRST_BUFFER_BYTES = 64 << 10
/** Room for the last page and the footer. */
const SLACK_BYTES = 256 << 10

export interface LayerWriterOptions {
  readonly objects: ObjectStore
  readonly random: Random
  /** What all its layers' names begin with. */
  readonly prefix: string
  /** Bytes after which `isFull`. */
  readonly targetBytes?: number
}

export class LayerWriter {
  readonly #options: LayerWriterOptions
  #name: string
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES)
  #used = 0
  #pages: LayerPage[] = []
  #sealed: string[] = []

  constructor(options: LayerWriterOptions) {
    this.#options = options
    this.#name = this.#newName()
  }

  /** Names of the layers that are durable. */
  get sealedLayers(): readonly string[] {
    return this.#sealed
  }

  get isFull(): boolean {
    return this.#used >= this.#targetBytes
  }

  get #targetBytes(): number {
    return this.#options.targetBytes ?? LAYER_TARGET_BYTES
  }

  get bufferedBytes(): number {
    return this.#used
  }

  add(bytes: Uint8Array, tree: number): PageAddress {
    const offset = this.#used + FRAME_BYTES
    const page = { offset, length: bytes.length, checksum: crc32c(bytes), tree }
    this.#reserve(FRAME_BYTES + paddedLength(bytes.length))
    writeFrameHeader(new DataView(this.#buffer.buffer), this.#used, page)
    this.#buffer.set(bytes, offset)
    this.#used = offset + paddedLength(bytes.length)
    this.#pages.push(page)
    return { layer: this.#name, offset, length: page.length, checksum: page.checksum }
  }

  /** Makes all pages added so far durable. What is added meanwhile goes to the next layer. */
  async seal(): Promise<void> {
    if (this.#pages.length === 0) return
    const name = this.#name
    const footer = encodeFooter(this.#pages, this.#used)
    this.#reserve(footer.length)
    this.#buffer.set(footer, this.#used)
    const object = this.#buffer.subarray(0, this.#used + footer.length)
    this.#buffer = new Uint8Array(FIRST_BUFFER_BYTES)
    this.#used = 0
    this.#pages = []
    this.#name = this.#newName()
    await this.#options.objects.put(name, object)
    releaseBytes(new Uint8Array(object.buffer))
    this.#sealed.push(name)
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes
    assert(needed < 2 ** 32, 'a layer must stay below 4 GB')
    if (needed <= this.#buffer.length) return
    const doubled = Math.min(this.#buffer.length * 2, this.#targetBytes + SLACK_BYTES)
    const larger = new Uint8Array(Math.max(needed, doubled))
    larger.set(this.#buffer.subarray(0, this.#used))
    releaseBytes(this.#buffer)
    this.#buffer = larger
  }

  #newName(): string {
    return `${this.#options.prefix}${randomHex(this.#options.random, 10)}`
  }
}
