/**
 * How values of index keys compare: PostgreSQL's btree orders. Numbers and bigints mix; NaN is greatest; text
 * compares by code point unless the column has a locale; datums compare as their codec says.
 */
import type { KeyOrder, TreeSchema } from '../access.ts'
import type { ColumnKind, Datum } from '../vector.ts'
import type { DatumCodec } from '../page/node.ts'

export type Compare = (a: Datum, b: Datum) => number

/** One key column's order, ready to use. */
export interface ColumnOrder {
  readonly kind: ColumnKind
  readonly compare: Compare
  /** -1 for a descending column. */
  readonly sign: 1 | -1
  readonly nullsFirst: boolean
}

const BLANK = 0x20
const NO_ORDERS: readonly ColumnOrder[] = []
const ordersOfSchema = new WeakMap<TreeSchema, readonly ColumnOrder[]>()

/** Empty for a table. Made once per schema object: a process has one DatumCodec. */
export function columnOrders(schema: TreeSchema, codec: DatumCodec): readonly ColumnOrder[] {
  if (schema.kind === 'table') return NO_ORDERS
  let orders = ordersOfSchema.get(schema)
  if (orders === undefined) {
    orders = makeOrders(schema, codec)
    ordersOfSchema.set(schema, orders)
  }
  return orders
}

function makeOrders(schema: TreeSchema, codec: DatumCodec): readonly ColumnOrder[] {
  return schema.columns.map((kind, position) => {
    const order: KeyOrder = schema.order?.[position] ?? { descending: false, nullsFirst: false }
    const compare = compareOf(kind, codec, order.collation)
    return {
      kind,
      compare: order.ignoresTrailingBlanks === true ? withoutTrailingBlanks(compare) : compare,
      sign: order.descending ? -1 : 1,
      nullsFirst: order.nullsFirst,
    }
  })
}

/** Including nulls and direction. */
export function compareInOrder(order: ColumnOrder, a: Datum | null, b: Datum | null): number {
  if (a === null || b === null) {
    if (a === b) return 0
    return (a === null) === order.nullsFirst ? -1 : 1
  }
  return order.sign * order.compare(a, b)
}

export function compareOf(kind: ColumnKind, codec: DatumCodec, collation?: string): Compare {
  switch (kind) {
    case 'bool':
    case 'int32':
    case 'int64':
      return compareNumbers
    case 'float64':
      return compareFloats
    case 'text':
      return collation === undefined ? compareText : collatorCompare(collation)
    case 'datum':
      return (a, b) => codec.compare(a, b)
  }
}

function withoutTrailingBlanks(compare: Compare): Compare {
  return (a, b) => (a === b ? 0 : compare(trimBlanks(a as string), trimBlanks(b as string))) // of text
}

function trimBlanks(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === BLANK) end--
  return end === text.length ? text : text.slice(0, end)
}

const collators = new Map<string, Compare>()

function collatorCompare(locale: string): Compare {
  let compare = collators.get(locale)
  if (compare === undefined) {
    const collator = new Intl.Collator(locale)
    // Like PostgreSQL's deterministic collations: what the locale holds equal is ordered by code point.
    compare = (a, b) =>
      collator.compare(a as string, b as string) || compareCodePoints(a as string, b as string)
    collators.set(locale, compare)
  }
  return compare
}

function compareNumbers(a: Datum, b: Datum): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareFloats(a: Datum, b: Datum): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  const aIsNaN = Number.isNaN(a)
  return aIsNaN === Number.isNaN(b) ? 0 : aIsNaN ? 1 : -1
}

function compareText(a: Datum, b: Datum): number {
  return compareCodePoints(a as string, b as string) // kind text
}

/** JS compares strings by UTF-16 unit, which puts U+10000 and above before U+E000; this does not. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at)
    const y = b.charCodeAt(at)
    if (x !== y) return rotateSurrogates(x) - rotateSurrogates(y)
  }
  return a.length - b.length
}

function rotateSurrogates(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
