/**
 * Expressions → SQL text, fully parenthesised as PostgreSQL prints stored expressions: `((a + 1) >
 * b)`. Only the text is known here, so the casts that PostgreSQL adds after resolving types
 * ('x'::text) are not.
 */
import { unsupported } from '../../../errors/sql-error.ts'
import type { Expression, IndirectionStep, SubqueryExpression } from '../ast/expression.ts'
import type { QualifiedName } from '../ast/common.ts'
import { writeFunctionCall } from './function-call.ts'
import { needsParentheses } from './pretty.ts'
import { writeQuery } from './query.ts'
import { quoteLiteral, quoteQualifiedName } from './quote.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import { deparseTypeName } from './type-name.ts'
import { DeparseWriter, INDENT } from './writer.ts'

export function deparseExpression(expression: Expression): string {
  const writer = new DeparseWriter(false)
  writeExpression(writer, expression)
  return writer.toString()
}

/** A domain's CHECK, where the name `value` stands for the value under test. */
export function deparseDomainCheck(expression: Expression): string {
  const writer = new DeparseWriter(false, true)
  writeExpression(writer, expression)
  return writer.toString()
}

/** For people: only the parentheses that are needed. */
export function deparsePretty(expression: Expression, isDomainCheck = false): string {
  const writer = new DeparseWriter(false, isDomainCheck, true)
  writeExpression(writer, expression)
  return writer.toString()
}

type Kind = Expression['kind']
type Of<K extends Kind> = Extract<Expression, { kind: K }>
type Writers = { readonly [K in Kind]?: (writer: DeparseWriter, expression: Of<K>) => void }
type AnyWriter = (writer: DeparseWriter, expression: Expression) => void

export function writeExpression(writer: DeparseWriter, expression: Expression): void {
  // The table's type ties each writer to its kind; the lookup by a variable kind loses that tie.
  const write = WRITERS[expression.kind] as AnyWriter | undefined
  if (!write) throw unsupported(`printing an expression of kind ${expression.kind}`)
  write(writer, expression)
}

export function writeExpressions(writer: DeparseWriter, list: readonly Expression[]): void {
  writer.list(list, (item) => writeExpression(writer, item))
}

export function operatorText(operator: QualifiedName): string {
  const isSystem = operator.schema === undefined || operator.schema === 'pg_catalog'
  return isSystem ? operator.name : `OPERATOR(${quoteIdentifier(operator.schema)}.${operator.name})`
}

/** A part of `parent`. What is not pretty brings its parentheses along. */
function operandOf(writer: DeparseWriter, parent: Expression, operand: Expression): void {
  if (writer.isPretty && needsParentheses(operand, parent)) parenthesised(writer, operand)
  else writeExpression(writer, operand)
}

/** The whole of an operator's expression in parentheses, unless it is pretty. */
function enclosed(writer: DeparseWriter, write: () => void): void {
  if (!writer.isPretty) writer.write('(')
  write()
  if (!writer.isPretty) writer.write(')')
}

function binary(
  writer: DeparseWriter,
  parent: Expression,
  left: Expression,
  operator: string,
  right: Expression,
): void {
  enclosed(writer, () => {
    operandOf(writer, parent, left)
    writer.write(` ${operator} `)
    operandOf(writer, parent, right)
  })
}

/** (operand SUFFIX) */
function postfix(
  writer: DeparseWriter,
  parent: Expression,
  operand: Expression,
  suffix: string,
): void {
  enclosed(writer, () => {
    operandOf(writer, parent, operand)
    writer.write(` ${suffix}`)
  })
}

function joined(
  writer: DeparseWriter,
  parent: Expression,
  args: readonly Expression[],
  separator: string,
): void {
  enclosed(writer, () => writer.list(args, (arg) => operandOf(writer, parent, arg), separator))
}

function called(writer: DeparseWriter, name: string, args: readonly Expression[]): void {
  writer.write(`${name}(`)
  writeExpressions(writer, args)
  writer.write(')')
}

function parenthesised(writer: DeparseWriter, expression: Expression): void {
  writer.write('(')
  writeExpression(writer, expression)
  writer.write(')')
}

