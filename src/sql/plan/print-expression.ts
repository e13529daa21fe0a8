/** Bound expressions as compact SQL-like text, for plan printouts. Columns are shown as name#id. */
import type { Datum } from '../../storage/vector.ts'
import type { Catalog, Oid } from '../catalog/catalog.ts'
import { BitString, Interval, Numeric, PgArray } from '../types/value-classes.ts'
import type { AggregateCall, Expression, SortKey, WindowCall } from './expression.ts'

export function printExpression(expression: Expression, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const list = (many: readonly Expression[]): string => many.map(show).join(', ')
  switch (expression.kind) {
    case 'constant':
      return `${printDatum(expression.value)}::${typeName(expression.type, catalog)}`
    case 'column':
      return `${expression.name}#${expression.column}`
    case 'parameter':
      return `$${expression.index + 1}::${typeName(expression.type, catalog)}`
    case 'placeholder':
      return 'VALUE'
    case 'call':
      return printCall(expression, catalog)
    case 'relabel':
      return `relabel(${show(expression.input)} as ${typeName(expression.type, catalog)})`
    case 'coerceViaIo':
      return `io(${show(expression.input)} as ${typeName(expression.type, catalog)})`
    case 'arrayCoerce':
      return `each(${show(expression.input)}: ${show(expression.element)})`
    case 'coerceToDomain':
      return `domain(${show(expression.input)} as ${typeName(expression.type, catalog)})`
    case 'and':
      return `(${expression.args.map(show).join(' AND ')})`
    case 'or':
      return `(${expression.args.map(show).join(' OR ')})`
    case 'not':
      return `NOT ${show(expression.input)}`
    case 'nullTest':
      return `${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}NULL`
    case 'booleanTest':
      return `${show(expression.input)} IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()}`
    case 'distinctTest':
      return `(${show(expression.left)} IS ${expression.negated ? 'NOT ' : ''}DISTINCT FROM ${show(expression.right)})`
    case 'coalesce':
      return `coalesce(${list(expression.args)})`
    case 'nullIf':
      return `nullif(${show(expression.left)}, ${show(expression.right)})`
    case 'minMax':
      return `${expression.operation}(${list(expression.args)})`
    default:
      return printCompound(expression, catalog)
  }
}

type Compound = Extract<
  Expression,
  {
    kind:
      | 'case'
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

function printCompound(expression: Compound, catalog: Catalog): string {
  const show = (one: Expression): string => printExpression(one, catalog)
  const list = (many: readonly Expression[]): string => many.map(show).join(', ')
  switch (expression.kind) {
    case 'case': {
      const operand = expression.operand === undefined ? '' : ` ${show(expression.operand)}`
      const branches = expression.branches.map(
        (one) => ` WHEN ${show(one.when)} THEN ${show(one.then)}`,
      )
      return `CASE${operand}${branches.join('')} ELSE ${show(expression.otherwise)} END`
    }
    case 'array':
      return `ARRAY[${list(expression.elements)}]`
    case 'row':
      return `ROW(${list(expression.fields)})`
    case 'rowCompare':
      return `ROW(${list(expression.left)}) ${expression.operation} ROW(${list(expression.right)})`
    case 'field':
      return `(${show(expression.input)}).${expression.index}`
    case 'subscript':
    case 'assign': {
      const bounds = expression.upper.map((upper, i) => {
        const to = upper === null ? '' : show(upper)
        if (expression.lower === undefined) return `[${to}]`
        const from = expression.lower[i]
        return `[${from === null || from === undefined ? '' : show(from)}:${to}]`
      })
      const part = `${show(expression.input)}${bounds.join('')}`
      if (expression.kind === 'subscript') return part
      const field = expression.field === undefined ? '' : `.${expression.field}`
      return `set(${part}${field} := ${show(expression.value)})`
    }
    case 'arrayComparison': {
      const operator = catalog.operator(expression.operator)?.name ?? '?'
      const quantifier = expression.quantifier.toUpperCase()
      return `(${show(expression.left)} ${operator} ${quantifier} ${show(expression.array)})`
    }
    case 'sqlValue':
      return expression.name.toUpperCase()
    case 'subquery': {
      const test = expression.test === undefined ? '' : ` ${show(expression.test)}`
      return `subquery ${expression.form}${test}`
    }
  }
}

function printCall(call: Expression & { readonly kind: 'call' }, catalog: Catalog): string {
  const args = call.args.map((arg) => printExpression(arg, catalog))
  const operator = call.operator === undefined ? undefined : catalog.operator(call.operator)?.name
  if (operator !== undefined) {
    const [left = '', right] = args
    return right === undefined ? `(${operator} ${left})` : `(${left} ${operator} ${right})`
  }
  const name = catalog.proc(call.procedure)?.name ?? String(call.procedure)
  return `${name}(${args.join(', ')})`
}

export function printAggregate(call: AggregateCall | WindowCall, catalog: Catalog): string {
  const args = call.args.map((arg) => printExpression(arg, catalog)).join(', ')
  const distinct = call.kind === 'aggregate' && call.distinct ? 'DISTINCT ' : ''
  const keys = call.kind === 'aggregate' ? call.orderBy : []
  const order = keys.length === 0 ? '' : ` ORDER BY ${printSortKeys(keys, catalog)}`
  const filter =
    call.filter === undefined ? '' : ` FILTER (${printExpression(call.filter, catalog)})`
  return `${call.signature}: (${distinct}${args}${order})${filter}`
}

export function printSortKeys(keys: readonly SortKey[], catalog: Catalog): string {
  return keys
    .map((key) => {
      const direction = key.descending ? ' DESC' : ''
      const nulls =
        key.nullsFirst === key.descending ? '' : ' NULLS ' + (key.nullsFirst ? 'FIRST' : 'LAST')
      return `${printExpression(key.expression, catalog)}${direction}${nulls}`
    })
    .join(', ')
}

function typeName(type: Oid, catalog: Catalog): string {
  return catalog.type(type).name
}

function printDatum(value: Datum | null): string {
  if (value === null) return 'NULL'
  if (typeof value !== 'object') return typeof value === 'string' ? `'${value}'` : String(value)
  if (value instanceof Numeric) return value.special ?? `${value.unscaled}e-${value.scale}`
  if (value instanceof Interval) return `${value.months}mon ${value.days}d ${value.micros}us`
  if (value instanceof BitString) return `B'${value.bits}'`
  if (value instanceof PgArray) return `{${value.elements.map(printDatum).join(',')}}`
  return value.constructor.name
}
