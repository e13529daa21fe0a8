/** IS NULL, IS TRUE and IS DISTINCT FROM: tests that never answer null. */
import type { Vector } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { BooleanTest, DistinctTest, NullTest } from '../../plan/expression.ts'
import { PgRecord } from '../../types/value-classes.ts'
import { compileProcedure } from './call.ts'
import { boolParts, type Compile, type Kernel, nullsOf, type Scope } from './kernel.ts'

export function compileNullTest(expression: NullTest, scope: Scope, compile: Compile): Kernel {
  const input = compile(expression.input, scope)
  const flag = expression.negated ? 0 : 1
  return (batch, context) => {
    const n = batch.length
    const vector = input(batch, context)
    const out = new Uint8Array(n)
    if (vector.kind === 'datum') {
      const values = vector.values
      for (let i = 0; i < n; i++) out[i] = isNullValue(values[i], flag === 1) ? 1 : 0
      return { kind: 'bool', values: out, nulls: undefined }
    }
    const nulls = nullsOf(vector, n)
    if (nulls === undefined) {
      if (flag === 0) out.fill(1)
    } else {
      for (let i = 0; i < n; i++) out[i] = nulls[i] === flag ? 1 : 0
    }
    return { kind: 'bool', values: out, nulls: undefined }
  }
}

/** A row is null when all its fields are, and not null when none is: it can be neither. */
function isNullValue(value: unknown, asksForNull: boolean): boolean {
  if (value === null) return asksForNull
  if (value instanceof PgRecord) {
    return value.values.every((field) => (field === null) === asksForNull)
  }
  return !asksForNull
}

export function compileBooleanTest(
  expression: BooleanTest,
  scope: Scope,
  compile: Compile,
): Kernel {
  const input = compile(expression.input, scope)
  const { test, negated } = expression
  return (batch, context) => {
    const n = batch.length
    const { values, nulls } = boolParts(input(batch, context), n)
    const out = new Uint8Array(n)
    for (let i = 0; i < n; i++) {
      const isNull = nulls?.[i] === 1
      const answer =
        test === 'unknown' ? isNull : !isNull && (values[i] === 1) === (test === 'true')
      out[i] = answer !== negated ? 1 : 0
    }
    return { kind: 'bool', values: out, nulls: undefined }
  }
}

export function compileDistinctTest(
  expression: DistinctTest,
  scope: Scope,
  compile: Compile,
): Kernel {
  const left = compile(expression.left, scope)
  const right = compile(expression.right, scope)
  const equals = compileProcedure(expression.procedure, scope.compilation, {
    argumentTypes: [expression.left.type, expression.right.type],
    resultType: expression.type,
    collation: expression.inputCollation,
  })
  return (batch, context) => {
    const n = batch.length
    const a = left(batch, context)
    const b = right(batch, context)
    const equal = equals([a, b], n, context)
    return {
      kind: 'bool',
      values: distinctBits(a, b, equal, expression.negated, n),
      nulls: undefined,
    }
  }
}

function distinctBits(
  a: Vector,
  b: Vector,
  equal: Vector,
  negated: boolean,
  n: number,
): Uint8Array {
  const out = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const aIsNull = datumAt(a, i) === null
    const bIsNull = datumAt(b, i) === null
    const distinct = aIsNull || bIsNull ? aIsNull !== bIsNull : datumAt(equal, i) !== true
    out[i] = distinct !== negated ? 1 : 0
  }
  return out
}
