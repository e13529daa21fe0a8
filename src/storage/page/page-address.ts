/** Where an immutable page lies: a byte range of a layer object, and what it must hash to. */
export interface PageAddress {
  /** Name of the layer object, unique across the project's bucket. */
  readonly layer: string
  readonly offset: number
  readonly length: number
  /** CRC-32C of the page's bytes. */
  readonly checksum: number
}
