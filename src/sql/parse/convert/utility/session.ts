/** Transactions, settings, cursors, prepared statements, notifications. */
import type * as raw from '@pgsql/types'
import { AssertionError, SqlError } from '../../../../errors/sql-error.ts'
import type { Statement } from '../../ast/statement.ts'
import type {
  DeclareCursorStatement,
  DiscardStatement,
  FetchStatement,
  TransactionModes,
  TransactionStatement,
} from '../../ast/utility.ts'
import { relationNames, typeNames } from '../common.ts'
import { queryNode } from '../query/select.ts'
import { asKind, fromEnum, onlyKind } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import type { StatementConverters } from '../statement.ts'
import { convertStatementNode } from '../statement.ts'
import { executeStatement } from './prepared.ts'
import { settingChange } from './routine.ts'

const TRANSACTION_ACTIONS: Record<raw.TransactionStmtKind, TransactionStatement['action']> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'start',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollbackTo',
  TRANS_STMT_PREPARE: 'prepare',
  TRANS_STMT_COMMIT_PREPARED: 'commitPrepared',
  TRANS_STMT_ROLLBACK_PREPARED: 'rollbackPrepared',
}

/** Modes come as settings: transaction_isolation = 'serializable', transaction_read_only = 1. */
function transactionModes(nodes: readonly Node[] | undefined): TransactionModes {
  const modes: { -readonly [K in keyof TransactionModes]: TransactionModes[K] } = {}
  for (const node of nodes ?? []) {
    const { defname, arg } = onlyKind(node, 'DefElem')
    const value = onlyKind(arg, 'A_Const')
    if (defname === 'transaction_isolation') {
      modes.isolation = value.sval?.sval as TransactionModes['isolation'] // the grammar's four
    } else if (defname === 'transaction_read_only') modes.readOnly = value.ival?.ival === 1
    else if (defname === 'transaction_deferrable') modes.deferrable = value.ival?.ival === 1
    else throw new AssertionError(`unexpected transaction mode ${defname}`)
  }
  return modes
}

function setStatement(node: raw.VariableSetStmt, source: SourceText): Statement {
  if (node.kind !== 'VAR_SET_MULTI') {
    return { kind: 'set', isLocal: node.is_local ?? false, setting: settingChange(node, source) }
  }
  if (node.name === 'TRANSACTION SNAPSHOT') {
    const snapshot = asKind(node.args?.[0], 'A_Const')?.sval?.sval ?? ''
    return { kind: 'setTransaction', scope: 'transaction', modes: {}, snapshot }
  }
  const scope = node.name === 'TRANSACTION' ? 'transaction' : 'session'
  return { kind: 'setTransaction', scope, modes: transactionModes(node.args) }
}

/** PostgreSQL's CURSOR_OPT_… bits. */
const CURSOR = {
  BINARY: 0x1,
  SCROLL: 0x2,
  NO_SCROLL: 0x4,
  INSENSITIVE: 0x8,
  ASENSITIVE: 0x10,
  HOLD: 0x20,
} as const

function declareCursor(node: raw.DeclareCursorStmt, source: SourceText): DeclareCursorStatement {
  const bits = node.options ?? 0
  refuseBoth(bits, CURSOR.SCROLL | CURSOR.NO_SCROLL, 'SCROLL and NO SCROLL')
  refuseBoth(bits, CURSOR.INSENSITIVE | CURSOR.ASENSITIVE, 'ASENSITIVE and INSENSITIVE')
  const scroll = bits & CURSOR.SCROLL ? true : bits & CURSOR.NO_SCROLL ? false : undefined
  return {
    kind: 'declareCursor',
    name: node.portalname ?? '',
    query: queryNode(node.query, source),
    binary: (bits & CURSOR.BINARY) !== 0,
    scroll,
    hold: (bits & CURSOR.HOLD) !== 0,
    sensitivity:
      bits & CURSOR.INSENSITIVE
        ? 'insensitive'
        : bits & CURSOR.ASENSITIVE
          ? 'asensitive'
          : 'default',
  }
}

function refuseBoth(bits: number, both: number, names: string): void {
  if ((bits & both) === both) throw new SqlError('42P11', `cannot specify both ${names}`)
}

const FETCH_DIRECTIONS: Record<raw.FetchDirection, FetchStatement['direction']> = {
  FETCH_FORWARD: 'forward',
  FETCH_BACKWARD: 'backward',
  FETCH_ABSOLUTE: 'absolute',
  FETCH_RELATIVE: 'relative',
}
/** C's LONG_MAX, 32 bits wide in wasm: FETCH ALL. */
const FETCH_ALL = 2_147_483_647

function fetch(node: raw.FetchStmt): FetchStatement {
  const count = Number(node.howMany ?? 0)
  return {
    kind: 'fetch',
    cursor: node.portalname ?? '',
    isMove: node.ismove ?? false,
    direction: fromEnum(FETCH_DIRECTIONS, node.direction, 'FETCH'),
    count: count === FETCH_ALL ? undefined : count,
  }
}

const DISCARD_TARGETS: Record<raw.DiscardMode, DiscardStatement['target']> = {
  DISCARD_ALL: 'all',
  DISCARD_PLANS: 'plans',
  DISCARD_SEQUENCES: 'sequences',
  DISCARD_TEMP: 'temp',
}

export const SESSION_CONVERTERS: StatementConverters = {
  VariableSetStmt: setStatement,
  DeclareCursorStmt: declareCursor,
  FetchStmt: fetch,
  ExecuteStmt: executeStatement,
  TransactionStmt: (node) => ({
    kind: 'transaction',
    action: fromEnum(TRANSACTION_ACTIONS, node.kind, 'transaction'),
    modes: transactionModes(node.options),
    savepoint: node.savepoint_name,
    globalId: node.gid,
    chain: node.chain ?? false,
  }),
  VariableShowStmt: (node) => ({ kind: 'show', name: node.name ?? '' }),
  ConstraintsSetStmt: (node, source) => ({
    kind: 'setConstraints',
    constraints: relationNames(node.constraints, source),
    deferred: node.deferred ?? false,
  }),
  PrepareStmt: (node, source) => ({
    kind: 'prepare',
    name: node.name ?? '',
    argumentTypes: typeNames(node.argtypes, source),
    statement: convertStatementNode(node.query, source),
  }),
  DeallocateStmt: (node) => ({ kind: 'deallocate', name: node.isall ? undefined : node.name }),
  ClosePortalStmt: (node) => ({ kind: 'closeCursor', name: node.portalname }),
  ListenStmt: (node) => ({ kind: 'listen', channel: node.conditionname ?? '' }),
  UnlistenStmt: (node) => ({ kind: 'unlisten', channel: node.conditionname }),
  NotifyStmt: (node) => ({
    kind: 'notify',
    channel: node.conditionname ?? '',
    payload: node.payload,
  }),
  DiscardStmt: (node) => ({
    kind: 'discard',
    target: fromEnum(DISCARD_TARGETS, node.target ?? 'DISCARD_ALL', 'DISCARD'),
  }),
}
