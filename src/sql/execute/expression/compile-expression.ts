/**
 * Bound expression → kernel: once per plan. Whatever does not depend on the row is evaluated once a batch.
 * Functions that the library lacks raise 0A000 here, before anything has run.
 */
import { AssertionError, unreachable } from '../../../errors/sql-error.ts'
import type { Expression } from '../../plan/expression.ts'
import { isRowConstant } from './analysis.ts'
import { compileCall } from './call.ts'
import {
  compileArrayCoerce,
  compileCoerceToDomain,
  compileCoerceViaIo,
  compileRelabel,
} from './coercion.ts'
import { compileCase, compileCoalesce, compileMinMax, compileNullIf } from './conditional.ts'
import { compileArray, compileField, compileRow } from './container/container.ts'
import type { Compilation, Kernel, Layout, Scope } from './kernel.ts'
import {
  compileColumn,
  compileConstant,
  compileParameter,
  compileSqlValue,
  onceForAllRows,
} from './leaf.ts'
import { compileLogic, compileNot } from './logic.ts'
import { compileArrayComparison, compileRowCompare } from './comparison/quantified.ts'
import { compileAssign, compileSubscript } from './container/subscript.ts'
import { compileBooleanTest, compileDistinctTest, compileNullTest } from './tests.ts'

export function compileExpression(
  expression: Expression,
  layout: Layout,
  compilation: Compilation,
): Kernel {
  let width = 0
  for (const position of layout.values()) width = Math.max(width, position + 1)
  return compile(expression, { compilation, layout, placeholder: undefined, width })
}

export function compileAll(
  expressions: readonly Expression[],
  layout: Layout,
  compilation: Compilation,
): Kernel[] {
  return expressions.map((expression) => compileExpression(expression, layout, compilation))
}

function compile(expression: Expression, scope: Scope): Kernel {
  const kernel = compileKind(expression, scope)
  if (isLeaf(expression)) return kernel
  const { catalog } = scope.compilation.environment
  return isRowConstant(expression, scope.layout, catalog) ? onceForAllRows(kernel) : kernel
}

function isLeaf(expression: Expression): boolean {
  return (
    expression.kind === 'constant' ||
    expression.kind === 'column' ||
    expression.kind === 'parameter'
  )
}

function compileKind(expression: Expression, scope: Scope): Kernel {
  switch (expression.kind) {
    case 'constant':
      return compileConstant(expression, scope)
    case 'column':
      return compileColumn(expression, scope)
    case 'parameter':
      return compileParameter(expression, scope)
    case 'placeholder':
      return compilePlaceholder(scope)
    case 'call':
      return compileCall(expression, scope, compile)
    case 'relabel':
      return compileRelabel(expression, scope, compile)
    case 'coerceViaIo':
      return compileCoerceViaIo(expression, scope, compile)
    case 'arrayCoerce':
      return compileArrayCoerce(expression, scope, compile)
    case 'coerceToDomain':
      return compileCoerceToDomain(expression, scope, compile)
    case 'and':
    case 'or':
      return compileLogic(expression, scope, compile)
    case 'not':
      return compileNot(expression, scope, compile)
    case 'nullTest':
      return compileNullTest(expression, scope, compile)
    case 'booleanTest':
      return compileBooleanTest(expression, scope, compile)
    case 'distinctTest':
      return compileDistinctTest(expression, scope, compile)
    default:
      return compileComposed(expression, scope)
  }
}

type Composed = Extract<
  Expression,
  {
    kind:
      | 'case'
      | 'coalesce'
      | 'nullIf'
      | 'minMax'
      | 'array'
      | 'row'
      | 'rowCompare'
      | 'field'
      | 'subscript'
      | 'assign'
      | 'arrayComparison'
      | 'sqlValue'
      | 'subquery'
  }
>

function compileComposed(expression: Composed, scope: Scope): Kernel {
  switch (expression.kind) {
    case 'case':
      return compileCase(expression, scope, compile)
    case 'coalesce':
      return compileCoalesce(expression, scope, compile)
    case 'nullIf':
      return compileNullIf(expression, scope, compile)
    case 'minMax':
      return compileMinMax(expression, scope, compile)
    case 'array':
      return compileArray(expression, scope, compile)
    case 'row':
      return compileRow(expression, scope, compile)
    case 'rowCompare':
      return compileRowCompare(expression, scope, compile)
    case 'field':
      return compileField(expression, scope, compile)
    case 'subscript':
      return compileSubscript(expression, scope, compile)
    case 'assign':
      return compileAssign(expression, scope, compile)
    case 'arrayComparison':
      return compileArrayComparison(expression, scope, compile)
    case 'sqlValue':
      return compileSqlValue(expression, scope)
    case 'subquery':
      throw new AssertionError('sub-queries are hoisted into apply nodes before execution')
    default:
      return unreachable(expression)
  }
}

function compilePlaceholder(scope: Scope): Kernel {
  const { placeholder } = scope
  if (placeholder === undefined) throw new AssertionError('a placeholder stands for a value')
  return (batch) => batch.columns[placeholder]
}
