/** Values of catalog columns: text form in rows and built-in data → the datums that queries see. */
import type { Datum } from '../../../storage/vector.ts'
import { PgArray } from '../../types/value-classes.ts'
import { parseTextArray } from '../describe/text-array.ts'

const NUMERIC_ELEMENTS = new Set(['_oid', '_int2', '_int4', '_regproc'])

/** For columns of kind 'datum': vectors, arrays, bytea. */
export function catalogDatum(text: string, type: string): Datum {
  switch (type) {
    case 'int2vector':
    case 'oidvector': {
      const elements = text === '' ? [] : text.split(' ').map(Number)
      // These two count from zero.
      return new PgArray(elements, [elements.length], [0])
    }
    case 'bytea':
      return new TextEncoder().encode(text.startsWith('\\x') ? '' : text)
    default: {
      const elements = parseTextArray(text)
      return new PgArray(NUMERIC_ELEMENTS.has(type) ? elements.map(Number) : elements)
    }
  }
}
