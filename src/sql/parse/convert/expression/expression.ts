/**
 * Raw expression nodes → expressions. Literals and column references come first and by hand: a
 * multi-row INSERT is thousands of them. Everything else goes through the table.
 */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type {
  ColumnReference,
  Expression,
  IndirectionStep,
  SqlValueFunction,
  SubqueryExpression,
} from '../../ast/expression.ts'
import { qualifiedName, typeName } from '../common.ts'
import { convertQuery } from '../query/select.ts'
import { asKind, fromEnum, kindOf, onlyKind, required, stringValue } from '../raw-node.ts'
import type { Node, Raw, RawKind } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { functionCall } from './function-call.ts'
import { JSON_CONVERTERS } from './json.ts'
import { boolExpression, operatorExpression } from './operator.ts'

export type ExpressionConverters = {
  readonly [K in RawKind]?: (node: Raw<K>, source: SourceText) => Expression
}
type AnyConverter = (node: unknown, source: SourceText) => Expression

/**
 * Made on first use: json.ts imports this module, so its table may not exist yet while this one
 * loads.
 */
let converters: ExpressionConverters | undefined

export function convertExpression(node: Node | undefined, source: SourceText): Expression {
  const constant = asKind(node, 'A_Const')
  if (constant !== undefined) return literal(constant, source)
  const column = asKind(node, 'ColumnRef')
  if (column !== undefined) return columnReference(column, source)
  const present = required(node, 'an expression')
  const kind = kindOf(present)
  // The table's type ties each converter to its kind; the lookup by a variable kind loses that tie.
  converters ??= { ...PLAIN_CONVERTERS, ...JSON_CONVERTERS }
  const convert = converters[kind] as AnyConverter | undefined
  if (convert === undefined) throw unsupported(kind)
  return convert(asKind(present, kind), source)
}

export function optionalExpression(
  node: Node | undefined,
  source: SourceText,
): Expression | undefined {
  return node === undefined ? undefined : convertExpression(node, source)
}

export function convertExpressions(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): Expression[] {
  if (nodes === undefined) return []
  const expressions: Expression[] = []
  for (const node of nodes) expressions.push(convertExpression(node, source))
  return expressions
}

export function literal(node: raw.A_Const, source: SourceText): Expression {
  const position = source.position(node.location)
  if (node.ival !== undefined) return { kind: 'integer', value: node.ival.ival ?? 0, position }
  if (node.sval !== undefined) return { kind: 'string', value: node.sval.sval ?? '', position }
  if (node.fval !== undefined) return { kind: 'number', text: node.fval.fval ?? '0', position }
  if (node.boolval !== undefined) {
    return { kind: 'boolean', value: node.boolval.boolval ?? false, position }
  }
  if (node.bsval !== undefined) {
    const text = node.bsval.bsval ?? 'b'
    const base = text.startsWith('x') ? 'hexadecimal' : 'binary'
    return { kind: 'bits', base, digits: text.slice(1), position }
  }
  return { kind: 'null', position }
}

export function columnReference(node: raw.ColumnRef, source: SourceText): ColumnReference {
  const parts: string[] = []
  let star = false
  for (const field of node.fields ?? []) {
    const name = asKind(field, 'String')
    if (name === undefined) star = true
    else parts.push(name.sval ?? '')
  }
  return { kind: 'column', parts, star, position: source.position(node.location) }
}

/** .field, .*, [index], [lower:upper] */
export function indirectionSteps(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): IndirectionStep[] {
  return (nodes ?? []).map((node): IndirectionStep => {
    const indices = asKind(node, 'A_Indices')
    if (indices?.is_slice) {
      return {
        kind: 'slice',
        lower: optionalExpression(indices.lidx, source),
        upper: optionalExpression(indices.uidx, source),
      }
    }
    if (indices) return { kind: 'index', index: convertExpression(indices.uidx, source) }
    if (asKind(node, 'A_Star')) return { kind: 'star' }
    return { kind: 'field', name: stringValue(node) }
  })
}

const SUBQUERY_FORMS = {
  EXISTS_SUBLINK: 'exists',
  ALL_SUBLINK: 'all',
  ANY_SUBLINK: 'any',
  EXPR_SUBLINK: 'scalar',
  ARRAY_SUBLINK: 'array',
} as const

function subquery(node: raw.SubLink, source: SourceText): SubqueryExpression {
  const form = fromEnum(
    SUBQUERY_FORMS,
    node.subLinkType as keyof typeof SUBQUERY_FORMS,
    'sub-query',
  )
  // test IN (SELECT …) is = ANY (SELECT …), and the only form that leaves the operator out.
  const isIn = form === 'any' && node.operName === undefined
  return {
    kind: 'subquery',
    form,
    query: convertQuery(onlyKind(node.subselect, 'SelectStmt'), source),
    test: optionalExpression(node.testexpr, source),
    operator: isIn
      ? { schema: undefined, name: '=' }
      : node.operName && qualifiedName(node.operName),
    isIn,
    position: source.position(node.location),
  }
}

