/**
 * Foreign keys between columns of different types: a key is compared as the referenced columns have it, and a cascade assigns it
 * to the referencing ones (PostgreSQL's ri_triggers.c, and its pg_constraint.conpfeqop).
 *
 *   int → numeric     1 is 1.00            implicitly cast
 *   timestamp → date  2026-01-01 00:00     cast, where nothing is lost by it; else nothing can have the key
 *   char(3) → char(5) equal but for blanks
 */
import { assert, attempt } from '../../../../../errors/sql-error.ts'
import type { Datum } from '../../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../../storage/vector.ts'
import { baseTypeOf } from '../../../../catalog/base-type.ts'
import type { Column, ForeignKey, Relation } from '../../../../catalog/catalog.ts'
import type { ColumnId, Expression } from '../../../../plan/expression.ts'
import { areComparableKeys } from '../../../../types/compare/comparable-keys.ts'
import type { CoercionRequest, ExecutionContext } from '../../../execution-context.ts'
import { compileExpression } from '../../../expression/compile-expression.ts'
import type { Compilation } from '../../../expression/kernel.ts'
import {
  type Key,
  type KeyEncoder,
  datumKey,
  keyEncoder,
  rowKey,
  valueKey,
} from '../../../keys/key-encoding.ts'
import { columnNumbered } from './referencing-rows.ts'

export type KeyValues = readonly (Datum | null)[]

export interface KeyTranslation {
  /** Both sides have a key in the same form: the indexes of either can be searched for it. */
  readonly isPlain: boolean
  /** undefined: no row of the referenced table can have the key. */
  toReferenced(values: KeyValues): KeyValues | undefined
  /** By assignment: raises what does not fit. */
  toReferencing(values: KeyValues): KeyValues
  /** Of a key as the referenced columns have it: equal for equal keys. */
  encode(values: KeyValues): Key
  /** Both as the referenced columns have them. */
  areEqual(a: KeyValues, b: KeyValues): boolean
}

interface Evaluation {
  readonly context: ExecutionContext
  readonly compilation: Compilation
}

type Convert = (value: Datum) => Datum | null
/** undefined: the other side has no such value. */
type Find = (value: Datum) => Datum | undefined

interface Pair {
  /** Without it values are what they are. */
  readonly up: Find | undefined
  readonly down: Convert | undefined
  readonly encoder: KeyEncoder | undefined
}

export function translateKey(
  key: ForeignKey,
  referencing: Relation,
  referenced: Relation,
  evaluation: Evaluation,
): KeyTranslation {
  const pairs = key.columns.map((number, i) => {
    const target = key.referencedColumns[i]
    assert(target !== undefined, 'a foreign key has as many columns as it refers to')
    return pairOf(
      columnNumbered(referencing, number),
      columnNumbered(referenced, target),
      evaluation,
    )
  })
  const encoders = pairs.map(({ encoder }) => encoder)
  const isPlain = pairs.every(({ up }) => up === undefined)
  return {
    isPlain,
    toReferenced: isPlain ? (values) => values : (values) => findAll(pairs, values),
    toReferencing: (values) =>
      values.map((value, i) => {
        const down = pairs[i]?.down
        return value === null || down === undefined ? value : down(value)
      }),
    encode: (values) => rowKey(values, encoders),
    areEqual: (a, b) =>
      encoders.every((encoder, i) =>
        isSameKey(valueKey(a[i] ?? null, encoder), valueKey(b[i] ?? null, encoder)),
      ),
  }
}

function findAll(pairs: readonly Pair[], values: KeyValues): KeyValues | undefined {
  const found: (Datum | null)[] = []
  for (const [i, value] of values.entries()) {
    const up = pairs[i]?.up
    const other = value === null || up === undefined ? value : up(value)
    if (other === undefined) return undefined
    found.push(other)
  }
  return found
}

/** As Map has it: NaN is itself. */
function isSameKey(a: Key | null, b: Key | null): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function pairOf(referencing: Column, referenced: Column, evaluation: Evaluation): Pair {
  const { catalog } = evaluation.context
  const [from, to] = [baseTypeOf(catalog, referencing.type), baseTypeOf(catalog, referenced.type)]
  const isSame =
    referencing.type === referenced.type &&
    (referencing.typmod === referenced.typmod || referencing.typmod === -1)
  return {
    up: areComparableKeys(to.oid, from.oid)
      ? undefined
      : finder({ ...referencing, type: from.oid }, { ...referenced, type: to.oid }, evaluation),
    down: isSame ? undefined : converter(referenced, referencing, 'assignment', evaluation),
    encoder: keyEncoder(to.oid, catalog),
  }
}

type Typed = Pick<Column, 'type' | 'typmod' | 'collation'>

/** Of a referencing value the one it is equal to. Both are of base types. */
function finder(referencing: Typed, referenced: Typed, evaluation: Evaluation): Find | undefined {
  const target = { ...referenced, typmod: -1 }
  const implicit = converter(referencing, target, 'implicit', evaluation)
  if (implicit !== undefined) return (value) => implicit(value) ?? undefined
  const there = converter(referencing, target, 'assignment', evaluation)
  const back = converter(target, { ...referencing, typmod: -1 }, 'implicit', evaluation)
  if (there === undefined || back === undefined) return undefined
  const encode = keyEncoder(referencing.type, evaluation.context.catalog) ?? datumKey
  return (value) => {
    // What cannot be cast has no equal.
    const found = attempt(() => there(value))
    const same = found === undefined || found === null ? found : back(found)
    if (found === null || same === undefined || same === null) return undefined
    return encode(same) === encode(value) ? found : undefined
  }
}

/** The only column of what is evaluated here. */
const INPUT = 0 as ColumnId

/** undefined where there is no such cast. */
function converter(
  from: Typed,
  to: Typed,
  how: CoercionRequest['how'],
  { context, compilation }: Evaluation,
): Convert | undefined {
  const { type, typmod, collation } = from
  const input: Expression = { kind: 'column', column: INPUT, name: '', type, typmod, collation }
  const coerced = context.coercion?.({ input, target: to, how })
  if (coerced === undefined) return undefined
  const kernel = compileExpression(coerced, new Map([[INPUT, 0]]), compilation)
  const { kind } = context.catalog.type(type)
  return (value) => {
    const columns = [vectorOf(kind, [value])]
    return datumAt(kernel({ kind: 'batch', length: 1, columns }, context), 0)
  }
}
