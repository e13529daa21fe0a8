/**
 * AND, OR and NOT in SQL's three values, evaluated from left to right as PostgreSQL does: an argument that could fail is
 * evaluated only for rows that the arguments before it leave undecided.
 */
import type { Batch, Vector } from '../../../storage/vector.ts'
import type { And, Expression, Not, Or } from '../../plan/expression.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { gatherUsed } from '../vectors/gather.ts'
import { isHarmless, usedPositions } from './analysis.ts'
import { boolParts, type Compile, type Kernel, type Scope } from './kernel.ts'

interface Argument {
  readonly kernel: Kernel
  readonly isHarmless: boolean
  readonly used: readonly number[]
}

export function compileLogic(expression: And | Or, scope: Scope, compile: Compile): Kernel {
  const catalog = scope.compilation.environment.catalog
  const args = expression.args.map((arg: Expression): Argument => ({
    kernel: compile(arg, scope),
    isHarmless: isHarmless(arg, catalog),
    used: usedPositions([arg], scope),
  }))
  const [first, ...rest] = args
  // The value that decides the whole: false for AND, true for OR.
  const decisive = expression.kind === 'and' ? 0 : 1
  return (batch, context) => {
    let result = first.kernel(batch, context)
    for (const arg of rest) result = combine(result, arg, decisive, batch, context)
    return result
  }
}

function combine(
  left: Vector,
  arg: Argument,
  decisive: number,
  batch: Batch,
  context: ExecutionContext,
): Vector {
  const n = batch.length
  const { values, nulls } = boolParts(left, n)
  let open = 0
  for (let i = 0; i < n; i++) if (values[i] !== decisive || nulls?.[i] === 1) open++
  if (open === 0) return left
  if (open === n || (arg.isHarmless && open * 4 > n)) {
    return merge(left, arg.kernel(batch, context), decisive, n)
  }
  return combineSome(left, arg, decisive, { batch, open, context })
}

/** Evaluates the argument for the undecided rows only. */
function combineSome(
  left: Vector,
  arg: Argument,
  decisive: number,
  rows: { readonly batch: Batch; readonly open: number; readonly context: ExecutionContext },
): Vector {
  const n = rows.batch.length
  const { values, nulls } = boolParts(left, n)
  const indexes = new Int32Array(rows.open)
  let count = 0
  for (let i = 0; i < n; i++) {
    if (values[i] !== decisive || nulls?.[i] === 1) indexes[count++] = i
  }
  const part = arg.kernel(gatherUsed(rows.batch, indexes, count, arg.used), rows.context)
  const right = boolParts(part, count)
  const out = values.slice(0, n)
  let outNulls = nulls?.slice(0, n)
  for (let k = 0; k < count; k++) {
    const i = indexes[k]
    if (right.nulls?.[k] === 1) (outNulls ??= new Uint8Array(n))[i] = 1
    else if (right.values[k] === decisive) {
      out[i] = decisive
      if (outNulls !== undefined) outNulls[i] = 0
    }
  }
  return { kind: 'bool', values: out, nulls: outNulls }
}

function merge(left: Vector, right: Vector, decisive: number, n: number): Vector {
  const a = boolParts(left, n)
  const b = boolParts(right, n)
  const out = new Uint8Array(n)
  if (a.nulls === undefined && b.nulls === undefined) {
    if (decisive === 0) for (let i = 0; i < n; i++) out[i] = a.values[i] & b.values[i]
    else for (let i = 0; i < n; i++) out[i] = a.values[i] | b.values[i]
    return { kind: 'bool', values: out, nulls: undefined }
  }
  const nulls = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    const aIsNull = a.nulls?.[i] === 1
    const bIsNull = b.nulls?.[i] === 1
    if ((!aIsNull && a.values[i] === decisive) || (!bIsNull && b.values[i] === decisive)) {
      out[i] = decisive
    } else {
      out[i] = decisive ^ 1
      if (aIsNull || bIsNull) nulls[i] = 1
    }
  }
  return { kind: 'bool', values: out, nulls }
}

export function compileNot(expression: Not, scope: Scope, compile: Compile): Kernel {
  const input = compile(expression.input, scope)
  return (batch, context) => {
    const n = batch.length
    const { values, nulls } = boolParts(input(batch, context), n)
    const out = new Uint8Array(n)
    for (let i = 0; i < n; i++) out[i] = values[i] ^ 1
    return { kind: 'bool', values: out, nulls }
  }
}
