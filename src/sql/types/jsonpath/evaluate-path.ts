/**
 * Evaluates jsonpath over jsonb. In lax mode arrays are unwrapped where members are wanted and single values wrapped
 * where items are, and structural mistakes select nothing; in strict mode they are errors. Inside predicates every
 * error is "unknown" (null).
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { isJsonbArray, isJsonbObject } from '../json/jsonb-compare.ts'
import { compareNumeric } from '../number/numeric.ts'
import { truncateToScale } from '../number/numeric.ts'
import * as Numbers from '../number/numeric-arithmetic.ts'
import { numericToFloat8 } from '../number/numeric-conversion.ts'
import { compareByCodePoint } from '../text/compare-text.ts'
import { Numeric, type JsonbNode, type JsonbObject } from '../value-classes.ts'
import { applyMethod } from './path-methods.ts'
import { matchesLikeRegex } from './path-regex.ts'
import { isPredicate, ENDLESS } from './path-tree.ts'
import type { Arithmetic, Comparison, JsonPath, PathNode, PathStep } from './path-tree.ts'

export type Nodes = readonly JsonbNode[]
export type Truth = boolean | null

/** Errors that the `silent` argument, lax operators and predicates turn into "nothing" or "unknown". */
export function isSuppressible(error: unknown): error is SqlError {
  return error instanceof SqlError && /^2[0-9]/.test(error.code)
}

export function pathError(code: string, message: string): SqlError {
  return new SqlError(code, message)
}

export function evaluateJsonPath(path: JsonPath, root: JsonbNode, variables: JsonbNode): Nodes {
  return new PathEvaluator(path, root, variables).run()
}

interface Scope {
  readonly current: JsonbNode
  /** Size of the array whose subscripts are being evaluated, for `last`. */
  readonly arraySize: number | undefined
}

class PathEvaluator {
  readonly #path: JsonPath
  readonly #root: JsonbNode
  readonly #variables: JsonbObject

  constructor(path: JsonPath, root: JsonbNode, variables: JsonbNode) {
    this.#path = path
    this.#root = root
    if (!isJsonbObject(variables)) {
      throw new SqlError('22023', '"vars" argument is not an object', {
        detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.',
      })
    }
    this.#variables = variables
  }

  run(): Nodes {
    return this.#evaluate(this.#path.root, { current: this.#root, arraySize: undefined })
  }

