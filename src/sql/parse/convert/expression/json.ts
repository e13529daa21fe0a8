/** SQL/JSON constructors and query functions, and the parts they share with JSON_TABLE. */
import type * as raw from '@pgsql/types'
import type {
  IsJson,
  JsonBehavior,
  JsonFormat,
  JsonFunction,
  JsonKeyValue,
  JsonPassing,
  JsonQuotes,
  JsonReturning,
  JsonValueInput,
  JsonWrapper,
} from '../../ast/json.ts'
import { typeName } from '../common.ts'
import { convertQuery } from '../query/select.ts'
import { sortItems } from '../query/sort-item.ts'
import { windowDefinition } from '../query/window.ts'
import { fromEnum, onlyKind, required } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { convertExpression, optionalExpression } from './expression.ts'
import type { ExpressionConverters } from './expression.ts'

const FORMAT_TYPES = {
  JS_FORMAT_DEFAULT: 'default',
  JS_FORMAT_JSON: 'json',
  JS_FORMAT_JSONB: 'jsonb',
} as const
const ENCODINGS = {
  JS_ENC_DEFAULT: 'default',
  JS_ENC_UTF8: 'utf8',
  JS_ENC_UTF16: 'utf16',
  JS_ENC_UTF32: 'utf32',
} as const
const WRAPPERS: Record<raw.JsonWrapper, JsonWrapper> = {
  JSW_UNSPEC: 'unspecified',
  JSW_NONE: 'none',
  JSW_CONDITIONAL: 'conditional',
  JSW_UNCONDITIONAL: 'unconditional',
}
const QUOTES: Record<raw.JsonQuotes, JsonQuotes> = {
  JS_QUOTES_UNSPEC: 'unspecified',
  JS_QUOTES_KEEP: 'keep',
  JS_QUOTES_OMIT: 'omit',
}
const BEHAVIORS: Record<raw.JsonBehaviorType, JsonBehavior['type']> = {
  JSON_BEHAVIOR_NULL: 'null',
  JSON_BEHAVIOR_ERROR: 'error',
  JSON_BEHAVIOR_EMPTY: 'empty',
  JSON_BEHAVIOR_TRUE: 'true',
  JSON_BEHAVIOR_FALSE: 'false',
  JSON_BEHAVIOR_UNKNOWN: 'unknown',
  JSON_BEHAVIOR_EMPTY_ARRAY: 'emptyArray',
  JSON_BEHAVIOR_EMPTY_OBJECT: 'emptyObject',
  JSON_BEHAVIOR_DEFAULT: 'default',
}
const ITEM_TYPES: Record<raw.JsonValueType, IsJson['type']> = {
  JS_TYPE_ANY: 'any',
  JS_TYPE_OBJECT: 'object',
  JS_TYPE_ARRAY: 'array',
  JS_TYPE_SCALAR: 'scalar',
}
const FUNCTIONS: { readonly [K in raw.JsonExprOp]?: JsonFunction['function'] } = {
  JSON_EXISTS_OP: 'exists',
  JSON_QUERY_OP: 'query',
  JSON_VALUE_OP: 'value',
}

export function jsonFormat(node: raw.JsonFormat | undefined, source: SourceText): JsonFormat {
  return {
    type: fromEnum(FORMAT_TYPES, node?.format_type ?? 'JS_FORMAT_DEFAULT', 'JSON format'),
    encoding: fromEnum(ENCODINGS, node?.encoding ?? 'JS_ENC_DEFAULT', 'JSON encoding'),
    position: node === undefined ? undefined : source.position(node.location),
  }
}

export function jsonValue(node: raw.JsonValueExpr | undefined, source: SourceText): JsonValueInput {
  const value = required(node, 'a JSON value')
  return {
    expression: convertExpression(value.raw_expr, source),
    format: jsonFormat(value.format, source),
  }
}

function jsonReturning(
  output: raw.JsonOutput | undefined,
  source: SourceText,
): JsonReturning | undefined {
  if (output?.typeName === undefined) return undefined
  return {
    type: typeName(output.typeName, source),
    format: jsonFormat(output.returning?.format, source),
  }
}

export function jsonBehavior(
  node: raw.JsonBehavior | undefined,
  source: SourceText,
): JsonBehavior | undefined {
  if (node === undefined) return undefined
  return {
    type: fromEnum(BEHAVIORS, node.btype, 'JSON behavior'),
    expression: optionalExpression(node.expr, source),
    position: source.position(node.location),
  }
}

