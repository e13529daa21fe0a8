/** ALTER TABLE and its kin (INDEX, VIEW, SEQUENCE, composite TYPE). */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type { AlterTableAction, AlterTableStatement } from '../../ast/table.ts'
import { collationName, isCascade, options, relationName, roleName, typeName } from '../common.ts'
import { convertExpression, optionalExpression } from '../expression/expression.ts'
import { asKind, fromEnum, listItems, onlyKind, required, stringValue } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { columnDefinition, tableConstraint } from './constraint.ts'
import { sequenceOptions } from './sequence-option.ts'
import { partitionBound } from './table.ts'

const OBJECT_TYPES = {
  OBJECT_TABLE: 'table',
  OBJECT_INDEX: 'index',
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materializedView',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_FOREIGN_TABLE: 'foreignTable',
  OBJECT_TYPE: 'type',
} as const

export function alterTable(node: raw.AlterTableStmt, source: SourceText): AlterTableStatement {
  const objectType = node.objtype as keyof typeof OBJECT_TYPES // others have no ALTER TABLE form
  return {
    kind: 'alterTable',
    objectType: fromEnum(OBJECT_TYPES, objectType, 'ALTER of'),
    relation: relationName(node.relation, source),
    only: !node.relation?.inh,
    ifExists: node.missing_ok ?? false,
    actions: (node.cmds ?? []).map((command) => action(onlyKind(command, 'AlterTableCmd'), source)),
  }
}

/** The actions of one subtype each get the command and what all need of it. */
interface Command extends raw.AlterTableCmd {
  readonly column: string
}
type ActionConverter = (command: Command, source: SourceText) => AlterTableAction

function action(node: raw.AlterTableCmd, source: SourceText): AlterTableAction {
  const convert = node.subtype && ACTIONS[node.subtype]
  if (!convert) throw unsupported(`ALTER TABLE action ${node.subtype?.replace(/^AT_/, '')}`)
  return convert({ ...node, column: node.name ?? '' }, source)
}

function trigger(
  change: 'enable' | 'enableAlways' | 'enableReplica' | 'disable',
  scope: 'named' | 'all' | 'user' = 'named',
): ActionConverter {
  return ({ name }) => ({ kind: 'trigger', change, scope, name })
}
function rule(change: 'enable' | 'enableAlways' | 'enableReplica' | 'disable'): ActionConverter {
  return ({ name }) => ({ kind: 'rule', change, scope: 'named', name })
}
function rowSecurity(change: 'enable' | 'disable' | 'force' | 'noForce'): ActionConverter {
  return () => ({ kind: 'rowSecurity', change })
}
function withOptions(kind: 'setOptions' | 'resetOptions' | 'genericOptions'): ActionConverter {
  return ({ def }, source) => ({ kind, options: options(listItems(def), source) })
}
function columnOptions(kind: 'setColumnOptions' | 'resetColumnOptions'): ActionConverter {
  return ({ column, def }, source) => ({ kind, column, options: options(listItems(def), source) })
}

