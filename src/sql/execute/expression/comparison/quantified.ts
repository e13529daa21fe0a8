/** x op ANY (array), x op ALL (array), IN over lists, and the ordering of rows. */
import type { Datum, Vector } from '../../../../storage/vector.ts'
import { datumAt, vectorOf } from '../../../../storage/vector.ts'
import type { ArrayComparison, RowCompare } from '../../../plan/expression.ts'
import { PgArray } from '../../../types/value-classes.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { isRowConstant } from '../analysis.ts'
import { compileProcedure, findProc } from '../call.ts'
import { plainComparison } from './comparison.ts'
import { holds } from './comparison-loops.ts'
import {
  type Applier,
  boolParts,
  type Compile,
  filledVector,
  type Kernel,
  ONE_ROW,
  type Scope,
} from '../kernel.ts'
import { nullVector } from '../../vectors/gather.ts'

export function compileArrayComparison(
  expression: ArrayComparison,
  scope: Scope,
  compile: Compile,
): Kernel {
  const { catalog } = scope.compilation.environment
  const left = compile(expression.left, scope)
  const array = compile(expression.array, scope)
  const proc = findProc(catalog, expression.procedure)
  const operation = proc.language === 'internal' ? plainComparison(proc.source) : undefined
  const isMembership =
    (operation === '=' && expression.quantifier === 'any') ||
    (operation === '<>' && expression.quantifier === 'all')
  if (isMembership && isRowConstant(expression.array, scope.layout, catalog)) {
    return membership(left, array, expression.quantifier === 'any')
  }
  const elementType = catalog.type(expression.array.type).elementType
  const apply = compileProcedure(expression.procedure, scope.compilation, {
    argumentTypes: [expression.left.type, elementType],
    resultType: expression.type,
    collation: expression.inputCollation,
  })
  const kinds = {
    left: catalog.type(expression.left.type).kind,
    element: catalog.type(elementType).kind,
  }
  const decisive = expression.quantifier === 'any'
  return (batch, context) => {
    const values = left(batch, context)
    const arrays = array(batch, context)
    const data = new Array<boolean | null>(batch.length)
    for (let i = 0; i < batch.length; i++) {
      const list = datumAt(arrays, i)
      data[i] =
        list instanceof PgArray
          ? quantify(apply, datumAt(values, i), list, { kinds, decisive, context })
          : null
    }
    return vectorOf('bool', data)
  }
}

interface Quantifier {
  readonly kinds: { readonly left: Vector['kind']; readonly element: Vector['kind'] }
  /** The answer that settles it: true for ANY, false for ALL. */
  readonly decisive: boolean
  readonly context: ExecutionContext
}

function quantify(
  apply: Applier,
  value: Datum | null,
  list: PgArray,
  { kinds, decisive, context }: Quantifier,
): boolean | null {
  const n = list.elements.length
  if (n === 0) return !decisive
  const left = value === null ? nullVector(kinds.left, n) : filledVector(kinds.left, value, n)
  const answers = boolParts(apply([left, vectorOf(kinds.element, list.elements)], n, context), n)
  let hasNull = false
  for (let k = 0; k < n; k++) {
    if (answers.nulls?.[k] === 1) hasNull = true
    else if ((answers.values[k] === 1) === decisive) return decisive
  }
  return hasNull ? null : !decisive
}

interface Members {
  readonly set: ReadonlySet<Datum>
  readonly hasNull: boolean
  readonly isEmpty: boolean
}

/** IN and NOT IN over a list that is the same for every row: one look-up a row. */
function membership(left: Kernel, array: Kernel, isIn: boolean): Kernel {
  // Of the last array seen: for constants that is the only one.
  let known: PgArray | undefined
  let members: Members | undefined
  return (batch, context) => {
    const n = batch.length
    const list = datumAt(array(ONE_ROW, context), 0)
    if (!(list instanceof PgArray)) return nullVector('bool', n)
    if (members === undefined || known !== list) {
      known = list
      members = membersOf(list)
    }
    return lookUp(left(batch, context), members, isIn ? 1 : 0, n)
  }
}

function membersOf(list: PgArray): Members {
  const set = new Set<Datum>()
  for (const element of list.elements) if (element !== null) set.add(element)
  return { set, hasNull: list.elements.includes(null), isEmpty: list.elements.length === 0 }
}

function lookUp(vector: Vector, members: Members, found: 0 | 1, n: number): Vector {
  const values = new Uint8Array(n)
  let nulls: Uint8Array | undefined
  for (let i = 0; i < n; i++) {
    const value = datumAt(vector, i)
    if (value !== null && members.set.has(value)) values[i] = found
    else if (!members.isEmpty && (value === null || members.hasNull)) {
      ;(nulls ??= new Uint8Array(n))[i] = 1
    } else values[i] = found ^ 1
  }
  return { kind: 'bool', values, nulls }
}

export function compileRowCompare(expression: RowCompare, scope: Scope, compile: Compile): Kernel {
  const { catalog } = scope.compilation.environment
  const left = expression.left.map((part) => compile(part, scope))
  const right = expression.right.map((part) => compile(part, scope))
  const orders = expression.procedures.map((procedure, k) =>
    compileProcedure(procedure, scope.compilation, {
      argumentTypes: [expression.left[k].type, expression.right[k].type],
      resultType: findProc(catalog, procedure).returnType,
      collation: expression.left[k].collation,
    }),
  )
  const { operation } = expression
  return (batch, context) => {
    const n = batch.length
    // Undecided rows stay undefined until a pair differs; a null pair before that makes the answer null.
    const answers = new Array<boolean | null | undefined>(n)
    for (let k = 0; k < left.length; k++) {
      const order = orders[k]([left[k](batch, context), right[k](batch, context)], n, context)
      for (let i = 0; i < n; i++) {
        if (answers[i] !== undefined) continue
        const value = datumAt(order, i)
        if (value === null) answers[i] = null
        else if (value !== 0) answers[i] = holds(operation, Number(value))
      }
    }
    return vectorOf(
      'bool',
      Array.from(answers, (answer) => (answer === undefined ? holds(operation, 0) : answer)),
    )
  }
}
