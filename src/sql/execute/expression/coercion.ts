/** Casts that are not function calls: relabelling, through text, element by element, and into domains. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Batch, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import type { TypeInfo } from '../../catalog/catalog.ts'
import type { ArrayCoerce, CoerceToDomain, CoerceViaIo, Relabel } from '../../plan/expression.ts'
import { PgArray } from '../../types/value-classes.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { convertKind } from '../vectors/gather.ts'
import { boolParts, type Compile, type Kernel, type Scope, withColumn } from './kernel.ts'

export function compileRelabel(expression: Relabel, scope: Scope, compile: Compile): Kernel {
  const { catalog } = scope.compilation.environment
  const input = compile(expression.input, scope)
  const kind = catalog.type(expression.type).kind
  if (catalog.type(expression.input.type).kind === kind) return input
  return (batch, context) => convertKind(input(batch, context), kind, batch.length)
}

export function compileCoerceViaIo(
  expression: CoerceViaIo,
  scope: Scope,
  compile: Compile,
): Kernel {
  const { catalog, io } = scope.compilation.environment
  const source = catalog.type(expression.input.type)
  const target = catalog.type(expression.type)
  const write = io.findOutput(source.output)
  const read = io.findInput(target.input)
  if (write === undefined) throw unsupported(`output of type ${source.name}`, expression.position)
  if (read === undefined) throw unsupported(`input of type ${target.name}`, expression.position)
  const input = compile(expression.input, scope)
  return (batch, context) => {
    const { session } = context
    const from = { session, catalog, io, type: source, typmod: expression.input.typmod }
    const to = { session, catalog, io, type: target, typmod: expression.typmod }
    return mapDatums(input(batch, context), target.kind, batch.length, (value) =>
      read(write(value, from), to),
    )
  }
}

/** Applies to every value that is not null. */
export function mapDatums(
  vector: Vector,
  kind: Vector['kind'],
  n: number,
  change: (value: Datum) => Datum | null,
): Vector {
  const data = new Array<Datum | null>(n)
  for (let i = 0; i < n; i++) {
    const value = datumAt(vector, i)
    data[i] = value === null ? null : change(value)
  }
  return vectorOf(kind, data)
}

export function compileArrayCoerce(
  expression: ArrayCoerce,
  scope: Scope,
  compile: Compile,
): Kernel {
  const { catalog } = scope.compilation.environment
  const input = compile(expression.input, scope)
  // The element's batch has one column: nothing of the row is visible inside.
  const element = compile(expression.element, {
    compilation: scope.compilation,
    layout: new Map(),
    placeholder: 0,
    width: 1,
  })
  const elementKind = catalog.type(catalog.type(expression.input.type).elementType).kind
  return (batch, context) =>
    mapDatums(input(batch, context), 'datum', batch.length, (value) => {
      if (!(value instanceof PgArray)) return value
      const n = value.elements.length
      if (n === 0) return value
      const columns = [vectorOf(elementKind, value.elements)]
      const changed = element({ kind: 'batch', length: n, columns }, context)
      const elements = Array.from({ length: n }, (_, i) => datumAt(changed, i))
      return new PgArray(elements, value.dimensions, value.lowerBounds)
    })
}

export function compileCoerceToDomain(
  expression: CoerceToDomain,
  scope: Scope,
  compile: Compile,
): Kernel {
  const domain = scope.compilation.environment.catalog.type(expression.type)
  const input = compile(expression.input, scope)
  const inner: Scope = { ...scope, placeholder: scope.width, width: scope.width + 1 }
  const checks = expression.checks.map((check) => ({
    name: check.name,
    kernel: compile(check.expression, inner),
  }))
  return (batch, context) => {
    const vector = input(batch, context)
    if (expression.notNull) refuseNulls(vector, batch.length, domain)
    const extended = withColumn(batch, scope.width, vector)
    for (const check of checks) refuseFailures(check, extended, context, domain)
    return vector
  }
}

function refuseNulls(vector: Vector, n: number, domain: TypeInfo): void {
  for (let i = 0; i < n; i++) {
    if (datumAt(vector, i) === null) {
      throw new SqlError(
        SQLSTATE.NOT_NULL_VIOLATION,
        `domain ${domain.name} does not allow null values`,
        { schema: domain.schema, dataType: domain.name },
      )
    }
  }
}

function refuseFailures(
  check: { readonly name: string; readonly kernel: Kernel },
  batch: Batch,
  context: ExecutionContext,
  domain: TypeInfo,
): void {
  const { values, nulls } = boolParts(check.kernel(batch, context), batch.length)
  for (let i = 0; i < batch.length; i++) {
    if (values[i] === 0 && nulls?.[i] !== 1) {
      throw new SqlError(
        SQLSTATE.CHECK_VIOLATION,
        `value for domain ${domain.name} violates check constraint "${check.name}"`,
        { schema: domain.schema, dataType: domain.name, constraint: check.name },
      )
    }
  }
}
