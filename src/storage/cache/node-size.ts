import type { Column, InteriorNode, LeafNode, PageNode } from '../page/node.ts'

/** Object headers, arrays and the entry in the cache. */
const NODE_OVERHEAD = 256
const COLUMN_OVERHEAD = 96
/** A decoded value besides its bytes: pointer and header of a string; a numeric or the like is an object with parts. */
const TEXT_OVERHEAD = 28
const DATUM_OVERHEAD = 64
/** A child entry of an interior node with its key and zone, which are small JS objects. */
const CHILD_OVERHEAD = 240
const ZONE_VALUE_BYTES = 16

/**
 * About how much memory a node takes. Grows when a column is decoded lazily, so ask again until it `isSettled`.
 * `pageBytes` is the length of the page that the node's arrays are views of and undecoded columns need, or 0.
 */
export function nodeSize(node: PageNode, pageBytes: number): number {
  switch (node.kind) {
    case 'leaf':
      return leafSize(node, pageBytes)
    case 'interior':
      return interiorSize(node)
    case 'overflow':
      return NODE_OVERHEAD + node.bytes.byteLength
  }
}

/** Nothing is left to decode: the size stands. */
export function isSettled(node: PageNode): boolean {
  return node.kind !== 'leaf' || node.columns.every((column) => column.values !== undefined)
}

function leafSize(leaf: LeafNode, pageBytes: number): number {
  const buffers = new Set<ArrayBufferLike>([leaf.rowIds.buffer])
  let decoded = 0
  let undecodedColumns = 0
  for (const column of leaf.columns) {
    if (column.nulls !== undefined) buffers.add(column.nulls.buffer)
    const { values } = column
    if (values === undefined) undecodedColumns++
    else if (!Array.isArray(values)) buffers.add(values.buffer)
    else decoded += values.length * (column.kind === 'text' ? TEXT_OVERHEAD : DATUM_OVERHEAD)
  }
  let views = 0
  let holdsPage = false
  for (const buffer of buffers) {
    views += buffer.byteLength
    holdsPage ||= buffer.byteLength === pageBytes
  }
  const page = undecodedColumns > 0 && !holdsPage ? pageBytes : 0
  const variable = variableShare(leaf.columns, undecodedColumns) * leaf.variableBytes
  const overhead = NODE_OVERHEAD + leaf.columns.length * COLUMN_OVERHEAD
  return overhead + views + page + decoded + variable
}

/** Which part of the variable-length columns has been decoded. */
function variableShare(columns: readonly Column[], undecoded: number): number {
  let decoded = 0
  for (const column of columns) if (Array.isArray(column.values)) decoded++
  return decoded === 0 ? 0 : decoded / (decoded + undecoded)
}

function interiorSize(node: InteriorNode): number {
  const first = node.children[0]
  const width = first === undefined ? 0 : first.firstKey.length + 2 * first.zone.mins.length
  return NODE_OVERHEAD + node.children.length * (CHILD_OVERHEAD + width * ZONE_VALUE_BYTES)
}
