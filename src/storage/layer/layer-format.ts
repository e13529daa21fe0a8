/**
 * A layer: an immutable object that holds pages one after the other.
 *
 *   page 0:  frame header (16 bytes)   u32 magic "LKPG", u32 length, u32 CRC-32C of the bytes, u32 tree
 *            the page's bytes, padded with zeros to a multiple of 8
 *   page 1:  …
 *   footer:  per page (20 bytes)       u32 offset of the bytes, u32 length, u32 CRC-32C, u32 tree, u32 reserved
 *   trailer: (24 bytes)                u32 version, u32 page count, u32 footer offset, u32 CRC-32C of the footer,
 *                                      u32 reserved, u32 magic "LKLY"
 *
 * All little-endian. Frame headers let a reader that fetched a range walk over the neighbours of the page it wanted;
 * the footer lets the collector see what a layer holds without reading it.
 */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import { crc32c } from '../page/crc32c.ts'
import type { PageAddress } from '../page/page-address.ts'

export const FRAME_BYTES = 16
export const TRAILER_BYTES = 24
const LAYER_VERSION = 1
const FRAME_MAGIC = 0x47504b4c
const LAYER_MAGIC = 0x594c4b4c
const FOOTER_ENTRY_BYTES = 20

export interface LayerPage {
  readonly offset: number
  readonly length: number
  readonly checksum: number
  readonly tree: number
}

export function corrupt(what: string): SqlError {
  return new SqlError(SQLSTATE.DATA_CORRUPTED, what)
}

export function paddedLength(length: number): number {
  return (length + 7) & ~7
}

export function writeFrameHeader(view: DataView, at: number, page: LayerPage): void {
  view.setUint32(at, FRAME_MAGIC, true)
  view.setUint32(at + 4, page.length, true)
  view.setUint32(at + 8, page.checksum, true)
  view.setUint32(at + 12, page.tree, true)
}

/** The page whose frame header lies at `at`, with an offset in the same terms; undefined past the last page. */
export function readFrameHeader(view: DataView, at: number): LayerPage | undefined {
  if (at + FRAME_BYTES > view.byteLength || view.getUint32(at, true) !== FRAME_MAGIC) {
    return undefined
  }
  return {
    offset: at + FRAME_BYTES,
    length: view.getUint32(at + 4, true),
    checksum: view.getUint32(at + 8, true),
    tree: view.getUint32(at + 12, true),
  }
}

/** Footer and trailer. */
export function encodeFooter(pages: readonly LayerPage[], offset: number): Uint8Array {
  const footerBytes = pages.length * FOOTER_ENTRY_BYTES
  const bytes = new Uint8Array(footerBytes + TRAILER_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [index, page] of pages.entries()) {
    const at = index * FOOTER_ENTRY_BYTES
    view.setUint32(at, page.offset, true)
    view.setUint32(at + 4, page.length, true)
    view.setUint32(at + 8, page.checksum, true)
    view.setUint32(at + 12, page.tree, true)
  }
  view.setUint32(footerBytes, LAYER_VERSION, true)
  view.setUint32(footerBytes + 4, pages.length, true)
  view.setUint32(footerBytes + 8, offset, true)
  view.setUint32(footerBytes + 12, crc32c(bytes.subarray(0, footerBytes)), true)
  view.setUint32(footerBytes + 20, LAYER_MAGIC, true)
  return bytes
}

/** Where the footer lies; throws XX001. */
export function decodeTrailer(
  trailer: Uint8Array,
  name: string,
): { offset: number; length: number; checksum: number } {
  const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength)
  if (trailer.length !== TRAILER_BYTES || view.getUint32(20, true) !== LAYER_MAGIC) {
    throw corrupt(`layer ${name} has no trailer`)
  }
  const version = view.getUint32(0, true)
  if (version !== LAYER_VERSION) throw corrupt(`layer ${name} has unknown version ${version}`)
  return {
    offset: view.getUint32(8, true),
    length: view.getUint32(4, true) * FOOTER_ENTRY_BYTES,
    checksum: view.getUint32(12, true),
  }
}

export function decodeFooter(footer: Uint8Array, checksum: number, name: string): LayerPage[] {
  if (crc32c(footer) !== checksum) throw corrupt(`footer of layer ${name} is damaged`)
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength)
  const pages: LayerPage[] = []
  for (let at = 0; at < footer.length; at += FOOTER_ENTRY_BYTES) {
    pages.push({
      offset: view.getUint32(at, true),
      length: view.getUint32(at + 4, true),
      checksum: view.getUint32(at + 8, true),
      tree: view.getUint32(at + 12, true),
    })
  }
  return pages
}

export function checkPage(bytes: Uint8Array, address: PageAddress): void {
  if (bytes.length !== address.length || crc32c(bytes) !== address.checksum) {
    throw corrupt(`page at ${address.offset} of layer ${address.layer} is damaged`)
  }
}
