/** LIKE, ILIKE, their negations and escapes, over text, name, char(n) and bytea. */
import type { Vector } from '../../../storage/vector.ts'
import {
  compileInsensitiveLike,
  compileLike,
  likeEscape,
} from '../../types/pattern/like-pattern.ts'
import type { TextMatcher } from '../../types/pattern/like-pattern.ts'
import { similarToRegular } from '../../types/pattern/similar-pattern.ts'
import type { CallContext, FunctionRegistry, VectorFunction } from '../registry.ts'
import { registerPure } from '../pure.ts'
import { nullsOf, unionOfNulls } from '../vector/null-masks.ts'

type Compile = (pattern: string) => TextMatcher

/** Patterns a call site remembers. */
const MAX_REMEMBERED = 100

/** The matcher of a pattern, compiled once for a call site. */
function matcherOf(context: CallContext, pattern: string, compile: Compile): TextMatcher {
  let matcher = context.memo.get(pattern) as TextMatcher | undefined // only this file writes here
  if (matcher === undefined) {
    matcher = compile(pattern)
    if (context.memo.size >= MAX_REMEMBERED) context.memo.clear()
    context.memo.set(pattern, matcher)
  }
  return matcher
}

function likeVector(compile: Compile, expected: boolean): VectorFunction {
  return (context: CallContext, args: readonly Vector[], n: number): Vector => {
    const texts = args[0].values as readonly (string | null)[] // text operands by the catalog row
    const patterns = args[1].values as readonly (string | null)[]
    const values = new Uint8Array(n)
    let last: string | null = null
    let matcher: TextMatcher = () => false
    for (let i = 0; i < n; i++) {
      const text = texts[i]
      const pattern = patterns[i]
      if (text === null || pattern === null) continue
      if (pattern !== last) {
        matcher = matcherOf(context, pattern, compile)
        last = pattern
      }
      values[i] = matcher(text) === expected ? 1 : 0
    }
    return {
      kind: 'bool',
      values,
      nulls: unionOfNulls(nullsOf(args[0], n), nullsOf(args[1], n), n),
    }
  }
}

export function registerLike(registry: FunctionRegistry): void {
  const variants: readonly (readonly [string, Compile, boolean])[] = [
    ['like', compileLike, true],
    ['nlike', compileLike, false],
    ['iclike', compileInsensitiveLike, true],
    ['icnlike', compileInsensitiveLike, false],
  ]
  for (const [suffix, compile, expected] of variants) {
    for (const type of ['text', 'name', 'bpchar']) {
      registry.scalar(
        type + suffix,
        (context: CallContext, text: string, pattern: string) =>
          matcherOf(context, pattern, compile)(text) === expected,
      )
      registry.vector(type + suffix, likeVector(compile, expected))
    }
  }
  registerBytea(registry)
  registerEscapes(registry)
}

/** One character a byte. */
function bytesAsText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function registerBytea(registry: FunctionRegistry): void {
  for (const [symbol, expected] of [
    ['bytealike', true],
    ['byteanlike', false],
  ] as const) {
    registry.scalar(
      symbol,
      (context: CallContext, value: Uint8Array, pattern: Uint8Array) =>
        matcherOf(context, bytesAsText(pattern), compileLike)(bytesAsText(value)) === expected,
    )
  }
  registerPure(registry, {
    like_escape_bytea: (pattern: Uint8Array, escape: Uint8Array) =>
      Uint8Array.from(likeEscape(bytesAsText(pattern), bytesAsText(escape)), (c) =>
        c.charCodeAt(0),
      ),
  })
}

function registerEscapes(registry: FunctionRegistry): void {
  registerPure(registry, {
    like_escape: likeEscape,
    similar_to_escape_1: (pattern: string) => similarToRegular(pattern, undefined),
    similar_to_escape_2: (pattern: string, escape: string) => similarToRegular(pattern, escape),
    similar_escape: (pattern: string | null, escape: string | null) =>
      pattern === null ? null : similarToRegular(pattern, escape ?? undefined),
  })
}
