/** Text input and output of arrays of any element type, and of int2vector and oidvector. */
import type { Datum } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { TypeIoContext, TypeIoRegistry } from '../type-io.ts'
import { PgArray } from '../value-classes.ts'
import { printerOf, readerOf } from '../value-text.ts'
import { parseArray, printArray } from './array-text.ts'

const INT2 = 21 as Oid // pg_type's fixed oids
const OID = 26 as Oid

export function registerArrayIo(registry: TypeIoRegistry): void {
  registry.input('array_in', (text, context) => {
    const { type, catalog, typmod } = context
    const { delimiter } = catalog.type(type.elementType)
    return parseArray(text, delimiter, readerOf(context, type.elementType, typmod))
  })
  const output = (value: Datum, context: TypeIoContext): string => {
    const { type, catalog } = context
    const { delimiter } = catalog.type(type.elementType)
    return printArray(value as PgArray, delimiter, printerOf(context, type.elementType))
  }
  registry.output('array_out', output)
  registry.output('anyarray_out', output)
  registry.input('int2vectorin', (text, context) => readVector(text, readerOf(context, INT2)))
  registry.input('oidvectorin', (text, context) => readVector(text, readerOf(context, OID)))
  registry.output('int2vectorout', printVector)
  registry.output('oidvectorout', printVector)
}

/** int2vector and oidvector are arrays that count from 0 and print without braces. */
function readVector(text: string, read: (text: string) => Datum): PgArray {
  const words = text.split(/[ \t\n\r\v\f]+/).filter((word) => word !== '')
  return new PgArray(words.map(read), [words.length], [0])
}

function printVector(value: Datum): string {
  return (value as PgArray).elements.join(' ')
}
