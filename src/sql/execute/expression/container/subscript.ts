/** a[i], a[i:j], j['key'], and the same as targets of UPDATE. What the subscripts mean for each container is in the two files beside. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Datum } from '../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../storage/vector.ts'
import type { AssignPart, Expression, Subscript } from '../../../plan/expression.ts'
import { Jsonb, PgArray, PgRecord } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import type { Batch, Vector } from '../../../../storage/vector.ts'
import { arrayElement, arraySlice, assignElement, assignSlice } from './array-parts.ts'
import { assignJsonbPath, jsonbPath } from './jsonb-parts.ts'
import type { Compile, Kernel, Scope } from '../kernel.ts'

type Bound = Datum | null
/** Evaluated bounds; undefined = left open (`a[:3]`). */
type Bounds = readonly (Bound | undefined)[]

function compileBounds(
  bounds: readonly (Expression | null)[] | undefined,
  scope: Scope,
  compile: Compile,
): readonly (Kernel | null)[] | undefined {
  return bounds?.map((bound) => (bound === null ? null : compile(bound, scope)))
}

function evaluateBounds(
  kernels: readonly (Kernel | null)[] | undefined,
  batch: Batch,
  context: ExecutionContext,
): readonly (Vector | undefined)[] | undefined {
  return kernels?.map((kernel) => kernel?.(batch, context))
}

function boundsAt(vectors: readonly (Vector | undefined)[], row: number): Bounds {
  return vectors.map((vector) => (vector === undefined ? undefined : datumAt(vector, row)))
}

export function compileSubscript(expression: Subscript, scope: Scope, compile: Compile): Kernel {
  const input = compile(expression.input, scope)
  const upper = compileBounds(expression.upper, scope, compile) ?? []
  const lower = compileBounds(expression.lower, scope, compile)
  const kind = scope.compilation.environment.catalog.type(expression.type).kind
  return (batch, context) => {
    const container = input(batch, context)
    const uppers = evaluateBounds(upper, batch, context) ?? []
    const lowers = evaluateBounds(lower, batch, context)
    const data = new Array<Datum | null>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const value = datumAt(container, i)
      const to = boundsAt(uppers, i)
      data[i] = value === null ? null : part(value, to, lowers && boundsAt(lowers, i))
    }
    return vectorOf(kind, data)
  }
}

function part(value: Datum, upper: Bounds, lower: Bounds | undefined): Datum | null {
  if (upper.includes(null) || lower?.includes(null)) return null
  if (value instanceof Jsonb) return jsonbPath(value, upper as readonly Datum[]) // no open bounds there
  if (!(value instanceof PgArray)) return null
  if (lower !== undefined) return arraySlice(value, numbers(lower), numbers(upper))
  return arrayElement(value, upper.map(Number))
}

function numbers(bounds: Bounds): (number | undefined)[] {
  return bounds.map((bound) => (bound === undefined ? undefined : Number(bound)))
}

export function compileAssign(expression: AssignPart, scope: Scope, compile: Compile): Kernel {
  const input = compile(expression.input, scope)
  const value = compile(expression.value, scope)
  if (expression.field !== undefined) {
    return compileFieldAssign(expression, expression.field, { input, value }, scope)
  }
  const upper = compileBounds(expression.upper, scope, compile) ?? []
  const lower = compileBounds(expression.lower, scope, compile)
  return (batch, context) => {
    const containers = input(batch, context)
    const values = value(batch, context)
    const uppers = evaluateBounds(upper, batch, context) ?? []
    const lowers = evaluateBounds(lower, batch, context)
    const data = new Array<Datum | null>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const target = { container: datumAt(containers, i), value: datumAt(values, i) }
      data[i] = assign(target, boundsAt(uppers, i), lowers && boundsAt(lowers, i))
    }
    return { kind: 'datum', values: data }
  }
}

function assign(
  target: { readonly container: Datum | null; readonly value: Datum | null },
  upper: Bounds,
  lower: Bounds | undefined,
): Datum | null {
  if (upper.includes(null) || lower?.includes(null)) {
    throw new SqlError(
      SQLSTATE.NULL_VALUE_NOT_ALLOWED,
      'array subscript in assignment must not be null',
    )
  }
  const { container, value } = target
  const first = upper[0]
  if (container instanceof Jsonb || (container === null && value instanceof Jsonb)) {
    return assignJsonbPath(container, upper as readonly Datum[], value) // no open bounds there
  }
  const array = container instanceof PgArray ? container : new PgArray([])
  if (lower === undefined && first !== undefined) {
    return assignElement(array, upper.map(Number), value)
  }
  if (!(value instanceof PgArray)) return container
  return assignSlice(array, numbers(lower ?? []), numbers(upper), value)
}

function compileFieldAssign(
  expression: AssignPart,
  field: number,
  kernels: { readonly input: Kernel; readonly value: Kernel },
  scope: Scope,
): Kernel {
  const { catalog } = scope.compilation.environment
  const relation = catalog.relation(catalog.type(expression.type).relation)
  const columns = relation?.columns ?? []
  const types = columns.map((column) => column.type)
  const names = columns.map((column) => column.name)
  return (batch, context) => {
    const rows = kernels.input(batch, context)
    const values = kernels.value(batch, context)
    const data = new Array<Datum>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const old = datumAt(rows, i)
      const fields = old instanceof PgRecord ? [...old.values] : types.map(() => null)
      fields[field] = datumAt(values, i) as never // a field holds any datum
      data[i] = new PgRecord(fields, types, names)
    }
    return { kind: 'datum', values: data }
  }
}
