/**
 * Calls of functions and operators. In order of preference: a comparison with loops of its own, the library's vector
 * implementation, its scalar implementation lifted over the rows. Strictness is handled here, so that a strict
 * function never sees a null.
 */
import { assert, unsupported } from '../../../errors/sql-error.ts'
import type { ColumnKind, Datum, Vector } from '../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../storage/vector.ts'
import type { Catalog, Oid, ProcInfo } from '../../catalog/catalog.ts'
import type { CallContext, ScalarFunction, Value } from '../../functions/registry.ts'
import type { FunctionCall } from '../../plan/expression.ts'
import { PgArray } from '../../types/value-classes.ts'
import type { CallSite } from '../execution-context.ts'
import { withinLimits } from './value-limits.ts'
import { isRowConstant } from './analysis.ts'
import {
  comparisonApplier,
  comparisonWithConstant,
  plainComparison,
} from './comparison/comparison.ts'
import type { Applier, Compilation, Compile, Kernel, Scope } from './kernel.ts'

export interface ProcedureUse {
  readonly argumentTypes: readonly Oid[]
  readonly resultType: Oid
  readonly collation: Oid
}

/** pg_type's "any": the variadic functions over it (concat, format) take their arguments spread out. */
const ANY_OID = 2276
const BYTEA_OID = 17
/** A VARIADIC array given to them may be this long before its elements' types must be guessed. */
const SPREAD_TYPES = 64

export function findProc(catalog: Catalog, procedure: Oid): ProcInfo {
  const proc = catalog.proc(procedure)
  assert(proc !== undefined, `function ${procedure} is in the catalog`)
  return proc
}

/** "name(type,type)", as errors name a function. */
export function signatureOf(proc: ProcInfo, catalog: Catalog): string {
  return `${proc.name}(${proc.argumentTypes.map((type) => catalog.type(type).name).join(',')})`
}

export function compileCall(call: FunctionCall, scope: Scope, compile: Compile): Kernel {
  const catalog = scope.compilation.environment.catalog
  const proc = findProc(catalog, call.procedure)
  const comparison = compileComparison(call, proc, scope, compile)
  if (comparison !== undefined) return comparison
  const apply = compileProcedure(call.procedure, scope.compilation, {
    argumentTypes: argumentTypesOf(call, proc, catalog),
    resultType: call.type,
    collation: call.inputCollation,
    variadicArray: call.variadicArray === true && proc.variadic === ANY_OID,
    recordColumns: call.recordColumns,
    position: call.position,
  })
  const kernels = call.args.map((arg) => compile(arg, scope))
  return kernelOfCall(kernels, apply)
}

function kernelOfCall(kernels: readonly Kernel[], apply: Applier): Kernel {
  if (kernels.length === 1) {
    const [only] = kernels
    return (batch, context) => apply([only(batch, context)], batch.length, context)
  }
  if (kernels.length === 2) {
    const [left, right] = kernels
    return (batch, context) =>
      apply([left(batch, context), right(batch, context)], batch.length, context)
  }
  return (batch, context) => {
    const args = new Array<Vector>(kernels.length)
    for (let i = 0; i < kernels.length; i++) args[i] = kernels[i](batch, context)
    return apply(args, batch.length, context)
  }
}

function argumentTypesOf(call: FunctionCall, proc: ProcInfo, catalog: Catalog): readonly Oid[] {
  const types = call.args.map((arg) => arg.type)
  if (call.variadicArray !== true || proc.variadic !== ANY_OID) return types
  const element = catalog.type(types[types.length - 1]).elementType
  return [...types.slice(0, -1), ...new Array<Oid>(SPREAD_TYPES).fill(element)]
}

function compileComparison(
  call: FunctionCall,
  proc: ProcInfo,
  scope: Scope,
  compile: Compile,
): Kernel | undefined {
  const operation = proc.language === 'internal' ? plainComparison(proc.source) : undefined
  if (operation === undefined || call.args.length !== 2) return undefined
  const { catalog } = scope.compilation.environment
  const [left, right] = call.args
  const locale = localeOf(proc, call.inputCollation, catalog)
  const leftIsConstant = isRowConstant(left, scope.layout, catalog)
  if (leftIsConstant === isRowConstant(right, scope.layout, catalog)) {
    const apply = comparisonApplier(operation, locale)
    return kernelOfCall([compile(left, scope), compile(right, scope)], apply)
  }
  const column = compile(leftIsConstant ? right : left, scope)
  const constant = compile(leftIsConstant ? left : right, scope)
  return comparisonWithConstant(operation, column, constant, {
    constantIsLeft: leftIsConstant,
    locale,
  })
}

