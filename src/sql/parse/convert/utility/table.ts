/** CREATE TABLE and CREATE TABLE AS. */
import type * as raw from '@pgsql/types'
import type {
  CreateTableAsStatement,
  CreateTableStatement,
  LikeClause,
  LikeOption,
  PartitionBound,
  PartitionBy,
  TableElement,
} from '../../ast/table.ts'
import { optionalQualifiedName, options, relationName, relationNames, typeName } from '../common.ts'
import { convertExpressions, optionalExpression } from '../expression/expression.ts'
import { intoTarget, onCommitAction, persistence, queryNode } from '../query/select.ts'
import { asKind, fromEnum, onlyKind, required } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { columnDefinition, tableConstraint } from './constraint.ts'
import { executeStatement } from './prepared.ts'

export function createTable(node: raw.CreateStmt, source: SourceText): CreateTableStatement {
  return {
    kind: 'createTable',
    relation: relationName(node.relation, source),
    persistence: persistence(node.relation),
    ifNotExists: node.if_not_exists ?? false,
    elements: (node.tableElts ?? []).map((element) => tableElement(element, source)),
    inherits: relationNames(node.inhRelations, source),
    partitionBound: node.partbound && partitionBound(node.partbound, source),
    partitionBy: node.partspec && partitionBy(node.partspec, source),
    ofType: node.ofTypename && typeName(node.ofTypename, source),
    options: options(node.options, source),
    onCommit: onCommitAction(node.oncommit),
    tablespace: node.tablespacename,
    accessMethod: node.accessMethod,
  }
}

function tableElement(node: Node, source: SourceText): TableElement {
  const column = asKind(node, 'ColumnDef')
  if (column) return columnDefinition(column, source)
  const like = asKind(node, 'TableLikeClause')
  if (like) return likeClause(like, source)
  return tableConstraint(onlyKind(node, 'Constraint'), source)
}

/** PostgreSQL's CREATE_TABLE_LIKE_… bits, from the lowest. */
const LIKE_OPTIONS: readonly LikeOption[] = [
  'comments',
  'compression',
  'constraints',
  'defaults',
  'generated',
  'identity',
  'indexes',
  'statistics',
  'storage',
]

function likeClause(node: raw.TableLikeClause, source: SourceText): LikeClause {
  const bits = node.options ?? 0
  const relation = relationName(node.relation, source)
  const including = LIKE_OPTIONS.filter((_, bit) => (bits & (1 << bit)) !== 0)
  return { kind: 'like', relation, including, position: relation.position }
}

const STRATEGIES = {
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_HASH: 'hash',
} as const

function partitionBy(node: raw.PartitionSpec, source: SourceText): PartitionBy {
  return {
    strategy: fromEnum(STRATEGIES, node.strategy, 'partitioning'),
    keys: (node.partParams ?? []).map((param) => {
      const key = onlyKind(param, 'PartitionElem')
      return {
        column: key.name,
        expression: optionalExpression(key.expr, source),
        collation: optionalQualifiedName(key.collation),
        operatorClass: optionalQualifiedName(key.opclass),
        position: source.position(key.location),
      }
    }),
    position: source.position(node.location),
  }
}

export function partitionBound(node: raw.PartitionBoundSpec, source: SourceText): PartitionBound {
  const position = source.position(node.location)
  if (node.is_default) return { kind: 'default', position }
  if (node.strategy === 'l') {
    return { kind: 'list', values: convertExpressions(node.listdatums, source), position }
  }
  if (node.strategy === 'h') {
    return { kind: 'hash', modulus: node.modulus ?? 0, remainder: node.remainder ?? 0, position }
  }
  return {
    kind: 'range',
    lower: convertExpressions(node.lowerdatums, source),
    upper: convertExpressions(node.upperdatums, source),
    position,
  }
}

export function createTableAs(
  node: raw.CreateTableAsStmt,
  source: SourceText,
): CreateTableAsStatement {
  const into = required(node.into, 'the target')
  const execute = asKind(node.query, 'ExecuteStmt')
  return {
    kind: 'createTableAs',
    objectType: node.objtype === 'OBJECT_MATVIEW' ? 'materializedView' : 'table',
    into: intoTarget(into, source),
    query: execute ? executeStatement(execute, source) : queryNode(node.query, source),
    ifNotExists: node.if_not_exists ?? false,
    withoutData: into.skipData ?? false,
  }
}
