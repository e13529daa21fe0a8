/** EXPLAIN, COPY, LOCK, TRUNCATE, VACUUM and the like. */
import type * as raw from '@pgsql/types'
import type { LockStatement, ReindexStatement } from '../../ast/utility.ts'
import { isCascade, options, relationName, relationNames } from '../common.ts'
import { optionalExpression } from '../expression/expression.ts'
import { fromEnum, onlyKind, stringValues } from '../raw-node.ts'
import type { StatementConverters } from '../statement.ts'
import { convertStatement, convertStatementNode } from '../statement.ts'

/** By PostgreSQL's lock numbers, from 1. */
const LOCK_MODES: readonly LockStatement['mode'][] = [
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
]

const REINDEX_TARGETS: Record<raw.ReindexObjectType, ReindexStatement['target']> = {
  REINDEX_OBJECT_INDEX: 'index',
  REINDEX_OBJECT_TABLE: 'table',
  REINDEX_OBJECT_SCHEMA: 'schema',
  REINDEX_OBJECT_SYSTEM: 'system',
  REINDEX_OBJECT_DATABASE: 'database',
}

export const MAINTENANCE_CONVERTERS: StatementConverters = {
  ExplainStmt: (node, source) => ({
    kind: 'explain',
    options: options(node.options, source),
    statement: convertStatementNode(node.query, source),
  }),
  CopyStmt: (node, source) => ({
    kind: 'copy',
    relation: node.relation && relationName(node.relation, source),
    query: node.query && convertStatement(node.query, source),
    columns: stringValues(node.attlist),
    direction: node.is_from ? 'from' : 'to',
    isProgram: node.is_program ?? false,
    filename: node.filename,
    options: options(node.options, source),
    where: optionalExpression(node.whereClause, source),
  }),
  LockStmt: (node, source) => ({
    kind: 'lock',
    relations: relationNames(node.relations, source),
    mode: LOCK_MODES[(node.mode ?? 0) - 1] ?? 'access exclusive',
    nowait: node.nowait ?? false,
  }),
  TruncateStmt: (node, source) => ({
    kind: 'truncate',
    relations: relationNames(node.relations, source),
    restartIdentity: node.restart_seqs ?? false,
    cascade: isCascade(node.behavior),
  }),
  VacuumStmt: (node, source) => ({
    kind: 'vacuum',
    command: node.is_vacuumcmd ? 'vacuum' : 'analyze',
    options: options(node.options, source),
    relations: (node.rels ?? []).map((item) => {
      const { relation, va_cols } = onlyKind(item, 'VacuumRelation')
      return { relation: relationName(relation, source), columns: stringValues(va_cols) }
    }),
  }),
  ReindexStmt: (node, source) => ({
    kind: 'reindex',
    target: fromEnum(REINDEX_TARGETS, node.kind ?? 'REINDEX_OBJECT_INDEX', 'REINDEX'),
    relation: node.relation && relationName(node.relation, source),
    name: node.name,
    options: options(node.params, source),
  }),
  ClusterStmt: (node, source) => ({
    kind: 'cluster',
    relation: node.relation && relationName(node.relation, source),
    index: node.indexname,
    options: options(node.params, source),
  }),
  CheckPointStmt: () => ({ kind: 'checkpoint' }),
  LoadStmt: (node) => ({ kind: 'load', filename: node.filename ?? '' }),
}
