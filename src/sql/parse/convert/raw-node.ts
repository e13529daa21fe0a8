/**
 * libpg-query's tree as it comes out of JSON.parse: every node is an object of one key, its kind.
 * Fields that hold C's zero value (0, false, '', NULL) are left out. Only types come from
 * @pgsql/types; nothing of it runs.
 */
import type { Node } from '@pgsql/types'
import { AssertionError, unsupported } from '../../../errors/sql-error.ts'

export type { Node }
type KeysOfUnion<T> = T extends T ? keyof T : never
export type RawKind = KeysOfUnion<Node>
type RawOf<T, K extends RawKind> = T extends { [P in K]: infer R } ? R : never
export type Raw<K extends RawKind> = RawOf<Node, K>

/** The node's kind: its only key. */
export function kindOf(node: Node): RawKind {
  for (const kind in node) return kind as RawKind // the shape described above
  throw new AssertionError('an empty node where the grammar puts one')
}

/** The node's content, if it is of that kind. */
export function asKind<K extends RawKind>(node: Node | undefined, kind: K): Raw<K> | undefined {
  return (node as { [P in K]?: Raw<K> } | undefined)?.[kind] // the shape described above
}

/** The node's content, of the one kind that the grammar allows here. */
export function onlyKind<K extends RawKind>(node: Node | undefined, kind: K): Raw<K> {
  const content = asKind(node, kind)
  if (content === undefined) {
    throw new AssertionError(`expected ${kind}, found ${node ? kindOf(node) : 'nothing'}`)
  }
  return content
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AssertionError(`the parse tree lacks ${what}`)
  return value
}

/** Looks a value of one of PostgreSQL's enums up in our spelling of it. */
export function fromEnum<K extends string, V>(
  table: { readonly [P in K]?: V },
  value: K | undefined,
  what: string,
): V {
  const found = value === undefined ? undefined : table[value]
  if (found === undefined) throw unsupported(`${what} ${value ?? ''}`.trim())
  return found
}

export function stringValue(node: Node | undefined): string {
  return onlyKind(node, 'String').sval ?? ''
}
export function stringValues(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).map(stringValue)
}
/** The content of a List node, or of any list that may be missing. */
export function listItems(node: Node | undefined): readonly Node[] {
  return asKind(node, 'List')?.items ?? []
}
