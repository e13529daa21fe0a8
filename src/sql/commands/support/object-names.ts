/** The names PostgreSQL makes up for constraints, indexes and sequences, cut to fit 63 bytes. */
import type { Oid } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'

/** NAMEDATALEN - 1. */
export const MAX_NAME_BYTES = 63

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** makeObjectName(): name1_name2_label, cutting the longer of the two names until all fits. */
export function makeObjectName(
  name1: string,
  name2: string | undefined,
  label: string | undefined,
): string {
  const overhead = (name2 === undefined ? 0 : 1) + (label === undefined ? 0 : byteLength(label) + 1)
  const available = MAX_NAME_BYTES - overhead
  let bytes1 = byteLength(name1)
  let bytes2 = name2 === undefined ? 0 : byteLength(name2)
  while (bytes1 + bytes2 > available) {
    if (bytes1 > bytes2) bytes1--
    else bytes2--
  }
  const parts = [cutToBytes(name1, bytes1)]
  if (name2 !== undefined) parts.push(cutToBytes(name2, bytes2))
  if (label !== undefined) parts.push(label)
  return parts.join('_')
}

function byteLength(text: string): number {
  return encoder.encode(text).length
}

/** At most `limit` bytes, never half a character. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = encoder.encode(text)
  if (bytes.length <= limit) return text
  let end = limit
  // A continuation byte (10xxxxxx) at the cut belongs to a character that began before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return decoder.decode(bytes.subarray(0, end))
}

/** A name made of the parts that `isTaken` does not know: label, label1, label2 … */
function chooseName(
  name1: string,
  name2: string | undefined,
  label: string,
  isTaken: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${pass}`)
    if (!isTaken(name)) return name
  }
}

/** ChooseRelationName() */
export function chooseRelationName(
  catalog: CatalogSnapshot,
  namespace: Oid,
  parts: { readonly name1: string; readonly name2?: string | undefined; readonly label: string },
  isConstraint = false,
): string {
  return chooseName(parts.name1, parts.name2, parts.label, (name) => {
    if (catalog.relationIn(namespace, name) !== undefined) return true
    return isConstraint && constraintNameTaken(catalog, namespace, name)
  })
}

function constraintNameTaken(catalog: CatalogSnapshot, namespace: Oid, name: string): boolean {
  return catalog.data
    .rows('pg_constraint')
    .where('conname', name)
    .some((row) => row.connamespace === namespace)
}

/** ChooseConstraintName(): unique in the schema, and among `others` chosen in the same statement. */
export function chooseConstraintName(
  catalog: CatalogSnapshot,
  namespace: Oid,
  parts: { readonly name1: string; readonly name2?: string | undefined; readonly label: string },
  others: readonly string[],
): string {
  return chooseName(
    parts.name1,
    parts.name2,
    parts.label,
    (name) => others.includes(name) || constraintNameTaken(catalog, namespace, name),
  )
}

/** ChooseIndexNameAddition(): the key columns' names, joined. */
export function indexNameAddition(columns: readonly string[]): string {
  let buffer = ''
  for (const column of columns) {
    buffer += buffer === '' ? column : `_${column}`
    if (byteLength(buffer) >= MAX_NAME_BYTES + 1) break
  }
  return cutToBytes(buffer, MAX_NAME_BYTES)
}

/** ChooseIndexColumnNames(): expressions are called expr, and repeated names get a number. */
export function indexColumnNames(names: readonly (string | undefined)[]): string[] {
  const chosen: string[] = []
  for (const name of names) {
    const base = name ?? 'expr'
    let candidate = base
    for (let i = 1; chosen.includes(candidate); i++) {
      candidate = cutToBytes(base, MAX_NAME_BYTES - String(i).length) + String(i)
    }
    chosen.push(candidate)
  }
  return chosen
}

/** makeArrayTypeName(): an underscore before the name, and more of them until it is free. */
export function arrayTypeName(catalog: CatalogSnapshot, namespace: Oid, name: string): string {
  let candidate = `_${cutToBytes(name, MAX_NAME_BYTES - 1)}`
  while (catalog.typeIn(namespace, candidate) !== undefined) {
    candidate = `_${cutToBytes(candidate, MAX_NAME_BYTES - 1)}`
  }
  return candidate
}