function caseExpression(node: raw.CaseExpr, source: SourceText): Expression {
  return {
    kind: 'case',
    operand: optionalExpression(node.arg, source),
    branches: (node.args ?? []).map((arg) => {
      const branch = onlyKind(arg, 'CaseWhen')
      return {
        when: convertExpression(branch.expr, source),
        then: convertExpression(branch.result, source),
        position: source.position(branch.location),
      }
    }),
    otherwise: optionalExpression(node.defresult, source),
    position: source.position(node.location),
  }
}

const SQL_VALUES: { readonly [name: string]: SqlValueFunction['name'] } = {
  CURRENT_DATE: 'current_date',
  CURRENT_TIME: 'current_time',
  CURRENT_TIMESTAMP: 'current_timestamp',
  LOCALTIME: 'localtime',
  LOCALTIMESTAMP: 'localtimestamp',
  CURRENT_ROLE: 'current_role',
  CURRENT_USER: 'current_user',
  USER: 'user',
  SESSION_USER: 'session_user',
  CURRENT_CATALOG: 'current_catalog',
  CURRENT_SCHEMA: 'current_schema',
}

function sqlValue(node: raw.SQLValueFunction, source: SourceText): Expression {
  const operation = required(node.op, 'the function')
  const hasPrecision = operation.endsWith('_N')
  const name = operation.replace(/^SVFOP_/, '').replace(/_N$/, '')
  return {
    kind: 'sqlValue',
    name: fromEnum(SQL_VALUES, name, 'function'),
    precision: hasPrecision ? (node.typmod ?? 0) : undefined,
    position: source.position(node.location),
  }
}

const BOOLEAN_TESTS = {
  IS_TRUE: { test: 'true', negated: false },
  IS_NOT_TRUE: { test: 'true', negated: true },
  IS_FALSE: { test: 'false', negated: false },
  IS_NOT_FALSE: { test: 'false', negated: true },
  IS_UNKNOWN: { test: 'unknown', negated: false },
  IS_NOT_UNKNOWN: { test: 'unknown', negated: true },
} as const

const PLAIN_CONVERTERS: ExpressionConverters = {
  A_Const: literal,
  ColumnRef: columnReference,
  A_Expr: operatorExpression,
  BoolExpr: boolExpression,
  FuncCall: functionCall,
  SubLink: subquery,
  CaseExpr: caseExpression,
  SQLValueFunction: sqlValue,
  ParamRef: (node, source) => ({
    kind: 'parameter',
    number: node.number ?? 0,
    position: source.position(node.location),
  }),
  TypeCast: (node, source) => ({
    kind: 'cast',
    operand: convertExpression(node.arg, source),
    type: typeName(node.typeName, source),
    position: source.position(node.location),
  }),
  CollateClause: (node, source) => ({
    kind: 'collate',
    operand: convertExpression(node.arg, source),
    collation: qualifiedName(node.collname),
    position: source.position(node.location),
  }),
  NullTest: (node, source) => ({
    kind: 'nullTest',
    operand: convertExpression(node.arg, source),
    negated: node.nulltesttype === 'IS_NOT_NULL',
    position: source.position(node.location),
  }),
  BooleanTest: (node, source) => ({
    kind: 'booleanTest',
    operand: convertExpression(node.arg, source),
    ...fromEnum(BOOLEAN_TESTS, node.booltesttype, 'test'),
    position: source.position(node.location),
  }),
  CoalesceExpr: (node, source) => ({
    kind: 'coalesce',
    args: convertExpressions(node.args, source),
    position: source.position(node.location),
  }),
  MinMaxExpr: (node, source) => ({
    kind: 'minMax',
    operation: node.op === 'IS_LEAST' ? 'least' : 'greatest',
    args: convertExpressions(node.args, source),
    position: source.position(node.location),
  }),
  RowExpr: (node, source) => ({
    kind: 'row',
    fields: convertExpressions(node.args, source),
    explicit: node.row_format !== 'COERCE_IMPLICIT_CAST',
    position: source.position(node.location),
  }),
  A_ArrayExpr: (node, source) => ({
    kind: 'array',
    elements: convertExpressions(node.elements, source),
    position: source.position(node.location),
  }),
  A_Indirection: (node, source) => {
    const operand = convertExpression(node.arg, source)
    const steps = indirectionSteps(node.indirection, source)
    return { kind: 'indirection', operand, steps, position: operand.position }
  },
  NamedArgExpr: (node, source) => ({
    kind: 'namedArgument',
    name: node.name ?? '',
    value: convertExpression(node.arg, source),
    position: source.position(node.location),
  }),
  GroupingFunc: (node, source) => ({
    kind: 'grouping',
    args: convertExpressions(node.args, source),
    position: source.position(node.location),
  }),
  CurrentOfExpr: (node) => ({ kind: 'currentOf', cursor: node.cursor_name ?? '' }),
  SetToDefault: (node, source) => ({ kind: 'default', position: source.position(node.location) }),
  MergeSupportFunc: (node, source) => ({
    kind: 'mergeAction',
    position: source.position(node.location),
  }),
  XmlExpr: (node, source) => {
    throw unsupported('XML', source.position(node.location))
  },
  XmlSerialize: (node, source) => {
    throw unsupported('XML', source.position(node.location))
  },
}
