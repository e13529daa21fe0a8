/**
 * CASE, COALESCE, NULLIF, GREATEST and LEAST. Branches are evaluated only for the rows that reach them, so that
 * `CASE WHEN x <> 0 THEN 1 / x END` never fails.
 */
import type { Batch, ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import type { Case, Coalesce, Expression, MinMax, NullIf } from '../../plan/expression.ts'
import type { ExecutionContext } from '../execution-context.ts'
import { gatherUsed, nullVector } from '../vectors/gather.ts'
import { usedPositions } from './analysis.ts'
import { compileProcedure } from './call.ts'
import {
  BOOL_OID,
  boolParts,
  type Compile,
  type Kernel,
  nullsOf,
  type Scope,
  withColumn,
} from './kernel.ts'

/** Rows of the result that one branch gave. */
interface Piece {
  readonly rows: Int32Array
  readonly count: number
  readonly vector: Vector
}

/** Rows still looking for their value. */
interface Remaining {
  readonly rows: Int32Array
  readonly count: number
}

interface Part {
  readonly kernel: Kernel
  readonly used: readonly number[]
}

function part(expression: Expression, scope: Scope, compile: Compile): Part {
  return { kernel: compile(expression, scope), used: usedPositions([expression], scope) }
}

/** Evaluates over some of the rows; over all of them without gathering. */
function evaluate(of: Part, batch: Batch, some: Remaining, context: ExecutionContext): Vector {
  if (some.count === batch.length) return of.kernel(batch, context)
  return of.kernel(gatherUsed(batch, some.rows, some.count, of.used), context)
}

export function compileCase(expression: Case, outerScope: Scope, compile: Compile): Kernel {
  const { operand } = expression
  const scope =
    operand === undefined
      ? outerScope
      : { ...outerScope, placeholder: outerScope.width, width: outerScope.width + 1 }
  const operandKernel = operand === undefined ? undefined : compile(operand, outerScope)
  const branches = expression.branches.map((branch) => ({
    when: part(branch.when, scope, compile),
    value: part(branch.then, outerScope, compile),
  }))
  const otherwise = part(expression.otherwise, outerScope, compile)
  const kind = outerScope.compilation.environment.catalog.type(expression.type).kind
  return (batch, context) => {
    const input =
      operandKernel === undefined
        ? batch
        : withColumn(batch, outerScope.width, operandKernel(batch, context))
    const pieces: Piece[] = []
    let rest = allRows(batch.length)
    for (const { when, value } of branches) {
      if (rest.count === 0) break
      const [matched, missed] = split(evaluate(when, input, rest, context), rest)
      if (matched.count > 0) {
        pieces.push({ ...matched, vector: evaluate(value, input, matched, context) })
      }
      rest = missed
    }
    if (rest.count > 0) pieces.push({ ...rest, vector: evaluate(otherwise, input, rest, context) })
    return assemble(kind, pieces, batch.length)
  }
}

function allRows(n: number): Remaining {
  const rows = new Int32Array(n)
  for (let i = 1; i < n; i++) rows[i] = i
  return { rows, count: n }
}

/** Divides the rows by a condition: those where it is true, and the others. */
function split(condition: Vector, some: Remaining): [Remaining, Remaining] {
  const { values, nulls } = boolParts(condition, some.count)
  const matched = new Int32Array(some.count)
  const missed = new Int32Array(some.count)
  let hits = 0
  let misses = 0
  for (let k = 0; k < some.count; k++) {
    if (values[k] === 1 && nulls?.[k] !== 1) matched[hits++] = some.rows[k]
    else missed[misses++] = some.rows[k]
  }
  return [
    { rows: matched, count: hits },
    { rows: missed, count: misses },
  ]
}

function assemble(kind: ColumnKind, pieces: readonly Piece[], n: number): Vector {
  if (pieces.length === 0) return nullVector(kind, n)
  if (pieces.length === 1) return pieces[0].vector
  if (kind === 'int32' || kind === 'float64' || kind === 'bool') {
    const typed = assembleNumbers(kind, pieces, n)
    if (typed !== undefined) return typed
  }
  const data = new Array<Datum | null>(n)
  for (const { rows, count, vector } of pieces) {
    for (let k = 0; k < count; k++) data[rows[k]] = datumAt(vector, k)
  }
  return vectorOf(kind, data)
}

function assembleNumbers(
  kind: 'int32' | 'float64' | 'bool',
  pieces: readonly Piece[],
  n: number,
): Vector | undefined {
  const values =
    kind === 'int32' ? new Int32Array(n) : kind === 'bool' ? new Uint8Array(n) : new Float64Array(n)
  let nulls: Uint8Array | undefined
  for (const { rows, count, vector } of pieces) {
    if (vector.kind !== kind) return undefined
    for (let k = 0; k < count; k++) values[rows[k]] = vector.values[k]
    // A later piece replaces an earlier one's value and its null (COALESCE).
    if (vector.nulls === undefined && nulls === undefined) continue
    nulls ??= new Uint8Array(n)
    for (let k = 0; k < count; k++) nulls[rows[k]] = vector.nulls?.[k] ?? 0
  }
  return { kind, values, nulls } as Vector // the arrays were made for this kind
}

export function compileCoalesce(expression: Coalesce, scope: Scope, compile: Compile): Kernel {
  const parts = expression.args.map((arg) => part(arg, scope, compile))
  const kind = scope.compilation.environment.catalog.type(expression.type).kind
  return (batch, context) => {
    const pieces: Piece[] = []
    let rest = allRows(batch.length)
    for (const arg of parts) {
      if (rest.count === 0) break
      const vector = evaluate(arg, batch, rest, context)
      pieces.push({ ...rest, vector })
      rest = nullRows(vector, rest)
    }
    return assemble(kind, pieces, batch.length)
  }
}

function nullRows(vector: Vector, some: Remaining): Remaining {
  const nulls = nullsOf(vector, some.count)
  if (nulls === undefined) return { rows: some.rows, count: 0 }
  const rows = new Int32Array(some.count)
  let count = 0
  for (let k = 0; k < some.count; k++) if (nulls[k] === 1) rows[count++] = some.rows[k]
  return { rows, count }
}

export function compileNullIf(expression: NullIf, scope: Scope, compile: Compile): Kernel {
  const left = compile(expression.left, scope)
  const right = compile(expression.right, scope)
  const kind = scope.compilation.environment.catalog.type(expression.type).kind
  const equals = compileProcedure(expression.procedure, scope.compilation, {
    argumentTypes: [expression.left.type, expression.right.type],
    resultType: BOOL_OID,
    collation: expression.inputCollation,
  })
  return (batch, context) => {
    const n = batch.length
    const a = left(batch, context)
    const equal = boolParts(equals([a, right(batch, context)], n, context), n)
    const data = new Array<Datum | null>(n)
    for (let i = 0; i < n; i++) {
      data[i] = equal.values[i] === 1 && equal.nulls?.[i] !== 1 ? null : datumAt(a, i)
    }
    return vectorOf(kind, data)
  }
}

export function compileMinMax(expression: MinMax, scope: Scope, compile: Compile): Kernel {
  const args = expression.args.map((arg) => compile(arg, scope))
  const { catalog } = scope.compilation.environment
  const kind = catalog.type(expression.type).kind
  const compare = compileProcedure(expression.procedure, scope.compilation, {
    argumentTypes: [expression.type, expression.type],
    resultType: catalog.proc(expression.procedure)?.returnType ?? expression.type,
    collation: expression.inputCollation,
  })
  const wanted = expression.operation === 'greatest' ? 1 : -1
  return (batch, context) => {
    const n = batch.length
    let best = args[0](batch, context)
    for (let k = 1; k < args.length; k++) {
      const other = args[k](batch, context)
      const order = compare([other, best], n, context)
      const data = new Array<Datum | null>(n)
      for (let i = 0; i < n; i++) {
        const a = datumAt(best, i)
        const b = datumAt(other, i)
        const replaces =
          a === null || (b !== null && Math.sign(Number(datumAt(order, i))) === wanted)
        data[i] = replaces ? b : a
      }
      best = vectorOf(kind, data)
    }
    return best
  }
}
