/** What stands in FROM: tables, sub-selects, functions, joins, samples, JSON_TABLE. */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type { JsonPathSpec, JsonTable, JsonTableColumn } from '../../ast/json.ts'
import type {
  Alias,
  ColumnTyping,
  FromItem,
  FunctionReference,
  JoinReference,
  TableReference,
} from '../../ast/select.ts'
import { collationName, qualifiedName, relationName, typeName } from '../common.ts'
import {
  convertExpression,
  convertExpressions,
  optionalExpression,
} from '../expression/expression.ts'
import {
  jsonBehavior,
  jsonFormat,
  jsonPassing,
  jsonQuotes,
  jsonValue,
  jsonWrapper,
} from '../expression/json.ts'
import { fromEnum, kindOf, listItems, onlyKind, required, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { queryNode } from './select.ts'

export function fromItems(nodes: readonly Node[] | undefined, source: SourceText): FromItem[] {
  return (nodes ?? []).map((node) => fromItem(node, source))
}

export function fromItem(node: Node | undefined, source: SourceText): FromItem {
  const item = required(node, 'a FROM item')
  const kind = kindOf(item)
  switch (kind) {
    case 'RangeVar':
      return tableReference(onlyKind(item, kind), source)
    case 'JoinExpr':
      return joinReference(onlyKind(item, kind), source)
    case 'RangeSubselect': {
      const { subquery, lateral, alias: name } = onlyKind(item, kind)
      const query = queryNode(subquery, source)
      return { kind: 'subselect', query, lateral: lateral ?? false, alias: alias(name) }
    }
    case 'RangeFunction':
      return functionReference(onlyKind(item, kind), source)
    case 'RangeTableSample': {
      const sample = onlyKind(item, kind)
      return {
        kind: 'sample',
        item: fromItem(sample.relation, source),
        method: qualifiedName(sample.method),
        args: convertExpressions(sample.args, source),
        repeatable: optionalExpression(sample.repeatable, source),
        position: source.position(sample.location),
      }
    }
    case 'JsonTable':
      return jsonTable(onlyKind(item, kind), source)
    default:
      throw unsupported(kind === 'RangeTableFunc' ? 'XMLTABLE' : kind)
  }
}

export function alias(node: raw.Alias | undefined): Alias | undefined {
  if (node === undefined) return undefined
  return { name: node.aliasname ?? '', columns: stringValues(node.colnames) }
}

export function tableReference(node: raw.RangeVar | undefined, source: SourceText): TableReference {
  const table = required(node, 'a table')
  return {
    kind: 'table',
    relation: relationName(table, source),
    only: !table.inh,
    alias: alias(table.alias),
    position: source.position(table.location),
  }
}

const JOIN_TYPES = {
  JOIN_INNER: 'inner',
  JOIN_LEFT: 'left',
  JOIN_RIGHT: 'right',
  JOIN_FULL: 'full',
} as const

function joinReference(node: raw.JoinExpr, source: SourceText): JoinReference {
  return {
    kind: 'join',
    type: fromEnum(JOIN_TYPES, node.jointype as keyof typeof JOIN_TYPES, 'join'),
    natural: node.isNatural ?? false,
    left: fromItem(node.larg, source),
    right: fromItem(node.rarg, source),
    using: node.usingClause && stringValues(node.usingClause),
    usingAlias: alias(node.join_using_alias),
    on: optionalExpression(node.quals, source),
    alias: alias(node.alias),
  }
}

/** Each function is a list of two: the call, and its column definitions (an empty node without). */
function functionReference(node: raw.RangeFunction, source: SourceText): FunctionReference {
  return {
    kind: 'function',
    functions: (node.functions ?? []).map((entry) => {
      const [call, definitions] = listItems(entry)
      return {
        call: convertExpression(call, source),
        columnDefinitions: columnTypings(listItems(definitions), source),
      }
    }),
    rowsFrom: node.is_rowsfrom ?? false,
    withOrdinality: node.ordinality ?? false,
    lateral: node.lateral ?? false,
    alias: alias(node.alias),
    columnDefinitions: columnTypings(node.coldeflist, source),
  }
}

function columnTypings(nodes: readonly Node[] | undefined, source: SourceText): ColumnTyping[] {
  return (nodes ?? []).map((node) => {
    const column = onlyKind(node, 'ColumnDef')
    return {
      name: column.colname ?? '',
      type: typeName(column.typeName, source),
      collation: collationName(column.collClause),
      position: source.position(column.location),
    }
  })
}

function jsonTable(node: raw.JsonTable, source: SourceText): JsonTable {
  return {
    kind: 'jsonTable',
    lateral: node.lateral ?? false,
    context: jsonValue(node.context_item, source),
    path: jsonPathSpec(required(node.pathspec, 'a path'), source),
    passing: jsonPassing(node.passing, source),
    columns: jsonTableColumns(node.columns, source),
    onError: jsonBehavior(node.on_error, source),
    alias: alias(node.alias),
    position: source.position(node.location),
  }
}

function jsonPathSpec(node: raw.JsonTablePathSpec, source: SourceText): JsonPathSpec {
  return {
    path: convertExpression(node.string, source),
    name: node.name,
    position: source.position(node.location),
  }
}

const JSON_COLUMN_KINDS = {
  JTC_REGULAR: 'regular',
  JTC_EXISTS: 'exists',
  JTC_FORMATTED: 'formatted',
} as const

function jsonTableColumns(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): JsonTableColumn[] {
  return (nodes ?? []).map((node): JsonTableColumn => {
    const column = onlyKind(node, 'JsonTableColumn')
    const position = source.position(column.location)
    const name = column.name ?? ''
    if (column.coltype === 'JTC_FOR_ORDINALITY') return { kind: 'ordinality', name, position }
    const path = column.pathspec && jsonPathSpec(column.pathspec, source)
    if (column.coltype === 'JTC_NESTED') {
      const columns = jsonTableColumns(column.columns, source)
      return { kind: 'nested', path: required(path, 'a path'), columns, position }
    }
    return {
      kind: fromEnum(JSON_COLUMN_KINDS, column.coltype, 'JSON_TABLE column'),
      name,
      type: typeName(column.typeName, source),
      path,
      format: jsonFormat(column.format, source),
      wrapper: jsonWrapper(column.wrapper),
      quotes: jsonQuotes(column.quotes),
      onEmpty: jsonBehavior(column.on_empty, source),
      onError: jsonBehavior(column.on_error, source),
      position,
    }
  })
}
