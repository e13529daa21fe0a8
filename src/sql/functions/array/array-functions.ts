/** Functions over arrays: measures, search, construction, text. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import * as Build from '../../types/array/array-operations.ts'
import { compareNullable } from '../../types/compare/compare-values.ts'
import { PgArray } from '../../types/value-classes.ts'
import { printerOf } from '../../types/value-text.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'
import { elementComparator } from './array-comparison.ts'
import { baseTypeOf } from '../../catalog/base-type.ts'

export function registerArrayFunctions(registry: FunctionRegistry): void {
  registerMeasures(registry)
  registerConstruction(registry)
  registerSearch(registry)
  registerReplacement(registry)
  registerSamples(registry)
  registry.scalar('array_to_text', (context, array: PgArray, separator: string) =>
    arrayToText(context, array, separator, null),
  )
  registry.scalar(
    'array_to_text_null',
    (context, array: PgArray | null, separator: string | null, nullText: string | null) =>
      array === null || separator === null
        ? null
        : arrayToText(context, array, separator, nullText),
  )
  registry.scalar('text_to_array', (_context, text: string | null, separator: string | null) =>
    splitToArray(text, separator, null),
  )
  registry.scalar(
    'text_to_array_null',
    (_context, text: string | null, separator: string | null, nullText: string | null) =>
      splitToArray(text, separator, nullText),
  )
}

function registerMeasures(registry: FunctionRegistry): void {
  const isDimension = (array: PgArray, dimension: number): boolean =>
    dimension >= 1 && dimension <= array.dimensions.length
  registry.scalar('array_ndims', (_context, { dimensions }: PgArray) =>
    dimensions.length === 0 ? null : dimensions.length,
  )
  registry.scalar('array_dims', (_context, { dimensions, lowerBounds }: PgArray) => {
    if (dimensions.length === 0) return null
    return lowerBounds.map((low, i) => `[${low}:${low + (dimensions[i] ?? 0) - 1}]`).join('')
  })
  registry.scalar('array_lower', (_context, array: PgArray, dimension: number) =>
    isDimension(array, dimension) ? (array.lowerBounds[dimension - 1] ?? null) : null,
  )
  registry.scalar('array_upper', (_context, array: PgArray, dimension: number) => {
    if (!isDimension(array, dimension)) return null
    const lower = array.lowerBounds[dimension - 1] ?? 1
    return lower + (array.dimensions[dimension - 1] ?? 0) - 1
  })
  registry.scalar('array_length', (_context, array: PgArray, dimension: number) =>
    isDimension(array, dimension) ? (array.dimensions[dimension - 1] ?? null) : null,
  )
  registry.scalar('array_cardinality', (_context, array: PgArray) => array.elements.length)
}

function registerConstruction(registry: FunctionRegistry): void {
  registry.scalar('array_append', (_context, array: PgArray | null, element: Value) =>
    Build.appendElement(array, element),
  )
  registry.scalar('array_prepend', (_context, element: Value, array: PgArray | null) =>
    Build.prependElement(element, array),
  )
  registry.scalar('array_cat', (_context, left: PgArray | null, right: PgArray | null) => {
    if (left === null || right === null) return left ?? right
    return Build.concatenateArrays(left, right)
  })
  registry.scalar('array_fill', (_context, value: Value, lengths: PgArray | null) =>
    Build.fillArray(value, lengths, undefined),
  )
  registry.scalar(
    'array_fill_with_lower_bounds',
    (_context, value: Value, lengths: PgArray | null, bounds: PgArray | null) =>
      Build.fillArray(value, lengths, bounds),
  )
  registry.scalar('trim_array', (_context, array: PgArray, count: number) =>
    Build.trimArray(array, count),
  )
}

function registerSearch(registry: FunctionRegistry): void {
  const position = (
    context: CallContext,
    array: PgArray | null,
    wanted: Value,
    start: number | null | undefined,
  ): number | null => {
    if (array === null) return null
    requireFlat(array, 'searching for')
    if (start === null) throw new SqlError('22004', 'initial position must not be null')
    const compare = elementComparator(context, 'an equality operator')
    const lower = array.lowerBounds[0] ?? 1
    const first = start === undefined ? 0 : Math.max(start - lower, 0)
    for (let i = first; i < array.elements.length; i++) {
      if (compareNullable(array.elements[i] ?? null, wanted, compare) === 0) return lower + i
    }
    return null
  }
  registry.scalar('array_position', (context, array: PgArray | null, wanted: Value) =>
    position(context, array, wanted, undefined),
  )
  registry.scalar('array_position_start', position)
  registry.scalar('array_positions', (context, array: PgArray | null, wanted: Value) => {
    if (array === null) return null
    requireFlat(array, 'searching for')
    const compare = elementComparator(context, 'an equality operator')
    const lower = array.lowerBounds[0] ?? 1
    const found = array.elements.flatMap((element, i) =>
      compareNullable(element, wanted, compare) === 0 ? [lower + i] : [],
    )
    return new PgArray(found)
  })
}

function requireFlat(array: PgArray, action: string): void {
  if (array.dimensions.length <= 1) return
  const what = action === 'removing' ? 'elements from' : 'elements in'
  throw new SqlError('0A000', `${action} ${what} multidimensional arrays is not supported`)
}

function registerReplacement(registry: FunctionRegistry): void {
  registry.scalar('array_remove', (context, array: PgArray | null, unwanted: Value) => {
    if (array === null) return null
    if (array.dimensions.length > 1) requireFlat(array, 'removing')
    const compare = elementComparator(context, 'an equality operator')
    const kept = array.elements.filter(
      (element) => compareNullable(element, unwanted, compare) !== 0,
    )
    if (kept.length === array.elements.length) return array
    return kept.length === 0
      ? new PgArray([])
      : new PgArray(kept, [kept.length], [array.lowerBounds[0] ?? 1])
  })
  registry.scalar('array_replace', (context, array: PgArray | null, from: Value, to: Value) => {
    if (array === null) return null
    const compare = elementComparator(context, 'an equality operator')
    const elements = array.elements.map((element) =>
      compareNullable(element, from, compare) === 0 ? to : element,
    )
    return new PgArray(elements, array.dimensions, array.lowerBounds)
  })
}

function registerSamples(registry: FunctionRegistry): void {
  const sample = (context: CallContext, array: PgArray, count: number): PgArray => {
    const rows = Array.from({ length: array.dimensions[0] ?? 0 }, (_, i) => i)
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(context.session.random() * (rows.length - i))
      const swapped = rows[i] ?? 0
      rows[i] = rows[j] ?? 0
      rows[j] = swapped
    }
    const taken = Build.takeRows(array, rows.slice(0, count))
    const lower = array.lowerBounds[0] ?? 1
    return new PgArray(taken.elements, taken.dimensions, [lower, ...taken.lowerBounds.slice(1)])
  }
  registry.scalar('array_shuffle', (context, array: PgArray) =>
    (array.dimensions[0] ?? 0) < 2 ? array : sample(context, array, array.dimensions[0] ?? 0),
  )
  registry.scalar('array_sample', (context, array: PgArray, count: number) => {
    const length = array.dimensions[0] ?? 0
    if (count < 0 || count > length) {
      throw new SqlError('22023', `sample size must be between 0 and ${length}`)
    }
    if (count === 0) return new PgArray([])
    const taken = sample(context, array, count)
    return new PgArray(taken.elements, taken.dimensions)
  })
}

function arrayToText(
  context: CallContext,
  array: PgArray,
  separator: string,
  nullText: string | null,
): string {
  const type = baseTypeOf(context.catalog, context.argumentTypes[0] ?? (0 as Oid))
  const print = printerOf(context, type.elementType)
  const parts: string[] = []
  for (const element of array.elements) {
    if (element !== null) parts.push(print(element))
    else if (nullText !== null) parts.push(nullText)
  }
  return parts.join(separator)
}

/** The parts of string_to_array() and string_to_table(): a null separator splits into characters. */
export function splitText(
  text: string,
  separator: string | null,
  nullText: string | null,
): (string | null)[] {
  if (text === '') return []
  const parts = separator === null ? [...text] : separator === '' ? [text] : text.split(separator)
  return parts.map((part) => (part === nullText ? null : part))
}

function splitToArray(
  text: string | null,
  separator: string | null,
  nullText: string | null,
): PgArray | null {
  return text === null ? null : new PgArray(splitText(text, separator, nullText) as Datum[])
}
