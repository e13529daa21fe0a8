/** CREATE SEQUENCE, ALTER SEQUENCE */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { Oid, SequenceInfo } from '../../catalog/catalog.ts'
import type { RelationName, SequenceOption } from '../../parse/ast/common.ts'
import type {
  AlterSequenceStatement,
  CreateSequenceStatement,
} from '../../parse/ast/definitions.ts'
import type { CommandContext } from '../command-context.ts'
import { creationSchema, findRelation, requireRelation } from '../support/lookup.ts'
import { requireRelationOwner } from '../support/ownership.ts'
import { defineSequence, setOwnedBy } from './define-sequence.ts'
import { sequenceRow, sequenceValues } from './sequence-options.ts'

export function* createSequence(
  context: CommandContext,
  statement: CreateSequenceStatement,
): Task<string> {
  const { sequence, persistence, options } = statement
  const namespace = yield* creationSchema(context, sequence, persistence)
  const { name } = sequence
  if (statement.ifNotExists && context.catalog.relationIn(namespace, name) !== undefined) {
    context.notice(`relation "${name}" already exists, skipping`, { code: '42P07' })
    return 'CREATE SEQUENCE'
  }
  const draft = { name, namespace, persistence, options, isIdentity: false }
  const oid = yield* defineSequence(context, draft)
  yield* applyOwnedBy(context, oid, options)
  return 'CREATE SEQUENCE'
}

function* applyOwnedBy(
  context: CommandContext,
  sequence: Oid,
  options: readonly SequenceOption[],
): Task<void> {
  for (const option of options) {
    if (option.kind === 'ownedBy') yield* setOwnedBy(context, sequence, option.column)
  }
}

export function requireSequence(context: CommandContext, name: RelationName): SequenceInfo {
  const relation = requireRelation(context, name)
  const sequence = context.catalog.sequence(relation.oid)
  if (sequence === undefined) throw new SqlError('42809', `"${name.name}" is not a sequence`)
  return sequence
}

export function* alterSequence(
  context: CommandContext,
  statement: AlterSequenceStatement,
): Task<string> {
  if (statement.ifExists && findRelation(context, statement.sequence) === undefined) {
    context.notice(`relation "${statement.sequence.name}" does not exist, skipping`)
    return 'ALTER SEQUENCE'
  }
  const sequence = requireSequence(context, statement.sequence)
  requireRelationOwner(context, sequence.oid)
  yield* changeSequence(context, sequence, statement.options)
  yield* applyOwnedBy(context, sequence.oid, statement.options)
  return 'ALTER SEQUENCE'
}

/** Also for ALTER COLUMN … SET of identity columns. */
export function* changeSequence(
  context: CommandContext,
  sequence: SequenceInfo,
  options: readonly SequenceOption[],
): Task<void> {
  const old = context.writer.rows('pg_sequence').find('seqrelid', sequence.oid)
  if (old === undefined)
    throw new SqlError('XX000', `sequence ${sequence.oid} has no pg_sequence row`)
  const values = sequenceValues(context, options, old)
  yield* context.writer.update('pg_sequence', old, sequenceRow(values))
  if (values.restart !== undefined) {
    const lastValue = normalizeInt64(values.restart)
    context.access.writeSequence(sequence.tree, { lastValue, isCalled: false })
    return
  }
  checkLastValue(context, sequence, values)
}

/** New limits must leave the sequence where it stands. */
function checkLastValue(
  context: CommandContext,
  sequence: SequenceInfo,
  limits: { readonly minimum: bigint; readonly maximum: bigint },
): void {
  const last = BigInt(context.access.readSequence(sequence.tree)?.lastValue ?? sequence.start)
  if (last < limits.minimum) {
    throw new SqlError(
      '22023',
      `RESTART value (${last}) cannot be less than MINVALUE (${limits.minimum})`,
    )
  }
  if (last > limits.maximum) {
    throw new SqlError(
      '22023',
      `RESTART value (${last}) cannot be greater than MAXVALUE (${limits.maximum})`,
    )
  }
}
