/** Bound expressions as EXPLAIN shows them: PostgreSQL's way of writing them, columns by what they stand for. */
import type { Catalog, Oid } from '../../catalog/catalog.ts'
import type { Datum } from '../../../storage/vector.ts'
import { printExpression } from '../print-expression.ts'
import type {
  AggregateCall,
  ColumnId,
  Constant,
  Expression,
  SortKey,
  WindowCall,
} from '../expression.ts'

/** What texts are made with. */
export interface TextContext {
  readonly catalog: Catalog
  /** What each column of the plan stands for. */
  readonly names: Map<ColumnId, string>
  /** A value in its type's text form. */
  formatDatum(value: Datum, type: Oid): string
  /** 'integer', 'timestamp with time zone' … */
  formatType(type: Oid): string
}

/** Types whose literals need no quotes and no type (pg_type.oid of int4, numeric). */
const BARE: ReadonlySet<number> = new Set([23, 1700])
const BOOLEAN = 16

export function expressionText(expression: Expression, context: TextContext): string {
  const show = (one: Expression): string => expressionText(one, context)
  const list = (many: readonly Expression[]): string => many.map(show).join(', ')
  switch (expression.kind) {
    case 'constant':
      return constantText(expression, context)
    case 'column':
      return context.names.get(expression.column) ?? expression.name
    case 'parameter':
      return `$${expression.index + 1}`
    case 'call':
      return callText(expression, context)
    case 'relabel':
    case 'coerceViaIo':
    case 'coerceToDomain':
      return `(${show(expression.input)})::${context.formatType(expression.type)}`
    case 'and':
      return `(${expression.args.map(show).join(' AND ')})`
    case 'or':
      return `(${expression.args.map(show).join(' OR ')})`
    case 'not':
      return `(NOT ${show(expression.input)})`
    case 'nullTest':
      return `(${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}NULL)`
    case 'booleanTest':
      return `(${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()})`
    case 'distinctTest':
      return `(${show(expression.left)} IS ${expression.negated ? 'NOT ' : ''}DISTINCT FROM ${show(expression.right)})`
    case 'coalesce':
      return `COALESCE(${list(expression.args)})`
    case 'nullIf':
      return `NULLIF(${show(expression.left)}, ${show(expression.right)})`
    case 'minMax':
      return `${expression.operation.toUpperCase()}(${list(expression.args)})`
    case 'array':
      return `ARRAY[${list(expression.elements)}]`
    case 'row':
      return `ROW(${list(expression.fields)})`
    case 'case': {
      const operand = expression.operand === undefined ? '' : ` ${show(expression.operand)}`
      const branches = expression.branches.map(
        (one) => ` WHEN ${show(one.when)} THEN ${show(one.then)}`,
      )
      return `CASE${operand}${branches.join('')} ELSE ${show(expression.otherwise)} END`
    }
    case 'arrayComparison': {
      const operator = context.catalog.operator(expression.operator)?.name ?? '?'
      return `(${show(expression.left)} ${operator} ${expression.quantifier.toUpperCase()} (${show(expression.array)}))`
    }
    default:
      return printExpression(expression, context.catalog)
  }
}

function constantText({ value, type }: Constant, context: TextContext): string {
  if (value === null) return `NULL::${context.formatType(type)}`
  if (type === BOOLEAN) return value === true ? 'true' : 'false'
  const text = context.formatDatum(value, type)
  if (BARE.has(type) && !text.startsWith('-')) return text
  return `'${text.replaceAll("'", "''")}'::${context.formatType(type)}`
}

function callText(call: Extract<Expression, { kind: 'call' }>, context: TextContext): string {
  const args = call.args.map((arg) => expressionText(arg, context))
  const operator =
    call.operator === undefined ? undefined : context.catalog.operator(call.operator)?.name
  if (operator !== undefined) {
    const [left = '', right] = args
    return right === undefined ? `(${operator} ${left})` : `(${left} ${operator} ${right})`
  }
  const [input] = call.args
  const cast = input && context.catalog.cast(input.type, call.type)
  if (cast?.procedure === call.procedure) return `(${args[0]})::${context.formatType(call.type)}`
  return `${context.catalog.proc(call.procedure)?.name ?? call.procedure}(${args.join(', ')})`
}

export function aggregateText(call: AggregateCall | WindowCall, context: TextContext): string {
  const name = call.signature.slice(0, call.signature.indexOf('('))
  const args = call.args.map((arg) => expressionText(arg, context)).join(', ')
  const isStar = name === 'count' && call.args.length === 0
  const distinct = call.kind === 'aggregate' && call.distinct ? 'DISTINCT ' : ''
  const keys = call.kind === 'aggregate' ? call.orderBy : []
  const order = keys.length === 0 ? '' : ` ORDER BY ${sortKeysText(keys, context)}`
  const filter =
    call.filter === undefined ? '' : ` FILTER (WHERE ${expressionText(call.filter, context)})`
  return `${name}(${distinct}${isStar ? '*' : args}${order})${filter}`
}

export function sortKeysText(keys: readonly SortKey[], context: TextContext): string {
  return keys
    .map(({ expression, descending, nullsFirst }) => {
      const text = expressionText(expression, context)
      const direction = descending ? ' DESC' : ''
      return `${text}${direction}${nullsFirst === descending ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`}`
    })
    .join(', ')
}
