/** CREATE TABLE: the table itself, then what its columns and constraints ask for. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { CreateTableStatement } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { addCheck } from '../constraint/add-check.ts'
import { addDefault, storeDefault } from '../constraint/add-default.ts'
import { addForeignKey } from '../constraint/add-foreign-key.ts'
import { addKey } from '../constraint/add-key.ts'
import { defineSequence, setSequenceOwner } from '../sequence/define-sequence.ts'
import { CLASS } from '../support/class-ids.ts'
import { defineRelation } from '../support/define-relation.ts'
import { address } from '../support/dependencies.ts'
import { checkRelationNameFree, creationSchema, currentRelation } from '../support/lookup.ts'
import { optionList } from '../support/options.ts'
import { addColumnDefinition, addTableConstraint } from './column-definition.ts'
import { addLikeClause } from './like-clause.ts'
import { copyIndexesAndComments } from './copy-indexes.ts'
import { emptyDraft } from './table-draft.ts'
import type { SequenceRequest, TableDraft } from './table-draft.ts'

export function* createTable(
  context: CommandContext,
  statement: CreateTableStatement,
): Task<string> {
  refuseUnsupported(statement)
  const { relation, persistence } = statement
  const namespace = yield* creationSchema(context, relation, persistence)
  const { name } = relation
  if (statement.ifNotExists && context.catalog.relationIn(namespace, name) !== undefined) {
    context.notice(`relation "${name}" already exists, skipping`, { code: '42P07' })
    return 'CREATE TABLE'
  }
  const draft = transform(context, statement, namespace)
  const sequences = yield* createSequences(context, draft, statement)
  checkRelationNameFree(context, namespace, name)
  const row = yield* defineRelation(context, {
    name,
    namespace,
    kind: 'r',
    persistence,
    columns: draft.columns,
    options: optionList(statement.options),
  })
  yield* finishTable(context, row.oid, draft, sequences)
  return 'CREATE TABLE'
}

function refuseUnsupported(statement: CreateTableStatement): void {
  const { position } = statement.relation
  if (statement.partitionBound !== undefined || statement.partitionBy !== undefined) {
    throw unsupported('a partitioned table', position)
  }
  if (statement.inherits.length > 0) throw unsupported('table inheritance', position)
  if (statement.ofType !== undefined) throw unsupported('CREATE TABLE OF', position)
  if (statement.onCommit === 'drop' || statement.onCommit === 'deleteRows') {
    if (statement.persistence !== 'temporary') {
      throw new SqlError('42P16', 'ON COMMIT can only be used on temporary tables')
    }
    throw unsupported(
      `ON COMMIT ${statement.onCommit === 'drop' ? 'DROP' : 'DELETE ROWS'}`,
      position,
    )
  }
}

function transform(
  context: CommandContext,
  statement: CreateTableStatement,
  namespace: Oid,
): TableDraft {
  const draft = emptyDraft()
  const table = statement.relation.name
  for (const element of statement.elements) {
    const owner = { table, namespace, taken: draft.sequences.map((sequence) => sequence.name) }
    if (element.kind === 'column') addColumnDefinition(context, owner, element, draft)
    else if (element.kind === 'like') addLikeClause(context, owner, element, draft)
    else addTableConstraint(element, table, draft)
  }
  return draft
}

export interface MadeSequence extends SequenceRequest {
  readonly oid: Oid
}

/** The sequences of serial and identity columns come before the table. */
export function* createSequences(
  context: CommandContext,
  draft: TableDraft,
  statement: Pick<CreateTableStatement, 'persistence'>,
): Task<readonly MadeSequence[]> {
  const made: MadeSequence[] = []
  for (const request of draft.sequences) {
    const oid = yield* defineSequence(context, {
      name: request.name,
      namespace: request.namespace,
      persistence: statement.persistence,
      options: request.options,
      isIdentity: request.kind === 'identity',
    })
    made.push({ ...request, oid })
  }
  return made
}

/** Everything after the relation stands; also for ALTER TABLE ADD COLUMN. */
export function* finishTable(
  context: CommandContext,
  oid: Oid,
  draft: TableDraft,
  sequences: readonly MadeSequence[],
): Task<void> {
  const numberOf = (column: string): number =>
    currentRelation(context, oid).columns.find((candidate) => candidate.name === column)?.number ??
    0
  for (const sequence of sequences)
    yield* attachSequence(context, oid, numberOf(sequence.column), sequence)
  for (const { column, expression, purpose } of draft.defaults) {
    yield* addDefault(context, oid, numberOf(column), expression, purpose)
  }
  refuseDuplicateChecks(draft)
  for (const check of namedFirst(draft)) yield* addCheck(context, oid, check, false)
  for (const key of withoutDuplicates(draft)) yield* addKey(context, oid, key)
  for (const key of draft.foreignKeys) yield* addForeignKey(context, oid, key, false)
  for (const copy of draft.copies) yield* copyIndexesAndComments(context, oid, copy)
}

/** serial: the default draws from the sequence. Both kinds: the sequence goes away with the column. */
export function* attachSequence(
  context: CommandContext,
  table: Oid,
  column: number,
  sequence: MadeSequence,
): Task<void> {
  const type = sequence.kind === 'identity' ? 'i' : 'a'
  yield* setSequenceOwner(context, sequence.oid, { table, column }, type)
  if (sequence.kind === 'identity') return
  // Sequences stand in stored expressions by OID, so that renaming them needs no rewriting.
  yield* storeDefault(context, table, column, {
    text: `nextval('${sequence.oid}'::regclass)`,
    references: [address(CLASS.relation, sequence.oid)],
    columns: [],
  })
}

function refuseDuplicateChecks(draft: TableDraft): void {
  const seen = new Set<string>()
  for (const { name } of draft.checks) {
    if (name === undefined) continue
    if (seen.has(name)) throw new SqlError('42710', `check constraint "${name}" already exists`)
    seen.add(name)
  }
}

/** Made-up names avoid those that are written. */
function namedFirst(draft: TableDraft): TableDraft['checks'] {
  return draft.checks.toSorted(
    (a, b) => Number(a.name === undefined) - Number(b.name === undefined),
  )
}

/** UNIQUE over the very columns of the primary key, or of another UNIQUE without a name of its own, is one index. */
function withoutDuplicates(draft: TableDraft): TableDraft['keys'] {
  const kept: TableDraft['keys'] = []
  for (const key of draft.keys) {
    const same = kept.some(
      (other) =>
        other.columns.join('\0') === key.columns.join('\0') &&
        other.including.join('\0') === key.including.join('\0') &&
        other.nullsNotDistinct === key.nullsNotDistinct &&
        other.deferrable === key.deferrable &&
        other.initiallyDeferred === key.initiallyDeferred &&
        (key.name === undefined || other.name === undefined || key.name === other.name),
    )
    if (!same) kept.push(key)
  }
  return kept
}
