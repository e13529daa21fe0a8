/**
 * A statement's text with its constants replaced by $1, $2 …, and a number for it: what pg_stat_statements counts statements by.
 * Texts that differ in constants, spaces, comments or the case of names are one statement.
 *
 * Where constants stand is known from the syntax tree, so those that are no values (ORDER BY 1, varchar(10)) stay.
 */
import type { ParsedStatement } from '../../parse/ast/statement.ts'

export interface NormalizedQuery {
  readonly query: string
  readonly id: bigint
}

/** Longer texts are cut: statements that are alike for so long are one. */
const MOST_CHARACTERS = 2048
const CONSTANTS: ReadonlySet<string> = new Set([
  'string', 'integer', 'number', 'boolean', 'null', 'bits',
]) // prettier-ignore
/** Parts of the tree whose constants are no values, and the positions that they stand at. */
const NOT_VALUES: ReadonlySet<string> = new Set(['typmods', 'options', 'setting'])
const COUNTED: ReadonlySet<string> = new Set(['orderBy', 'groupBy'])
/** Commands whose one name is a constant too. */
const NAME_COMMANDS =
  /^(savepoint|release(?:\s+savepoint)?|rollback\b.*\bto(?:\s+savepoint)?|deallocate(?:\s+prepare)?)(\s+)\S+$/is

export function normalizeQuery({ statement, text, position }: ParsedStatement): NormalizedQuery {
  const shown = text.slice(0, MOST_CHARACTERS)
  const places: number[] = []
  if (isWithConstants(statement.kind)) collectConstants(statement, places)
  const parts: string[] = []
  let end = 0
  let parameter = largestParameter(shown)
  for (const place of new Set(places.map((one) => one - position).toSorted((a, b) => a - b))) {
    if (place < end || place >= shown.length) continue
    parts.push(shown.slice(end, place), `$${++parameter}`)
    end = constantEnd(shown, place)
  }
  parts.push(shown.slice(end))
  const query = parts.join('').replace(NAME_COMMANDS, '$1$2$$1')
  return { query, id: hash(canonical(query)) }
}

function isWithConstants(kind: string): boolean {
  return CONSTANT_KINDS.has(kind)
}

const CONSTANT_KINDS: ReadonlySet<string> = new Set([
  'select', 'values', 'setOperation', 'insert', 'update', 'delete', 'merge',
  'declareCursor', 'explain', 'prepare', 'createTableAs', 'createView',
]) // prettier-ignore

function collectConstants(node: unknown, into: number[]): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) collectConstants(item, into)
    return
  }
  const { kind, position } = node as { readonly kind?: unknown; readonly position?: unknown } // a node of the tree has both
  if (typeof kind === 'string' && CONSTANTS.has(kind)) {
    if (typeof position === 'number') into.push(position)
    return
  }
  for (const [key, value] of Object.entries(node)) {
    if (NOT_VALUES.has(key)) continue
    if (COUNTED.has(key)) collectBeyondOrdinals(value, into)
    else collectConstants(value, into)
  }
}

/** ORDER BY 1 and GROUP BY 1 name columns. */
function collectBeyondOrdinals(items: unknown, into: number[]): void {
  if (!Array.isArray(items)) return
  for (const item of items as readonly { readonly expression?: { readonly kind?: string } }[]) {
    if (item.expression?.kind !== 'integer') collectConstants(item, into)
  }
}

function largestParameter(text: string): number {
  let largest = 0
  for (const [, number] of text.matchAll(/\$(\d+)/g)) largest = Math.max(largest, Number(number))
  return largest
}

const CONSTANT =
  /-?\s*(?:[eE]'(?:[^'\\]|''|\\.)*'|[uU]&'(?:[^']|'')*'|[xXbBnN]?'(?:[^']|'')*'|\$(\w*)\$[^]*?\$\1\$|0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:\.(?!\.))?(?:[eE][+-]?\d+)?|\w+)/y

/** A string that goes on in the next line is one constant. */
const CONTINUATION = /\s*\n\s*'(?:[^']|'')*'/y

function constantEnd(text: string, start: number): number {
  CONSTANT.lastIndex = start
  const match = CONSTANT.exec(text)
  if (match === null) return start
  let end = CONSTANT.lastIndex
  while (text[end - 1] === "'") {
    CONTINUATION.lastIndex = end
    if (CONTINUATION.exec(text) === null) break
    end = CONTINUATION.lastIndex
  }
  return end
}

const TOKEN = /--[^\n]*|\/\*[^]*?\*\/|\s+|"(?:[^"]|"")*"|'(?:[^']|'')*'|[\w$]+|[^]/g

/** Without spaces and comments, names in lower case. */
function canonical(text: string): string {
  const tokens: string[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^(?:\s|--|\/\*)/.test(token)) continue
    tokens.push(/^["']/.test(token) ? token : token.toLowerCase())
  }
  return tokens.join(' ')
}

const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n

/** FNV-1a in 64 bits, as a signed number. */
function hash(text: string): bigint {
  let value = FNV_OFFSET
  for (let i = 0; i < text.length; i++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(i))) * FNV_PRIME)
  }
  return BigInt.asIntN(64, value)
}
