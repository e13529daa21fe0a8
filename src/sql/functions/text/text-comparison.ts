/** Comparison of text, varchar, char(n), name and "char"; text obeys the call's collation, the others go by bytes. */
import { compareByCodePoint, compareText, trimBlanks } from '../../types/text/compare-text.ts'
import { registerComparisons, registerPure } from '../pure.ts'
import type { CallContext, FunctionRegistry } from '../registry.ts'

type Test = (order: number) => boolean
const TESTS: readonly (readonly [suffix: string, test: Test])[] = [
  ['lt', (order) => order < 0],
  ['le', (order) => order <= 0],
  ['gt', (order) => order > 0],
  ['ge', (order) => order >= 0],
]

export function registerTextComparison(registry: FunctionRegistry): void {
  for (const prefix of ['text', 'name']) {
    registerPure(registry, {
      [`${prefix}eq`]: (a: string, b: string) => a === b,
      [`${prefix}ne`]: (a: string, b: string) => a !== b,
    })
  }
  registerMixedEquality(registry)
  registerOrdered(
    registry,
    (suffix) => `text_${suffix}`,
    (text) => text,
  )
  registerOrdered(
    registry,
    (suffix) => `name${suffix}`,
    (text) => text,
  )
  registerOrdered(
    registry,
    (suffix) => `name${suffix}text`,
    (text) => text,
  )
  registerOrdered(
    registry,
    (suffix) => `text${suffix}name`,
    (text) => text,
  )
  registerOrdered(registry, (suffix) => `bpchar${suffix}`, trimBlanks)
  registerPatternOrder(registry)
  registerBpchar(registry)
  registerComparisons(registry, 'char', compareByCodePoint)
  registerSupport(registry)
}

function registerMixedEquality(registry: FunctionRegistry): void {
  registerPure(registry, {
    nameeqtext: (a: string, b: string) => a === b,
    namenetext: (a: string, b: string) => a !== b,
    texteqname: (a: string, b: string) => a === b,
    textnename: (a: string, b: string) => a !== b,
  })
}

function registerOrdered(
  registry: FunctionRegistry,
  symbolOf: (suffix: string) => string,
  significant: (text: string) => string,
): void {
  for (const [suffix, test] of TESTS) {
    registry.scalar(symbolOf(suffix), (context: CallContext, a: string, b: string) =>
      test(compareText(significant(a), significant(b), context.locale)),
    )
  }
}

/** The ~<~ family: by code point whatever the collation. */
function registerPatternOrder(registry: FunctionRegistry): void {
  for (const [suffix, test] of TESTS) {
    registerPure(registry, {
      [`text_pattern_${suffix}`]: (a: string, b: string) => test(compareByCodePoint(a, b)),
      [`bpchar_pattern_${suffix}`]: (a: string, b: string) =>
        test(compareByCodePoint(trimBlanks(a), trimBlanks(b))),
    })
  }
}

function registerBpchar(registry: FunctionRegistry): void {
  const compare = (context: CallContext, a: string, b: string): number =>
    compareText(trimBlanks(a), trimBlanks(b), context.locale)
  registerPure(registry, {
    bpchareq: (a: string, b: string) => trimBlanks(a) === trimBlanks(b),
    bpcharne: (a: string, b: string) => trimBlanks(a) !== trimBlanks(b),
  })
  registry.scalar('bpcharcmp', compare)
  registry.scalar('bpchar_larger', (context: CallContext, a: string, b: string) =>
    compare(context, a, b) >= 0 ? a : b,
  )
  registry.scalar('bpchar_smaller', (context: CallContext, a: string, b: string) =>
    compare(context, a, b) <= 0 ? a : b,
  )
}

/** btree support functions and the state functions of min and max. */
function registerSupport(registry: FunctionRegistry): void {
  for (const symbol of ['bttextcmp', 'btnamecmp', 'btnametextcmp', 'bttextnamecmp']) {
    registry.scalar(symbol, (context: CallContext, a: string, b: string) =>
      compareText(a, b, context.locale),
    )
  }
  registerPure(registry, {
    bttext_pattern_cmp: compareByCodePoint,
    btbpchar_pattern_cmp: (a: string, b: string) =>
      compareByCodePoint(trimBlanks(a), trimBlanks(b)),
    btcharcmp: compareByCodePoint,
  })
  registry.scalar('text_larger', (context: CallContext, a: string, b: string) =>
    compareText(a, b, context.locale) > 0 ? a : b,
  )
  registry.scalar('text_smaller', (context: CallContext, a: string, b: string) =>
    compareText(a, b, context.locale) < 0 ? a : b,
  )
}