/** Negative numbers are printed as PostgreSQL does, safe beside any operator. */
function integer(writer: DeparseWriter, { value }: Of<'integer'>): void {
  writer.write(value < 0 ? `'${value}'::integer` : String(value))
}

/** `ANY (ARRAY[…])`, as PostgreSQL stores IN lists. */
function inList(writer: DeparseWriter, { operand, list, negated }: Of<'inList'>): void {
  writer.write('(')
  writeExpression(writer, operand)
  writer.write(negated ? ' <> ALL (ARRAY[' : ' = ANY (ARRAY[')
  writeExpressions(writer, list)
  writer.write(']))')
}

/** BETWEEN is stored as the comparisons it stands for. */
function between(writer: DeparseWriter, expression: Of<'between'>): void {
  const { operand, lower, upper, symmetric, negated } = expression
  const range = (from: Expression, to: Expression): void => {
    writer.write('(')
    binary(writer, expression, operand, negated ? '<' : '>=', from)
    writer.write(negated ? ' OR ' : ' AND ')
    binary(writer, expression, operand, negated ? '>' : '<=', to)
    writer.write(')')
  }
  if (!symmetric) return range(lower, upper)
  writer.write('(')
  range(lower, upper)
  writer.write(negated ? ' AND ' : ' OR ')
  range(upper, lower)
  writer.write(')')
}

function caseExpression(writer: DeparseWriter, expression: Of<'case'>): void {
  const gap = writer.indents ? '' : ' '
  writer.keyword('CASE', 0, INDENT.LIST, 0)
  if (expression.operand) {
    writer.write(' ')
    writeExpression(writer, expression.operand)
  }
  for (const branch of expression.branches) {
    writer.write(gap).keyword('WHEN ', 0, 0, 0)
    writeExpression(writer, branch.when)
    writer.write(' THEN ')
    writeExpression(writer, branch.then)
  }
  if (expression.otherwise) {
    writer.write(gap).keyword('ELSE ', 0, 0, 0)
    writeExpression(writer, expression.otherwise)
  }
  writer.write(gap).keyword('END', -INDENT.LIST, 0, 0)
}

function cast(writer: DeparseWriter, expression: Of<'cast'>): void {
  const { operand, type } = expression
  const isLiteral = operand.kind === 'string' || operand.kind === 'null' || operand.kind === 'bits'
  if (isLiteral) writeExpression(writer, operand)
  else if (writer.isPretty) operandOf(writer, expression, operand)
  else parenthesised(writer, operand)
  writer.write(`::${deparseTypeName(type)}`)
}

function indirection(writer: DeparseWriter, { operand, steps }: Of<'indirection'>): void {
  const isPlain = operand.kind === 'column' || operand.kind === 'parameter'
  const isFieldFirst = steps[0]?.kind === 'field' || steps[0]?.kind === 'star'
  if (isPlain && !isFieldFirst) writeExpression(writer, operand)
  else parenthesised(writer, operand)
  writeSteps(writer, steps)
}

export function writeSteps(writer: DeparseWriter, steps: readonly IndirectionStep[]): void {
  for (const step of steps) {
    if (step.kind === 'field') writer.write(`.${quoteIdentifier(step.name)}`)
    else if (step.kind === 'star') writer.write('.*')
    else {
      writer.write('[')
      if (step.kind === 'index') writeExpression(writer, step.index)
      else {
        if (step.lower) writeExpression(writer, step.lower)
        writer.write(':')
        if (step.upper) writeExpression(writer, step.upper)
      }
      writer.write(']')
    }
  }
}

function subquery(writer: DeparseWriter, expression: SubqueryExpression): void {
  const { form, query, test, operator, isIn } = expression
  const body = (): void => {
    writer.write('(')
    writeQuery(writer, query, false)
    writer.write(')')
  }
  if (form === 'scalar') return body()
  if (form === 'array') {
    writer.write('ARRAY')
    return body()
  }
  writer.write('(')
  if (form === 'exists') writer.write('EXISTS ')
  if (test) writeExpression(writer, test)
  if (isIn) writer.write(' IN ')
  else if (operator) writer.write(` ${operatorText(operator)} ${form === 'any' ? 'ANY' : 'ALL'} `)
  body()
  writer.write(')')
}

