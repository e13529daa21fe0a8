import type { Column, InteriorNode, LeafNode, PageNode } from '../page/node.ts'

/** Object headers, arrays and the entry in the cache. */
const NODE_OVERHEAD = 256
const COLUMN_OVERHEAD = 96
/** A decoded string or datum: pointer and header, besides its bytes. */
const VALUE_OVERHEAD = 24
/** A child entry of an interior node with its key and zone, which are small JS objects. */
const CHILD_OVERHEAD = 240
const ZONE_VALUE_BYTES = 16

/**
 * About how much memory a node takes. Grows when a column is decoded lazily, so ask again now and then.
 * `pageBytes` is the length of the page that the node's arrays are views of, or 0.
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

function leafSize(leaf: LeafNode, pageBytes: number): number {
  let views = leaf.rowIds.byteLength
  let decoded = 0
  let undecodedColumns = 0
  for (const column of leaf.columns) {
    views += column.nulls?.byteLength ?? 0
    if (column.values === undefined) undecodedColumns++
    else if (Array.isArray(column.values)) decoded += column.values.length * VALUE_OVERHEAD
    else views += column.values.byteLength
  }
  const variable = variableShare(leaf.columns, undecodedColumns) * leaf.variableBytes
  const overhead = NODE_OVERHEAD + leaf.columns.length * COLUMN_OVERHEAD
  return overhead + Math.max(views, pageBytes) + decoded + variable
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
