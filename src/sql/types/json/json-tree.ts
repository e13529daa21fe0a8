/**
 * Parses JSON text into a tree that remembers where each value stands, so that functions of type json can hand out the
 * very text they were given. Also the check that json input needs.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { JsonLexer } from './json-lexer.ts'

interface Span {
  readonly start: number
  readonly end: number
}
export type JsonTree =
  | (Span & { readonly kind: 'object'; readonly members: readonly JsonMember[] })
  | (Span & { readonly kind: 'array'; readonly items: readonly JsonTree[] })
  | (Span & { readonly kind: 'string'; readonly value: string })
  | (Span & { readonly kind: 'number' | 'true' | 'false' | 'null' })

export interface JsonMember {
  readonly key: string
  readonly value: JsonTree
}

/** Nesting deeper than this fails as PostgreSQL's stack check would. */
const MAX_DEPTH = 6000

/** `decodes` false leaves string contents unread and their surrogates unchecked, as for type json. */
export function parseJsonTree(text: string, decodes = true): JsonTree {
  const lexer = new JsonLexer(text, decodes)
  lexer.next()
  const tree = parseValue(lexer, 0)
  if (lexer.kind !== 'end') lexer.unexpected('end of input')
  return tree
}

/** Raises 22P02 unless `text` is JSON. */
export function checkJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    parseJsonTree(text, false)
  }
}

function parseValue(lexer: JsonLexer, depth: number): JsonTree {
  if (depth > MAX_DEPTH) throw new SqlError('54001', 'stack depth limit exceeded')
  const { start } = lexer
  switch (lexer.kind) {
    case '{':
      return parseObject(lexer, depth)
    case '[':
      return parseArray(lexer, depth)
    case 'string': {
      const { value, end } = lexer
      lexer.next()
      return { kind: 'string', value, start, end }
    }
    case 'number':
    case 'true':
    case 'false':
    case 'null': {
      const { kind, end } = lexer
      lexer.next()
      return { kind, start, end }
    }
    default:
      return lexer.unexpected('JSON value')
  }
}

function parseObject(lexer: JsonLexer, depth: number): JsonTree {
  const { start } = lexer
  const members: JsonMember[] = []
  lexer.next()
  if (lexer.kind !== '}') {
    let expected = 'string or "}"'
    for (;;) {
      if (lexer.kind !== 'string') lexer.unexpected(expected)
      const key = lexer.value
      lexer.next()
      if ((lexer.kind as string) !== ':') lexer.unexpected('":"') // next() has changed it
      lexer.next()
      members.push({ key, value: parseValue(lexer, depth + 1) })
      if ((lexer.kind as string) !== ',') break
      lexer.next()
      expected = 'string'
    }
    if ((lexer.kind as string) !== '}') lexer.unexpected('"," or "}"')
  }
  const { end } = lexer
  lexer.next()
  return { kind: 'object', members, start, end }
}

function parseArray(lexer: JsonLexer, depth: number): JsonTree {
  const { start } = lexer
  const items: JsonTree[] = []
  lexer.next()
  if (lexer.kind !== ']') {
    for (;;) {
      items.push(parseValue(lexer, depth + 1))
      if ((lexer.kind as string) !== ',') break // next() has changed it
      lexer.next()
    }
    if ((lexer.kind as string) !== ']') lexer.unexpected('"," or "]"')
  }
  const { end } = lexer
  lexer.next()
  return { kind: 'array', items, start, end }
}

export function sliceOf(text: string, tree: JsonTree): string {
  return text.slice(tree.start, tree.end)
}

/** A value as text: strings without quotes, null as null, the rest as written. */
export function textOfTree(text: string, tree: JsonTree): string | null {
  if (tree.kind === 'null') return null
  return tree.kind === 'string' ? tree.value : sliceOf(text, tree)
}
