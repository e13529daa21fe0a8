/** Reads a layer through its footer: for the collector and for checks. Scans go through the page cache instead. */
import type { PageAddress } from '../page/page-address.ts'
import type { ObjectStore } from '../platform/object-store.ts'
import { TRAILER_BYTES, checkPage, corrupt, decodeFooter, decodeTrailer } from './layer-format.ts'
import type { LayerPage } from './layer-format.ts'

export class LayerReader {
  readonly name: string
  readonly pages: readonly LayerPage[]
  readonly #objects: ObjectStore

  private constructor(objects: ObjectStore, name: string, pages: readonly LayerPage[]) {
    this.#objects = objects
    this.name = name
    this.pages = pages
  }

  /** `sizeBytes` as the listing of the bucket told. */
  static async open(objects: ObjectStore, name: string, sizeBytes: number): Promise<LayerReader> {
    const trailer = await objects.getRange(name, sizeBytes - TRAILER_BYTES, TRAILER_BYTES)
    if (trailer === undefined) throw corrupt(`layer ${name} is missing`)
    const { offset, length, checksum } = decodeTrailer(trailer, name)
    const footer = length === 0 ? new Uint8Array() : await objects.getRange(name, offset, length)
    if (footer === undefined) throw corrupt(`layer ${name} is missing`)
    return new LayerReader(objects, name, decodeFooter(footer, checksum, name))
  }

  async read(page: LayerPage): Promise<Uint8Array> {
    const address: PageAddress = { layer: this.name, ...page }
    const bytes = await this.#objects.getRange(this.name, page.offset, page.length)
    if (bytes === undefined) throw corrupt(`layer ${this.name} is missing`)
    checkPage(bytes, address)
    return bytes
  }
}
