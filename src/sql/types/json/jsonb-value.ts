/** jsonb documents: reading them from text, printing them, and building objects with jsonb's order of keys. */
import { formatNumeric, parseNumeric } from '../number/numeric.ts'
import { Jsonb, Numeric, type JsonbNode, type JsonbObject } from '../value-classes.ts'
import { parseJsonTree, type JsonTree } from './json-tree.ts'
import { compareKeys, isJsonbArray, isJsonbObject } from './jsonb-compare.ts'

export type JsonKind = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object'

export function parseJsonb(text: string): Jsonb {
  return new Jsonb(nodeOfTree(text, parseJsonTree(text)))
}

export function nodeOfTree(text: string, tree: JsonTree): JsonbNode {
  switch (tree.kind) {
    case 'object':
      return makeObject(
        tree.members.map(({ key, value }) => [key, nodeOfTree(text, value)] as const),
      )
    case 'array':
      return tree.items.map((item) => nodeOfTree(text, item))
    case 'string':
      return tree.value
    case 'number':
      return parseNumeric(text.slice(tree.start, tree.end))
    case 'null':
      return null
    default:
      return tree.kind === 'true'
  }
}

/** Of equal keys the last one wins. */
export function makeObject(entries: readonly (readonly [string, JsonbNode])[]): JsonbObject {
  const unique = new Map(entries)
  if (unique.size < 2) return unique
  return new Map([...unique].toSorted(([left], [right]) => compareKeys(left, right)))
}

/** `{"a": 1, "b": [1, 2]}` */
export function printJsonb(node: JsonbNode): string {
  if (node === null) return 'null'
  if (typeof node === 'boolean') return String(node)
  if (typeof node === 'string') return quoteJson(node)
  if (node instanceof Numeric) return formatNumeric(node)
  if (isJsonbArray(node)) return `[${node.map(printJsonb).join(', ')}]`
  if (!isJsonbObject(node)) return 'null'
  const members = [...node].map(([key, value]) => `${quoteJson(key)}: ${printJsonb(value)}`)
  return `{${members.join(', ')}}`
}

/** jsonb_pretty(): four blanks a level. */
export function printPretty(node: JsonbNode, indent = 0): string {
  const inner = ' '.repeat((indent + 1) * 4)
  const outer = ' '.repeat(indent * 4)
  if (isJsonbArray(node)) {
    const items = node.map((item) => inner + printPretty(item, indent + 1))
    return items.length === 0 ? `[\n${outer}]` : `[\n${items.join(',\n')}\n${outer}]`
  }
  if (isJsonbObject(node)) {
    const members = [...node].map(
      ([key, value]) => `${inner}${quoteJson(key)}: ${printPretty(value, indent + 1)}`,
    )
    return members.length === 0 ? `{\n${outer}}` : `{\n${members.join(',\n')}\n${outer}}`
  }
  return printJsonb(node)
}

/** A JSON string literal. Unpaired surrogates cannot occur in SQL text, so JSON.stringify escapes as PostgreSQL does. */
export function quoteJson(text: string): string {
  return JSON.stringify(text)
}

/** What ->> gives: strings bare, null as null. */
export function textOfNode(node: JsonbNode): string | null {
  if (node === null) return null
  return typeof node === 'string' ? node : printJsonb(node)
}

export function kindOfNode(node: JsonbNode): JsonKind {
  if (node === null) return 'null'
  if (typeof node === 'string') return 'string'
  if (typeof node === 'boolean') return 'boolean'
  if (node instanceof Numeric) return 'number'
  return isJsonbArray(node) ? 'array' : 'object'
}

export function isScalarNode(node: JsonbNode): boolean {
  return !isJsonbArray(node) && !isJsonbObject(node)
}
