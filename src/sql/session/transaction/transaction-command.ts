/** BEGIN, COMMIT, ROLLBACK and the savepoint commands: the statements that steer a session's transaction. */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Task } from '../../../storage/task.ts'
import type { TransactionStatement } from '../../parse/ast/utility.ts'
import type { ResultSink } from '../result/statement-result.ts'
import type { SessionState } from '../session-state.ts'
import { applyModes } from '../settings/set-command.ts'
import { failedBlockError } from './running-transaction.ts'
import type { TransactionBlock } from './transaction-block.ts'

export function* runTransactionCommand(
  block: TransactionBlock,
  state: SessionState,
  statement: TransactionStatement,
  sink: ResultSink,
): Task<void> {
  switch (statement.action) {
    case 'begin':
    case 'start':
      return beginBlock(block, state, statement, sink)
    case 'commit':
      return yield* commitBlock(block, statement, sink)
    case 'rollback':
      return rollbackBlock(block, statement, sink)
    case 'savepoint':
    case 'release':
    case 'rollbackTo':
      return savepointCommand(block, statement.action, statement.savepoint ?? '', sink)
    default:
      throw new SqlError(
        SQLSTATE.OBJECT_NOT_IN_PREREQUISITE_STATE,
        'prepared transactions are disabled',
        { hint: 'Set "max_prepared_transactions" to a nonzero value.' },
      )
  }
}

function beginBlock(
  block: TransactionBlock,
  state: SessionState,
  statement: TransactionStatement,
  sink: ResultSink,
): void {
  const { current } = block
  if (current?.isBlock === true) {
    if (current.isFailed) throw failedBlockError()
    warn(sink, SQLSTATE.ACTIVE_SQL_TRANSACTION, 'there is already a transaction in progress')
  } else if (current === undefined) block.begin(true)
  else current.isBlock = true
  applyModes(state, statement.modes, block.current)
  sink.complete(statement.action === 'start' ? 'START TRANSACTION' : 'BEGIN')
}

function* commitBlock(
  block: TransactionBlock,
  statement: TransactionStatement,
  sink: ResultSink,
): Task<void> {
  const { current } = block
  if (current?.isFailed === true) return rollbackBlock(block, statement, sink)
  if (current === undefined || !current.isBlock) {
    if (statement.chain) throw outsideBlock('COMMIT AND CHAIN')
    warn(sink, SQLSTATE.NO_ACTIVE_SQL_TRANSACTION, 'there is no transaction in progress')
    yield* block.endImplicit()
  } else {
    const { characteristics } = block
    yield* block.commit()
    if (statement.chain) block.beginChained(characteristics)
  }
  sink.complete('COMMIT')
}

function rollbackBlock(
  block: TransactionBlock,
  statement: TransactionStatement,
  sink: ResultSink,
): void {
  if (block.current === undefined || !block.current.isBlock) {
    if (statement.chain) throw outsideBlock('ROLLBACK AND CHAIN')
    warn(sink, SQLSTATE.NO_ACTIVE_SQL_TRANSACTION, 'there is no transaction in progress')
  }
  const { characteristics } = block
  block.rollback()
  if (statement.chain) block.beginChained(characteristics)
  sink.complete('ROLLBACK')
}

const SAVEPOINT_COMMANDS = {
  savepoint: { label: 'SAVEPOINT', tag: 'SAVEPOINT' },
  release: { label: 'RELEASE SAVEPOINT', tag: 'RELEASE' },
  rollbackTo: { label: 'ROLLBACK TO SAVEPOINT', tag: 'ROLLBACK' },
} as const

function savepointCommand(
  block: TransactionBlock,
  action: keyof typeof SAVEPOINT_COMMANDS,
  name: string,
  sink: ResultSink,
): void {
  const { label, tag } = SAVEPOINT_COMMANDS[action]
  const transaction = block.current
  if (transaction === undefined || !transaction.isBlock) throw outsideBlock(label)
  if (action === 'rollbackTo') block.rollbackTo(transaction, name)
  else if (transaction.isFailed) throw failedBlockError()
  else if (action === 'savepoint') block.setSavepoint(transaction, name)
  else block.release(transaction, name)
  sink.complete(tag)
}

function warn(sink: ResultSink, code: string, message: string): void {
  sink.notice({ severity: 'WARNING', code, message })
}

function outsideBlock(command: string): SqlError {
  return new SqlError(
    SQLSTATE.NO_ACTIVE_SQL_TRANSACTION,
    `${command} can only be used in transaction blocks`,
  )
}
