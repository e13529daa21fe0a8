/** ARRAY[…], ROW(…) and the fields of rows. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../storage/vector.ts'
import type { ArrayConstructor, FieldSelect, RowConstructor } from '../../../plan/expression.ts'
import { PgArray, PgRecord } from '../../../types/value-classes.ts'
import type { Compile, Kernel, Scope } from '../kernel.ts'

/** Row `i` across vectors. */
export function rowOf(vectors: readonly Vector[], i: number): (Datum | null)[] {
  const values = new Array<Datum | null>(vectors.length)
  for (let k = 0; k < vectors.length; k++) values[k] = datumAt(vectors[k], i)
  return values
}

export function compileArray(expression: ArrayConstructor, scope: Scope, compile: Compile): Kernel {
  const elements = expression.elements.map((element) => compile(element, scope))
  return (batch, context) => {
    const vectors = elements.map((kernel) => kernel(batch, context))
    const data = new Array<Datum>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const values = rowOf(vectors, i)
      data[i] = expression.nested ? nestArrays(values) : new PgArray(values)
    }
    return { kind: 'datum', values: data }
  }
}

/** Arrays of one shape become one array with a dimension more; nulls and empty arrays do not count. */
export function nestArrays(values: readonly (Datum | null)[]): PgArray {
  const parts = values.filter((value): value is PgArray => value instanceof PgArray)
  const [first] = parts
  if (first === undefined || parts.every((part) => part.elements.length === 0))
    return new PgArray([])
  const sameShape = (part: PgArray) =>
    part.dimensions.length === first.dimensions.length &&
    part.dimensions.every((length, k) => length === first.dimensions[k])
  if (!parts.every(sameShape)) {
    throw new SqlError(
      SQLSTATE.ARRAY_SUBSCRIPT_ERROR,
      'multidimensional arrays must have array expressions with matching dimensions',
    )
  }
  return new PgArray(
    parts.flatMap((part) => part.elements),
    [parts.length, ...first.dimensions],
    [1, ...first.lowerBounds],
  )
}

export function compileRow(expression: RowConstructor, scope: Scope, compile: Compile): Kernel {
  const fields = expression.fields.map((field) => compile(field, scope))
  const types = expression.fields.map((field) => field.type)
  const { names } = expression
  return (batch, context) => {
    const vectors = fields.map((kernel) => kernel(batch, context))
    const data = new Array<Datum>(batch.length)
    for (let i = 0; i < batch.length; i++) data[i] = new PgRecord(rowOf(vectors, i), types, names)
    return { kind: 'datum', values: data }
  }
}

export function compileField(expression: FieldSelect, scope: Scope, compile: Compile): Kernel {
  const input = compile(expression.input, scope)
  const kind = scope.compilation.environment.catalog.type(expression.type).kind
  return (batch, context) => {
    const vector = input(batch, context)
    const data = new Array<Datum | null>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const value = datumAt(vector, i)
      data[i] = value instanceof PgRecord ? (value.values[expression.index] ?? null) : null
    }
    return vectorOf(kind, data)
  }
}
