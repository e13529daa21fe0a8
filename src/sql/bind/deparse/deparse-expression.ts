/**
 * Bound expressions back into SQL, in the form pg_get_expr() prints (ruleutils.c): every operator in parentheses, every constant
 * with its type where that is not obvious, implicit casts written out. The text binds again to the same expression, so it
 * is what the catalogs keep for defaults, checks and index expressions.
 */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import type { EvaluationSession } from '../../execute/evaluation-session.ts'
import type { ColumnId, Expression, FunctionCall } from '../../plan/expression.ts'
import type { TypeIo } from '../../types/type-io.ts'
import { deparseConstant, deparseLiteral } from './deparse-constant.ts'

export interface DeparseContext {
  readonly catalog: CatalogSnapshot
  readonly session: EvaluationSession
  readonly io: TypeIo
  readonly searchPath: readonly string[]
  columnName(column: ColumnId): string
}

export function deparseExpression(expression: Expression, context: DeparseContext): string {
  const show = (part: Expression): string => deparseExpression(part, context)
  switch (expression.kind) {
    case 'constant':
      return deparseConstant(expression, context)
    case 'column':
      return quoteIdentifier(context.columnName(expression.column))
    case 'parameter':
      return `$${expression.index + 1}`
    case 'placeholder':
      return 'VALUE'
    case 'call':
      return deparseCall(expression, context)
    case 'relabel':
      return deparseRelabel(expression, context)
    case 'coerceViaIo':
    case 'arrayCoerce':
    case 'coerceToDomain':
      return `(${show(expression.input)})::${typeName(expression, context)}`
    case 'and':
    case 'or':
      return `(${expression.args.map(show).join(expression.kind === 'and' ? ' AND ' : ' OR ')})`
    case 'not':
      return `(NOT ${show(expression.input)})`
    case 'nullTest':
      return `(${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}NULL)`
    case 'booleanTest':
      return `(${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()})`
    case 'distinctTest': {
      const test = expression.negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
      return `(${show(expression.left)} ${test} ${show(expression.right)})`
    }
    default:
      return deparseConstruct(expression, context)
  }
}

/** Another type for the same value, or another collation. */
function deparseRelabel(
  { input, type, typmod, collation }: Extract<Expression, { kind: 'relabel' }>,
  context: DeparseContext,
): string {
  const text = deparseExpression(input, context)
  if (input.type !== type || input.typmod !== typmod || input.collation === collation)
    return `(${text})::${typeName({ type, typmod }, context)}`
  const named = context.catalog.collationName(collation)
  if (named === undefined) throw unsupported('a stored expression with a dropped collation')
  const schema = named.schema === 'pg_catalog' ? '' : `${quoteIdentifier(named.schema)}.`
  return `(${text} COLLATE ${schema}${quoteIdentifier(named.name)})`
}

/** The constructs with a syntax of their own. */
function deparseConstruct(
  expression: Exclude<
    Expression,
    { kind: 'constant' | 'column' | 'parameter' | 'placeholder' | 'call' }
  >,
  context: DeparseContext,
): string {
  const show = (part: Expression): string => deparseExpression(part, context)
  const list = (parts: readonly Expression[]): string => parts.map(show).join(', ')
  switch (expression.kind) {
    case 'case':
      return deparseCase(expression, context)
    case 'coalesce':
      return `COALESCE(${list(expression.args)})`
    case 'nullIf':
      return `NULLIF(${show(expression.left)}, ${show(expression.right)})`
    case 'minMax':
      return `${expression.operation.toUpperCase()}(${list(expression.args)})`
    case 'array':
      return expression.elements.length === 0
        ? `ARRAY[]::${typeName(expression, context)}`
        : `ARRAY[${list(expression.elements)}]`
    case 'row':
      return `ROW(${list(expression.fields)})`
    case 'rowCompare':
      return `(ROW(${list(expression.left)}) ${expression.operation} ROW(${list(expression.right)}))`
    case 'arrayComparison': {
      const operator = context.catalog.operator(expression.operator)?.name ?? '='
      return `(${show(expression.left)} ${operator} ${expression.quantifier.toUpperCase()} (${show(expression.array)}))`
    }
    case 'subscript': {
      const bounds = expression.upper.map((upper, index) => {
        const lower = expression.lower?.[index]
        const text = upper === null ? '' : show(upper)
        if (expression.lower === undefined) return `[${text}]`
        return `[${lower === null || lower === undefined ? '' : show(lower)}:${text}]`
      })
      const isName = expression.input.kind === 'column' || expression.input.kind === 'parameter'
      const input = show(expression.input)
      return `${isName ? input : `(${input})`}${bounds.join('')}`
    }
    case 'sqlValue':
      return expression.name.toUpperCase()
    default:
      throw unsupported(`a stored expression with ${expression.kind}`)
  }
}

