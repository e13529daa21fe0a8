/** Signatures first; see the functions below. */
import type { DatumCodec, PageNode, TreeNode } from './node.ts'
import type { PageAddress } from './page-address.ts'

export interface PageWriter {
  readonly codec: DatumCodec
  /** The address of a child that was written before its parent (a resident child has none of its own yet). */
  addressOf(node: TreeNode): PageAddress
  /** Appends an overflow page's bytes to the same layer. Called during `encodePage`, before it returns. */
  writeOverflow(bytes: Uint8Array): PageAddress
}

/** The bytes of a page; the address's checksum is `crc32c(bytes)`. */
export declare function encodePage(node: TreeNode, writer: PageWriter): Uint8Array
/** Checks the version and checksum; throws SqlError XX001. Column arrays are views of `bytes` where they can. */
export declare function decodePage(bytes: Uint8Array, codec: DatumCodec): PageNode