  get #isLax(): boolean {
    return this.#path.isLax
  }

  #evaluate(node: PathNode, scope: Scope): Nodes {
    if (isPredicate(node)) return [this.#test(node, scope)]
    switch (node.kind) {
      case 'root':
        return [this.#root]
      case 'current':
        return [scope.current]
      case 'last':
        if (scope.arraySize === undefined) {
          throw new SqlError('42601', 'LAST is allowed only in array subscripts')
        }
        return [new Numeric(scope.arraySize - 1, 0)]
      case 'variable': {
        const value = this.#variables.get(node.name)
        if (value !== undefined) return [value]
        throw new SqlError('42704', `could not find jsonpath variable "${node.name}"`)
      }
      case 'literal':
        return [node.value]
      case 'step':
        return this.#evaluate(node.base, scope).flatMap((item) =>
          this.#step(node.step, item, scope),
        )
      case 'arithmetic':
        return [this.#calculate(node.operator, node.left, node.right, scope)]
      case 'sign':
        return this.#unwrapped(node.operand, scope).map((item) => {
          if (!(item instanceof Numeric)) {
            const message = `operand of unary jsonpath operator ${node.operator} is not a numeric value`
            throw pathError('2203B', message)
          }
          return node.operator === '-' ? Numbers.negateNumeric(item) : item
        })
    }
  }

  /** The items of an operand, arrays taken apart in lax mode. */
  #unwrapped(node: PathNode, scope: Scope): Nodes {
    const items = this.#evaluate(node, scope)
    return this.#isLax ? items.flatMap((item) => (isJsonbArray(item) ? item : [item])) : items
  }

  #calculate(operator: Arithmetic, left: PathNode, right: PathNode, scope: Scope): Numeric {
    const operand = (node: PathNode, side: string): Numeric => {
      const items = this.#unwrapped(node, scope)
      const [item] = items
      if (items.length === 1 && item instanceof Numeric) return item
      const message = `${side} operand of jsonpath operator ${operator} is not a single numeric value`
      throw pathError('22038', message)
    }
    const a = operand(left, 'left')
    const b = operand(right, 'right')
    switch (operator) {
      case '+':
        return Numbers.addNumeric(a, b)
      case '-':
        return Numbers.subtractNumeric(a, b)
      case '*':
        return Numbers.multiplyNumeric(a, b)
      case '/':
        return Numbers.divideNumeric(a, b)
      case '%':
        return Numbers.moduloNumeric(a, b)
    }
  }

  #step(step: PathStep, item: JsonbNode, scope: Scope): Nodes {
    switch (step.kind) {
      case 'member':
        return this.#member(step, item, scope)
      case 'anyMember':
        if (isJsonbObject(item)) return [...item.values()]
        return this.#notAnObject(step, item, scope, '2203C', 'wildcard member')
      case 'anyItem':
        if (isJsonbArray(item)) return item
        if (this.#isLax) return [item]
        throw pathError('22039', 'jsonpath wildcard array accessor can only be applied to an array')
      case 'descend':
        return [...this.#descend(item, step.from, step.to, 0)]
      case 'items':
        return this.#items(step, item, scope)
      case 'filter': {
        const candidates = this.#isLax && isJsonbArray(item) ? item : [item]
        return candidates.filter(
          (current) => this.#test(step.predicate, { ...scope, current }) === true,
        )
      }
      case 'method':
        return this.#method(step, item)
    }
  }

  #method(
    step: Extract<PathStep, { kind: 'method' }>,
    item: JsonbNode,
    unwraps = this.#isLax,
  ): Nodes {
    const { name } = step
    if (step.args.length > 0) throw unsupported(`jsonpath method .${name}() with arguments`)
    // ids of inner objects are offsets in PostgreSQL's binary form, which we do not have
    if (name === 'keyvalue' && isJsonbObject(item) && item !== this.#root) {
      throw unsupported('jsonpath method .keyvalue() on an object inside the document')
    }
    const isWhole = name === 'type' || name === 'size'
    if (unwraps && isJsonbArray(item) && !isWhole) {
      return item.flatMap((element) => this.#method(step, element, false))
    }
    return applyMethod(name, item, this.#isLax)
  }

  #member(step: Extract<PathStep, { kind: 'member' }>, item: JsonbNode, scope: Scope): Nodes {
    if (!isJsonbObject(item)) return this.#notAnObject(step, item, scope, '2203A', 'member')
    const value = item.get(step.key)
    if (value !== undefined) return [value]
    if (this.#isLax) return []
    throw pathError('2203A', `JSON object does not contain key "${step.key}"`)
  }

  /** Lax mode looks into the elements of an array, once, and passes over what is no object. */
  #notAnObject(
    step: PathStep,
    item: JsonbNode,
    scope: Scope,
    code: string,
    accessor: string,
  ): Nodes {
    if (this.#isLax) {
      if (!isJsonbArray(item)) return []
      return item.flatMap((element) =>
        isJsonbArray(element) ? [] : this.#step(step, element, scope),
      )
    }
    throw pathError(code, `jsonpath ${accessor} accessor can only be applied to an object`)
  }

  *#descend(item: JsonbNode, from: number, to: number, level: number): Generator<JsonbNode> {
    const children = isJsonbArray(item) ? item : isJsonbObject(item) ? [...item.values()] : []
    const isWanted = from === ENDLESS ? children.length === 0 : level >= from
    if (isWanted) yield item
    if (level >= to) return
    for (const child of children) yield* this.#descend(child, from, to, level + 1)
  }

  #items(
    { subscripts }: Extract<PathStep, { kind: 'items' }>,
    item: JsonbNode,
    scope: Scope,
  ): Nodes {
    if (!isJsonbArray(item) && !this.#isLax) {
      throw pathError('22039', 'jsonpath array accessor can only be applied to an array')
    }
    const array = isJsonbArray(item) ? item : [item]
    const inner: Scope = { ...scope, arraySize: array.length }
    return subscripts.flatMap(({ from, to }) => {
      const first = this.#subscript(from, inner)
      const last = to === undefined ? first : this.#subscript(to, inner)
      const isOutside = first < 0 || first > last || last >= array.length
      if (isOutside && !this.#isLax) {
        throw pathError('22033', 'jsonpath array subscript is out of bounds')
      }
      return array.slice(Math.max(first, 0), Math.max(last + 1, 0))
    })
  }

  #subscript(node: PathNode, scope: Scope): number {
    const items = this.#evaluate(node, scope)
    const [item] = items
    if (items.length !== 1 || !(item instanceof Numeric)) {
      throw pathError('22033', 'jsonpath array subscript is not a single numeric value')
    }
    const index = numericToFloat8(truncateToScale(item, 0))
    if (Math.abs(index) > 2147483647) {
      throw pathError('22033', 'jsonpath array subscript is out of integer range')
    }
    return index
  }

  #test(node: PathNode, scope: Scope): Truth {
    if (!isPredicate(node)) {
      throw new SqlError('42601', 'syntax error in jsonpath: a predicate is expected')
    }
    switch (node.kind) {
      case 'and': {
        const left = this.#test(node.left, scope)
        if (left === false) return false
        const right = this.#test(node.right, scope)
        return right === true ? left : right
      }
      case 'or': {
        const left = this.#test(node.left, scope)
        if (left === true) return true
        const right = this.#test(node.right, scope)
        return right === false ? left : right
      }
      case 'not': {
        const operand = this.#test(node.operand, scope)
        return operand === null ? null : !operand
      }
      case 'isUnknown':
        return this.#test(node.operand, scope) === null
      case 'exists':
        return this.#guard(() => this.#evaluate(node.operand, scope).length > 0)
      case 'comparison':
        return this.#pairs(node.left, node.right, scope, (l, r) =>
          compareItems(node.operator, l, r),
        )
      case 'startsWith':
        return this.#pairs(node.left, node.right, scope, (l, r) =>
          typeof l === 'string' && typeof r === 'string' ? l.startsWith(r) : null,
        )
      case 'likeRegex':
        return this.#pairs(node.left, { kind: 'literal', value: null }, scope, (item) =>
          typeof item === 'string' ? matchesLikeRegex(item, node.pattern, node.flags) : null,
        )
    }
  }

  #guard(test: () => Truth): Truth {
    try {
      return test()
    } catch (error) {
      if (isSuppressible(error)) return null
      throw error
    }
  }

  /** True if some pair satisfies the test; unknown if one is unknown (in lax mode, only when none is true before it). */
  #pairs(
    left: PathNode,
    right: PathNode,
    scope: Scope,
    test: (left: JsonbNode, right: JsonbNode) => Truth,
  ): Truth {
    return this.#guard(() => {
      const rights = this.#unwrapped(right, scope)
      let isFound = false
      let isUnknown = false
      for (const a of this.#unwrapped(left, scope)) {
        for (const b of rights) {
          const result = test(a, b)
          if (result === null) {
            if (!this.#isLax) return null
            isUnknown = true
          } else if (result) {
            if (this.#isLax) return true
            isFound = true
          }
        }
      }
      if (isFound) return true
      return isUnknown ? null : false
    })
  }
}

/** Null when the items cannot be compared. */
function compareItems(operator: Comparison, left: JsonbNode, right: JsonbNode): Truth {
  const order = orderOf(left, right)
  if (order === undefined) {
    if (left !== null && right !== null) return null
    // null differs from everything else, but is neither less nor greater
    return operator === '!='
  }
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

function orderOf(left: JsonbNode, right: JsonbNode): number | undefined {
  if (left === null && right === null) return 0
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (typeof left === 'string' && typeof right === 'string') return compareByCodePoint(left, right)
  if (left instanceof Numeric && right instanceof Numeric) return compareNumeric(left, right)
  return undefined
}