const COLUMN_ACTIONS: { readonly [K in raw.AlterTableType]?: ActionConverter } = {
  AT_AddColumn: ({ def, missing_ok, behavior }, source) => ({
    kind: 'addColumn',
    column: columnDefinition(onlyKind(def, 'ColumnDef'), source),
    ifNotExists: missing_ok ?? false,
    cascade: isCascade(behavior),
  }),
  AT_DropColumn: ({ column, missing_ok, behavior }) => ({
    kind: 'dropColumn',
    column,
    ifExists: missing_ok ?? false,
    cascade: isCascade(behavior),
  }),
  AT_ColumnDefault: ({ column, def }, source) => ({
    kind: 'setDefault',
    column,
    expression: optionalExpression(def, source),
  }),
  AT_SetNotNull: ({ column }) => ({ kind: 'setNotNull', column }),
  AT_DropNotNull: ({ column }) => ({ kind: 'dropNotNull', column }),
  AT_AlterColumnType: ({ column, def, behavior }, source) => {
    const definition = onlyKind(def, 'ColumnDef')
    return {
      kind: 'alterType',
      column,
      type: typeName(definition.typeName, source),
      collation: collationName(definition.collClause),
      using: optionalExpression(definition.raw_default, source),
      cascade: isCascade(behavior),
      position: source.position(definition.location),
    }
  },
  AT_SetExpression: ({ column, def }, source) => ({
    kind: 'setGeneratedExpression',
    column,
    expression: convertExpression(def, source),
  }),
  AT_DropExpression: ({ column, missing_ok }) => ({
    kind: 'dropGeneratedExpression',
    column,
    ifExists: missing_ok ?? false,
  }),
  AT_AddIdentity: ({ column, def }, source) => {
    const identity = onlyKind(def, 'Constraint')
    const generated = identity.generated_when === 'a' ? 'always' : 'byDefault'
    return {
      kind: 'addIdentity',
      column,
      generated,
      options: sequenceOptions(identity.options, source),
    }
  },
  AT_SetIdentity: ({ column, def }, source) => setIdentity(column, listItems(def), source),
  AT_DropIdentity: ({ column, missing_ok }) => ({
    kind: 'dropIdentity',
    column,
    ifExists: missing_ok ?? false,
  }),
  AT_SetStatistics: ({ name, num, def }) => ({
    kind: 'setStatistics',
    column: name,
    number: num,
    target: def ? (onlyKind(def, 'Integer').ival ?? 0) : -1,
  }),
  AT_SetOptions: columnOptions('setColumnOptions'),
  AT_ResetOptions: columnOptions('resetColumnOptions'),
  AT_SetStorage: ({ column, def }) => ({ kind: 'setStorage', column, method: stringValue(def) }),
  AT_SetCompression: ({ column, def }) => ({
    kind: 'setCompression',
    column,
    method: stringValue(def),
  }),
}

/** SET GENERATED arrives as an option among those of the sequence. */
function setIdentity(column: string, nodes: readonly Node[], source: SourceText): AlterTableAction {
  const isGenerated = (node: Node): boolean => asKind(node, 'DefElem')?.defname === 'generated'
  const generated = asKind(nodes.find(isGenerated), 'DefElem')?.arg
  const isAlways = asKind(generated, 'Integer')?.ival === 'a'.charCodeAt(0)
  return {
    kind: 'setIdentity',
    column,
    generated: generated && (isAlways ? 'always' : 'byDefault'),
    options: sequenceOptions(
      nodes.filter((node) => !isGenerated(node)),
      source,
    ),
  }
}

const CONSTRAINT_ACTIONS: { readonly [K in raw.AlterTableType]?: ActionConverter } = {
  AT_AddConstraint: ({ def }, source) => ({
    kind: 'addConstraint',
    constraint: tableConstraint(onlyKind(def, 'Constraint'), source),
  }),
  AT_AlterConstraint: ({ def }) => {
    const change = onlyKind(def, 'ATAlterConstraint')
    if (!change.alterDeferrability) throw unsupported('this form of ALTER CONSTRAINT')
    return {
      kind: 'alterConstraint',
      name: change.conname ?? '',
      deferrable: change.deferrable ?? false,
      initiallyDeferred: change.initdeferred ?? false,
    }
  },
  AT_ValidateConstraint: ({ column }) => ({ kind: 'validateConstraint', name: column }),
  AT_DropConstraint: ({ column, missing_ok, behavior }) => ({
    kind: 'dropConstraint',
    name: column,
    ifExists: missing_ok ?? false,
    cascade: isCascade(behavior),
  }),
}

const IDENTITIES: { readonly [code: string]: 'default' | 'full' | 'nothing' | 'index' } = {
  d: 'default',
  f: 'full',
  n: 'nothing',
  i: 'index',
}