export function jsonWrapper(wrapper: raw.JsonWrapper | undefined): JsonWrapper {
  return fromEnum(WRAPPERS, wrapper ?? 'JSW_UNSPEC', 'JSON wrapper')
}
export function jsonQuotes(quotes: raw.JsonQuotes | undefined): JsonQuotes {
  return fromEnum(QUOTES, quotes ?? 'JS_QUOTES_UNSPEC', 'JSON quotes')
}

export function jsonPassing(nodes: readonly Node[] | undefined, source: SourceText): JsonPassing[] {
  return (nodes ?? []).map((node) => {
    const argument = onlyKind(node, 'JsonArgument')
    return { name: argument.name ?? '', value: jsonValue(argument.val, source) }
  })
}

function jsonKeyValue(node: raw.JsonKeyValue | undefined, source: SourceText): JsonKeyValue {
  const entry = required(node, 'a JSON key and value')
  return { key: convertExpression(entry.key, source), value: jsonValue(entry.value, source) }
}

function jsonFunction(node: raw.JsonFuncExpr, source: SourceText): JsonFunction {
  return {
    kind: 'jsonFunction',
    function: fromEnum(FUNCTIONS, node.op, 'JSON function'),
    context: jsonValue(node.context_item, source),
    path: convertExpression(node.pathspec, source),
    passing: jsonPassing(node.passing, source),
    returning: jsonReturning(node.output, source),
    wrapper: jsonWrapper(node.wrapper),
    quotes: jsonQuotes(node.quotes),
    onEmpty: jsonBehavior(node.on_empty, source),
    onError: jsonBehavior(node.on_error, source),
    position: source.position(node.location),
  }
}

/** What the two aggregates share. */
function aggregateParts(node: raw.JsonAggConstructor | undefined, source: SourceText) {
  return {
    returning: jsonReturning(node?.output, source),
    orderBy: sortItems(node?.agg_order, source),
    filter: optionalExpression(node?.agg_filter, source),
    over: node?.over === undefined ? undefined : windowDefinition(node.over, source),
    position: source.position(node?.location),
  }
}

export const JSON_CONVERTERS: ExpressionConverters = {
  JsonFuncExpr: jsonFunction,
  JsonObjectConstructor: (node, source) => ({
    kind: 'jsonObject',
    entries: (node.exprs ?? []).map((entry) =>
      jsonKeyValue(onlyKind(entry, 'JsonKeyValue'), source),
    ),
    absentOnNull: node.absent_on_null ?? false,
    uniqueKeys: node.unique ?? false,
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonArrayConstructor: (node, source) => ({
    kind: 'jsonArray',
    elements: (node.exprs ?? []).map((value) =>
      jsonValue(onlyKind(value, 'JsonValueExpr'), source),
    ),
    absentOnNull: node.absent_on_null ?? false,
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonArrayQueryConstructor: (node, source) => ({
    kind: 'jsonArrayQuery',
    query: convertQuery(onlyKind(node.query, 'SelectStmt'), source),
    format: jsonFormat(node.format, source),
    absentOnNull: node.absent_on_null ?? false,
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonObjectAgg: (node, source) => ({
    kind: 'jsonObjectAggregate',
    entry: jsonKeyValue(node.arg, source),
    absentOnNull: node.absent_on_null ?? false,
    uniqueKeys: node.unique ?? false,
    ...aggregateParts(node.constructor, source),
  }),
  JsonArrayAgg: (node, source) => ({
    kind: 'jsonArrayAggregate',
    value: jsonValue(node.arg, source),
    absentOnNull: node.absent_on_null ?? false,
    ...aggregateParts(node.constructor, source),
  }),
  JsonParseExpr: (node, source) => ({
    kind: 'jsonParse',
    value: jsonValue(node.expr, source),
    uniqueKeys: node.unique_keys ?? false,
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonScalarExpr: (node, source) => ({
    kind: 'jsonScalar',
    operand: convertExpression(node.expr, source),
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonSerializeExpr: (node, source) => ({
    kind: 'jsonSerialize',
    value: jsonValue(node.expr, source),
    returning: jsonReturning(node.output, source),
    position: source.position(node.location),
  }),
  JsonIsPredicate: (node, source) => ({
    kind: 'isJson',
    operand: convertExpression(node.expr, source),
    format: jsonFormat(node.format, source),
    type: fromEnum(ITEM_TYPES, node.item_type ?? 'JS_TYPE_ANY', 'JSON type'),
    uniqueKeys: node.unique_keys ?? false,
    position: source.position(node.location),
  }),
}