const WRITERS: Writers = {
  integer,
  inList,
  between,
  case: caseExpression,
  cast,
  indirection,
  subquery,
  call: writeFunctionCall,
  number: (writer, { text }) => writer.write(text.startsWith('-') ? `'${text}'::numeric` : text),
  string: (writer, { value }) => writer.write(quoteLiteral(value)),
  bits: (writer, { base, digits }) => writer.write(`${base === 'binary' ? 'B' : 'X'}'${digits}'`),
  boolean: (writer, { value }) => writer.write(String(value)),
  null: (writer) => writer.write('NULL'),
  default: (writer) => writer.write('DEFAULT'),
  mergeAction: (writer) => writer.write('MERGE_ACTION()'),
  currentOf: (writer, { cursor }) => writer.write(`CURRENT OF ${quoteIdentifier(cursor)}`),
  parameter: (writer, { number }) => writer.write(`$${number}`),
  column: (writer, { parts, star }) => {
    const isValue = writer.isDomainCheck && parts.length === 1 && parts[0] === 'value'
    const names = isValue ? ['VALUE'] : parts.map(quoteIdentifier)
    writer.write([...names, ...(star ? ['*'] : [])].join('.'))
  },
  binary: (writer, expression) =>
    binary(
      writer,
      expression,
      expression.left,
      operatorText(expression.operator),
      expression.right,
    ),
  unary: (writer, expression) =>
    enclosed(writer, () => {
      writer.write(`${operatorText(expression.operator)} `)
      operandOf(writer, expression, expression.operand)
    }),
  quantified: (writer, expression) =>
    enclosed(writer, () => {
      const { left, operator, quantifier, array } = expression
      operandOf(writer, expression, left)
      writer.write(` ${operatorText(operator)} ${quantifier.toUpperCase()} (`)
      writeExpression(writer, array)
      writer.write(')')
    }),
  distinctFrom: (writer, expression) => {
    const { left, right, negated } = expression
    if (negated) writer.write('(NOT ')
    binary(writer, expression, left, 'IS DISTINCT FROM', right)
    if (negated) writer.write(')')
  },
  nullIf: (writer, { left, right }) => called(writer, 'NULLIF', [left, right]),
  patternMatch: (writer, expression) =>
    binary(writer, expression, expression.operand, expression.operator, expression.pattern),
  and: (writer, expression) => joined(writer, expression, expression.args, ' AND '),
  or: (writer, expression) => joined(writer, expression, expression.args, ' OR '),
  not: (writer, expression) =>
    enclosed(writer, () => {
      writer.write('NOT ')
      operandOf(writer, expression, expression.operand)
    }),
  nullTest: (writer, expression) =>
    postfix(writer, expression, expression.operand, expression.negated ? 'IS NOT NULL' : 'IS NULL'),
  booleanTest: (writer, expression) =>
    postfix(
      writer,
      expression,
      expression.operand,
      `IS ${expression.negated ? 'NOT ' : ''}${expression.test.toUpperCase()}`,
    ),
  namedArgument: (writer, { name, value }) => {
    writer.write(`${quoteIdentifier(name)} => `)
    writeExpression(writer, value)
  },
  collate: (writer, expression) =>
    postfix(
      writer,
      expression,
      expression.operand,
      `COLLATE ${quoteQualifiedName(expression.collation)}`,
    ),
  coalesce: (writer, { args }) => called(writer, 'COALESCE', args),
  minMax: (writer, { operation, args }) => called(writer, operation.toUpperCase(), args),
  grouping: (writer, { args }) => called(writer, 'GROUPING', args),
  row: (writer, { fields, explicit }) =>
    called(writer, explicit || fields.length < 2 ? 'ROW' : '', fields),
  array: (writer, { elements }) => {
    writer.write('ARRAY[')
    writeExpressions(writer, elements)
    writer.write(']')
  },
  sqlValue: (writer, { name, precision }) =>
    writer.write(name.toUpperCase() + (precision === undefined ? '' : `(${precision})`)),
}