/** Only text obeys collations. */
function localeOf(proc: ProcInfo, collation: Oid, catalog: Catalog): string | undefined {
  return collation !== 0 && proc.source.startsWith('text')
    ? catalog.collationLocale(collation)
    : undefined
}

/** A function as something to apply to vectors. Raises 0A000 when the library lacks it. */
export function compileProcedure(
  procedure: Oid,
  compilation: Compilation,
  use: ProcedureUse & {
    readonly variadicArray?: boolean
    readonly recordColumns?: FunctionCall['recordColumns']
    readonly position?: number | undefined
  },
): Applier {
  const { catalog, functions } = compilation.environment
  const proc = findProc(catalog, procedure)
  if (proc.language === 'internal' || proc.language === 'c') {
    const operation = plainComparison(proc.source)
    if (operation !== undefined && use.argumentTypes.length === 2) {
      return comparisonApplier(operation, localeOf(proc, use.collation, catalog))
    }
    const site = compilation.site(
      use.argumentTypes,
      use.resultType,
      use.collation,
      use.recordColumns,
    )
    const vector = use.variadicArray ? undefined : functions.findVector(proc.source)
    if (vector !== undefined) {
      const canGrow = use.resultType === BYTEA_OID || catalog.type(use.resultType).kind === 'text'
      return canGrow
        ? (args, n, context) => withinLimits(vector(context.callContext(site), args, n))
        : (args, n, context) => vector(context.callContext(site), args, n)
    }
    const scalar = functions.findScalar(proc.source)
    if (scalar !== undefined) {
      const body = use.variadicArray ? spreading(scalar) : scalar
      return lift(body, proc.isStrict, site, catalog.type(use.resultType).kind)
    }
  }
  throw unsupported(`function ${signatureOf(proc, catalog)}`, use.position)
}

/** The last argument's elements as arguments. */
function spreading(scalar: ScalarFunction): ScalarFunction {
  const call = scalar as LooseFunction
  return (context: CallContext, ...args: Value[]) => {
    const last = args[args.length - 1]
    if (last === null) return null
    return call(
      context,
      ...args.slice(0, -1),
      ...(last instanceof PgArray ? last.elements : [last]),
    )
  }
}

/** Arguments are checked by the binder; here they are any values. */
type LooseFunction = (context: CallContext, ...args: Value[]) => Value

function lift(scalar: ScalarFunction, strict: boolean, site: CallSite, kind: ColumnKind): Applier {
  const call = scalar as LooseFunction
  return (args, n, context) => {
    const own = context.callContext(site)
    const data = new Array<Datum | null>(n)
    switch (args.length) {
      case 0:
        for (let i = 0; i < n; i++) data[i] = call(own)
        break
      case 1:
        liftOne(call, own, args[0], strict, data)
        break
      case 2:
        liftTwo(call, own, args, strict, data)
        break
      default:
        liftMany(call, own, args, strict, data)
    }
    return withinLimits(vectorOf(kind, data))
  }
}

function liftOne(
  call: LooseFunction,
  context: CallContext,
  arg: Vector,
  strict: boolean,
  out: (Datum | null)[],
): void {
  for (let i = 0; i < out.length; i++) {
    const a = datumAt(arg, i)
    out[i] = strict && a === null ? null : call(context, a)
  }
}

function liftTwo(
  call: LooseFunction,
  context: CallContext,
  args: readonly Vector[],
  strict: boolean,
  out: (Datum | null)[],
): void {
  const [left, right] = args
  for (let i = 0; i < out.length; i++) {
    const a = datumAt(left, i)
    const b = datumAt(right, i)
    out[i] = strict && (a === null || b === null) ? null : call(context, a, b)
  }
}

function liftMany(
  call: LooseFunction,
  context: CallContext,
  args: readonly Vector[],
  strict: boolean,
  out: (Datum | null)[],
): void {
  const values = new Array<Value>(args.length)
  for (let i = 0; i < out.length; i++) {
    let hasNull = false
    for (let k = 0; k < args.length; k++) {
      const value = datumAt(args[k], i)
      values[k] = value
      if (value === null) hasNull = true
    }
    out[i] = strict && hasNull ? null : call(context, ...values)
  }
}
