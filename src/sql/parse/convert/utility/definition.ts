/** CREATE and ALTER of indexes, views, sequences, schemas, types, policies, rules. */
import type * as raw from '@pgsql/types'
import { AssertionError, unsupported } from '../../../../errors/sql-error.ts'
import type {
  AlterDomainStatement,
  CreateCastStatement,
  CreateIndexStatement,
  CreatePolicyStatement,
  CreateRuleStatement,
  CreateStatisticsStatement,
  CreateViewStatement,
  DefineStatement,
} from '../../ast/definitions.ts'
import {
  collationName,
  isCascade,
  optionalQualifiedName,
  optionalRoleName,
  options,
  qualifiedName,
  relationName,
  roleNames,
  typeName,
} from '../common.ts'
import { optionalExpression } from '../expression/expression.ts'
import { indexElements } from '../query/modify.ts'
import { persistence, queryNode } from '../query/select.ts'
import { asKind, fromEnum, listItems, onlyKind, required, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import type { StatementConverters } from '../statement.ts'
import { convertStatement } from '../statement.ts'
import { columnDefinition, domainConstraints } from './constraint.ts'
import { functionParameters } from './routine.ts'
import { sequenceOptions } from './sequence-option.ts'

function createIndex(node: raw.IndexStmt, source: SourceText): CreateIndexStatement {
  const elements = indexElements(node.indexIncludingParams, source)
  return {
    kind: 'createIndex',
    name: node.idxname,
    table: relationName(node.relation, source),
    only: !node.relation?.inh,
    unique: node.unique ?? false,
    concurrently: node.concurrent ?? false,
    ifNotExists: node.if_not_exists ?? false,
    nullsNotDistinct: node.nulls_not_distinct ?? false,
    method: node.accessMethod ?? 'btree',
    elements: indexElements(node.indexParams, source),
    including: elements.map(({ column }) => {
      if (column === undefined) throw unsupported('expressions in included columns')
      return column
    }),
    where: optionalExpression(node.whereClause, source),
    options: options(node.options, source),
    tablespace: node.tableSpace,
  }
}

const CHECK_OPTIONS = {
  NO_CHECK_OPTION: 'none',
  LOCAL_CHECK_OPTION: 'local',
  CASCADED_CHECK_OPTION: 'cascaded',
} as const

function createView(node: raw.ViewStmt, source: SourceText): CreateViewStatement {
  return {
    kind: 'createView',
    view: relationName(node.view, source),
    persistence: persistence(node.view),
    orReplace: node.replace ?? false,
    columns: stringValues(node.aliases),
    query: queryNode(node.query, source),
    checkOption: fromEnum(CHECK_OPTIONS, node.withCheckOption ?? 'NO_CHECK_OPTION', 'CHECK OPTION'),
    options: options(node.options, source),
  }
}

function alterDomain(node: raw.AlterDomainStmt, source: SourceText): AlterDomainStatement {
  return {
    kind: 'alterDomain',
    domain: qualifiedName(node.typeName),
    action: alterDomainAction(node, source),
  }
}

function alterDomainAction(
  node: raw.AlterDomainStmt,
  source: SourceText,
): AlterDomainStatement['action'] {
  const name = node.name ?? ''
  switch (node.subtype) {
    case 'T':
      return { kind: 'setDefault', expression: optionalExpression(node.def, source) }
    case 'N':
      return { kind: 'dropNotNull' }
    case 'O':
      return { kind: 'setNotNull' }
    case 'C': {
      const [constraint] = domainConstraints(node.def && [node.def], source)
      return { kind: 'addConstraint', constraint: required(constraint, 'a constraint') }
    }
    case 'X': {
      const ifExists = node.missing_ok ?? false
      return { kind: 'dropConstraint', name, ifExists, cascade: isCascade(node.behavior) }
    }
    case 'V':
      return { kind: 'validateConstraint', name }
    default:
      throw new AssertionError(`unexpected ALTER DOMAIN ${node.subtype}`)
  }
}

const DEFINE_TYPES = {
  OBJECT_AGGREGATE: 'aggregate',
  OBJECT_OPERATOR: 'operator',
  OBJECT_TYPE: 'type',
  OBJECT_COLLATION: 'collation',
  OBJECT_TSCONFIGURATION: 'textSearchConfiguration',
  OBJECT_TSDICTIONARY: 'textSearchDictionary',
  OBJECT_TSPARSER: 'textSearchParser',
  OBJECT_TSTEMPLATE: 'textSearchTemplate',
} as const

/**
 * An aggregate's arguments are a list of two: the parameters, and how many stand before ORDER BY
 * (-1: no ORDER BY).
 */
function define(node: raw.DefineStmt, source: SourceText): DefineStatement {
  const [parameters, direct] = node.args ?? []
  const directArguments = asKind(direct, 'Integer')?.ival ?? 0
  return {
    kind: 'define',
    objectType: fromEnum(DEFINE_TYPES, node.kind as keyof typeof DEFINE_TYPES, 'CREATE of'),
    name: qualifiedName(node.defnames),
    ifNotExists: node.if_not_exists ?? false,
    orReplace: node.replace ?? false,
    options: options(node.definition, source),
    parameters: functionParameters(listItems(parameters), source),
    directArguments: direct === undefined || directArguments < 0 ? undefined : directArguments,
  }
}

function createStatistics(
  node: raw.CreateStatsStmt,
  source: SourceText,
): CreateStatisticsStatement {
  const [relation] = node.relations ?? []
  return {
    kind: 'createStatistics',
    name: optionalQualifiedName(node.defnames),
    ifNotExists: node.if_not_exists ?? false,
    kinds: stringValues(node.stat_types),
    expressions: (node.exprs ?? []).map((item) => {
      const element = onlyKind(item, 'StatsElem')
      return { column: element.name, expression: optionalExpression(element.expr, source) }
    }),
    relation: relationName(onlyKind(relation, 'RangeVar'), source),
  }
}

const CAST_CONTEXTS: { readonly [K in raw.CoercionContext]?: CreateCastStatement['context'] } = {
  COERCION_IMPLICIT: 'implicit',
  COERCION_ASSIGNMENT: 'assignment',
  COERCION_EXPLICIT: 'explicit',
}

function createCast(node: raw.CreateCastStmt, source: SourceText): CreateCastStatement {
  return {
    kind: 'createCast',
    source: typeName(node.sourcetype, source),
    target: typeName(node.targettype, source),
    function: node.func && {
      name: qualifiedName(node.func.objname),
      args: (node.func.objargs ?? []).map((type) => typeName(onlyKind(type, 'TypeName'), source)),
    },
    inout: node.inout ?? false,
    context: fromEnum(CAST_CONTEXTS, node.context, 'cast'),
  }
}

function createPolicy(node: raw.CreatePolicyStmt, source: SourceText): CreatePolicyStatement {
  return {
    kind: 'createPolicy',
    name: node.policy_name ?? '',
    table: relationName(node.table, source),
    permissive: node.permissive ?? false,
    command: node.cmd_name as CreatePolicyStatement['command'], // the grammar's five
    roles: roleNames(node.roles, source),
    using: optionalExpression(node.qual, source),
    withCheck: optionalExpression(node.with_check, source),
  }
}

const RULE_EVENTS: { readonly [K in raw.CmdType]?: CreateRuleStatement['event'] } = {
  CMD_SELECT: 'select',
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
}

function createRule(node: raw.RuleStmt, source: SourceText): CreateRuleStatement {
  return {
    kind: 'createRule',
    name: node.rulename ?? '',
    relation: relationName(node.relation, source),
    orReplace: node.replace ?? false,
    event: fromEnum(RULE_EVENTS, node.event, 'rule event'),
    instead: node.instead ?? false,
    where: optionalExpression(node.whereClause, source),
    actions: statements(node.actions, source),
  }
}

function statements(nodes: readonly Node[] | undefined, source: SourceText) {
  return (nodes ?? []).map((node) => convertStatement(node, source))
}

export const DEFINITION_CONVERTERS: StatementConverters = {
  IndexStmt: createIndex,
  ViewStmt: createView,
  AlterDomainStmt: alterDomain,
  DefineStmt: define,
  CreateStatsStmt: createStatistics,
  CreateCastStmt: createCast,
  CreatePolicyStmt: createPolicy,
  RuleStmt: createRule,
  AlterPolicyStmt: (node, source) => ({
    kind: 'alterPolicy',
    name: node.policy_name ?? '',
    table: relationName(node.table, source),
    roles: roleNames(node.roles, source),
    using: optionalExpression(node.qual, source),
    withCheck: optionalExpression(node.with_check, source),
  }),
  RefreshMatViewStmt: (node, source) => ({
    kind: 'refreshMaterializedView',
    relation: relationName(node.relation, source),
    concurrently: node.concurrent ?? false,
    withoutData: node.skipData ?? false,
  }),
  CreateSeqStmt: (node, source) => ({
    kind: 'createSequence',
    sequence: relationName(node.sequence, source),
    persistence: persistence(node.sequence),
    ifNotExists: node.if_not_exists ?? false,
    options: sequenceOptions(node.options, source),
  }),
  AlterSeqStmt: (node, source) => ({
    kind: 'alterSequence',
    sequence: relationName(node.sequence, source),
    ifExists: node.missing_ok ?? false,
    options: sequenceOptions(node.options, source),
  }),
  CreateSchemaStmt: (node, source) => ({
    kind: 'createSchema',
    name: node.schemaname,
    owner: optionalRoleName(node.authrole, source),
    ifNotExists: node.if_not_exists ?? false,
    elements: statements(node.schemaElts, source),
  }),
  CompositeTypeStmt: (node, source) => ({
    kind: 'createCompositeType',
    type: relationName(node.typevar, source),
    attributes: (node.coldeflist ?? []).map((column) =>
      columnDefinition(onlyKind(column, 'ColumnDef'), source),
    ),
  }),
  CreateEnumStmt: (node) => ({
    kind: 'createEnum',
    type: qualifiedName(node.typeName),
    labels: stringValues(node.vals),
  }),
  AlterEnumStmt: (node) => ({
    kind: 'alterEnum',
    type: qualifiedName(node.typeName),
    oldLabel: node.oldVal,
    newLabel: node.newVal ?? '',
    neighbor: node.newValNeighbor,
    after: node.newValIsAfter ?? false,
    ifNotExists: node.skipIfNewValExists ?? false,
  }),
  CreateRangeStmt: (node, source) => ({
    kind: 'createRangeType',
    type: qualifiedName(node.typeName),
    options: options(node.params, source),
  }),
  CreateDomainStmt: (node, source) => ({
    kind: 'createDomain',
    domain: qualifiedName(node.domainname),
    type: typeName(node.typeName, source),
    collation: collationName(node.collClause),
    constraints: domainConstraints(node.constraints, source),
  }),
  AlterTypeStmt: (node, source) => ({
    kind: 'alterType',
    type: qualifiedName(node.typeName),
    options: options(node.options, source),
  }),
  CreateExtensionStmt: (node, source) => ({
    kind: 'createExtension',
    name: node.extname ?? '',
    ifNotExists: node.if_not_exists ?? false,
    options: options(node.options, source),
  }),
  AlterExtensionStmt: (node, source) => ({
    kind: 'alterExtension',
    name: node.extname ?? '',
    options: options(node.options, source),
  }),
  CreatedbStmt: (node, source) => ({
    kind: 'createDatabase',
    name: node.dbname ?? '',
    options: options(node.options, source),
  }),
  DropdbStmt: (node, source) => ({
    kind: 'dropDatabase',
    name: node.dbname ?? '',
    ifExists: node.missing_ok ?? false,
    options: options(node.options, source),
  }),
  AlterDatabaseStmt: (node, source) => ({
    kind: 'alterDatabase',
    name: node.dbname ?? '',
    options: options(node.options, source),
  }),
}