const TABLE_ACTIONS: { readonly [K in raw.AlterTableType]?: ActionConverter } = {
  AT_ChangeOwner: ({ newowner }, source) => ({
    kind: 'changeOwner',
    owner: roleName(newowner, source),
  }),
  AT_ClusterOn: ({ column }) => ({ kind: 'clusterOn', index: column }),
  AT_DropCluster: () => ({ kind: 'dropCluster' }),
  AT_SetLogged: () => ({ kind: 'setLogged' }),
  AT_SetUnLogged: () => ({ kind: 'setUnlogged' }),
  AT_DropOids: () => ({ kind: 'dropOids' }),
  AT_SetAccessMethod: ({ name }) => ({ kind: 'setAccessMethod', method: name }),
  AT_SetTableSpace: ({ column }) => ({ kind: 'setTablespace', tablespace: column }),
  AT_SetRelOptions: withOptions('setOptions'),
  AT_ResetRelOptions: withOptions('resetOptions'),
  AT_GenericOptions: withOptions('genericOptions'),
  AT_EnableTrig: trigger('enable'),
  AT_EnableAlwaysTrig: trigger('enableAlways'),
  AT_EnableReplicaTrig: trigger('enableReplica'),
  AT_DisableTrig: trigger('disable'),
  AT_EnableTrigAll: trigger('enable', 'all'),
  AT_DisableTrigAll: trigger('disable', 'all'),
  AT_EnableTrigUser: trigger('enable', 'user'),
  AT_DisableTrigUser: trigger('disable', 'user'),
  AT_EnableRule: rule('enable'),
  AT_EnableAlwaysRule: rule('enableAlways'),
  AT_EnableReplicaRule: rule('enableReplica'),
  AT_DisableRule: rule('disable'),
  AT_EnableRowSecurity: rowSecurity('enable'),
  AT_DisableRowSecurity: rowSecurity('disable'),
  AT_ForceRowSecurity: rowSecurity('force'),
  AT_NoForceRowSecurity: rowSecurity('noForce'),
  AT_AddInherit: ({ def }, source) => ({
    kind: 'inherit',
    parent: relationName(onlyKind(def, 'RangeVar'), source),
  }),
  AT_DropInherit: ({ def }, source) => ({
    kind: 'noInherit',
    parent: relationName(onlyKind(def, 'RangeVar'), source),
  }),
  AT_AddOf: ({ def }, source) => ({
    kind: 'ofType',
    type: typeName(onlyKind(def, 'TypeName'), source),
  }),
  AT_DropOf: () => ({ kind: 'notOf' }),
  AT_ReplicaIdentity: ({ def }) => {
    const identity = onlyKind(def, 'ReplicaIdentityStmt')
    return {
      kind: 'replicaIdentity',
      identity: fromEnum(IDENTITIES, identity.identity_type, 'REPLICA IDENTITY'),
      index: identity.name,
    }
  },
  AT_AttachPartition: ({ def }, source) => {
    const command = onlyKind(def, 'PartitionCmd')
    const partition = relationName(command.name, source)
    const bound = command.bound && partitionBound(command.bound, source)
    return { kind: 'attachPartition', partition, bound }
  },
  AT_DetachPartition: ({ def }, source) => detachPartition(def, false, source),
  AT_DetachPartitionFinalize: ({ def }, source) => detachPartition(def, true, source),
}

function detachPartition(
  def: Node | undefined,
  finalize: boolean,
  source: SourceText,
): AlterTableAction {
  const command = required(asKind(def, 'PartitionCmd'), 'the partition')
  const partition = relationName(command.name, source)
  return { kind: 'detachPartition', partition, concurrently: command.concurrent ?? false, finalize }
}

const ACTIONS = { ...COLUMN_ACTIONS, ...CONSTRAINT_ACTIONS, ...TABLE_ACTIONS }