function typeName(
  { type, typmod }: { readonly type: Oid; readonly typmod: number },
  context: DeparseContext,
): string {
  return formatTypeName(context.catalog, type, typmod, context.searchPath)
}

function deparseCase(
  expression: Extract<Expression, { kind: 'case' }>,
  context: DeparseContext,
): string {
  const show = (part: Expression): string => deparseExpression(part, context)
  const operand = expression.operand === undefined ? '' : ` ${show(expression.operand)}`
  const branches = expression.branches.map(({ when, then }) => {
    // The simple form keeps only what is compared with the operand.
    const isSimple =
      expression.operand !== undefined &&
      when.kind === 'call' &&
      when.args[0]?.kind === 'placeholder'
    return ` WHEN ${show(isSimple ? when.args[1]! : when)} THEN ${show(then)}`
  })
  return `CASE${operand}${branches.join('')} ELSE ${show(expression.otherwise)} END`
}

function deparseCall(call: FunctionCall, context: DeparseContext): string {
  const { catalog } = context
  const args = call.args.map((arg) => deparseExpression(arg, context))
  const operator = call.operator === undefined ? undefined : catalog.operator(call.operator)
  if (operator !== undefined) {
    const name =
      operator.schema === 'pg_catalog'
        ? operator.name
        : `OPERATOR(${quoteIdentifier(operator.schema)}.${operator.name})`
    return args.length === 1 ? `(${name} ${args[0]})` : `(${args[0]} ${name} ${args[1]})`
  }
  const [first] = call.args
  if (first !== undefined && isCast(call, first.type, catalog))
    return `${castOperand(call, first, context)}::${typeName(call, context)}`
  const proc = catalog.proc(call.procedure)
  if (proc === undefined)
    throw unsupported('a stored expression with a function that does not exist')
  const visible = catalog
    .functionsNamed(undefined, proc.name, context.searchPath)
    .some((p) => p.oid === proc.oid)
  const name = visible
    ? quoteIdentifier(proc.name)
    : `${quoteIdentifier(proc.schema)}.${quoteIdentifier(proc.name)}`
  if (call.variadicArray === true) args[args.length - 1] = `VARIADIC ${args.at(-1)}`
  return `${name}(${args.join(', ')})`
}

/** What is cast to a type with a length: one cast in the text is two here, to the type and to its length. */
function castOperand(call: FunctionCall, operand: Expression, context: DeparseContext): string {
  const isLength = operand.type === call.type
  if (isLength && operand.kind === 'constant' && operand.value !== null && operand.typmod < 0)
    return deparseLiteral(operand, context)
  const inner = isLength && operand.kind === 'relabel' ? operand.input : operand
  return `(${deparseExpression(inner, context)})`
}

/** Conversions between types, and of length within one: pg_cast's functions. */
function isCast(call: FunctionCall, source: Oid, catalog: CatalogSnapshot): boolean {
  return catalog.cast(source, call.type)?.procedure === call.procedure
}
