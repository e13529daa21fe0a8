/** New sequences: of CREATE SEQUENCE, and those behind serial and identity columns. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import { normalizeInt64 } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { OwnedColumn, SequenceOption } from '../../parse/ast/common.ts'
import type { Persistence } from '../../parse/ast/select.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { insertAttribute, persistenceLetter } from '../support/define-relation.ts'
import { address, forgetDependencies, recordDependency } from '../support/dependencies.ts'
import { checkRelationNameFree, requireRelation, undefinedColumn } from '../support/lookup.ts'
import { sequenceRow, sequenceValues } from './sequence-options.ts'

export interface SequenceDraft {
  readonly name: string
  readonly namespace: Oid
  readonly persistence: Persistence
  readonly options: readonly SequenceOption[]
  readonly isIdentity: boolean
}

const INT8 = oidOf(20)
const BOOL = oidOf(16)
/** The columns that SELECT * FROM sequence shows. */
const COLUMNS = [
  { name: 'last_value', type: INT8 },
  { name: 'log_cnt', type: INT8 },
  { name: 'is_called', type: BOOL },
]

export function* defineSequence(context: CommandContext, draft: SequenceDraft): Task<Oid> {
  const { writer } = context
  const values = sequenceValues(context, draft.options, undefined, draft.isIdentity)
  checkRelationNameFree(context, draft.namespace, draft.name)
  const oid = writer.nextOid()
  yield* writer.insert('pg_class', {
    oid,
    relname: draft.name,
    relnamespace: draft.namespace,
    relowner: context.owner,
    relfilenode: oid,
    relpages: 1,
    reltuples: 1,
    relpersistence: persistenceLetter(draft.persistence),
    relkind: 'S',
    relnatts: COLUMNS.length,
    relispopulated: true,
    relreplident: 'n',
  })
  for (const [i, column] of COLUMNS.entries()) {
    yield* insertAttribute(context, oid, i + 1, {
      ...column,
      typmod: -1,
      collation: oidOf(0),
      notNull: true,
    })
  }
  yield* writer.insert('pg_sequence', { seqrelid: oid, ...sequenceRow(values) })
  yield* recordDependency(
    context,
    address(CLASS.relation, oid),
    address(CLASS.schema, draft.namespace),
    'n',
  )
  // Sequences are kept under their own OIDs.
  context.access.writeSequence(Number(oid) as TreeId, {
    lastValue: normalizeInt64(values.restart ?? values.start),
    isCalled: false,
  })
  return oid
}

/** Ties a sequence to the column that it goes away with. */
export function* setSequenceOwner(
  context: CommandContext,
  sequence: Oid,
  owner: { readonly table: Oid; readonly column: number } | undefined,
  type: 'a' | 'i' = 'a',
): Task<void> {
  const self = address(CLASS.relation, sequence)
  yield* forgetDependencies(
    context,
    self,
    (referenced, kind) => referenced.classId === CLASS.relation && (kind === 'a' || kind === 'i'),
  )
  if (owner === undefined) return
  yield* recordDependency(context, self, address(CLASS.relation, owner.table, owner.column), type)
}

/** OWNED BY table.column */
export function* setOwnedBy(
  context: CommandContext,
  sequence: Oid,
  owner: OwnedColumn | undefined,
): Task<void> {
  if (owner === undefined) {
    yield* setSequenceOwner(context, sequence, undefined)
    return
  }
  const table = requireRelation(context, owner.table)
  const row = context.catalog.relation(sequence)
  if (!['r', 'f', 'v', 'p'].includes(table.kind)) {
    throw new SqlError('42809', `sequence cannot be owned by relation "${table.name}"`)
  }
  if (row !== undefined && row.owner !== table.owner) {
    throw new SqlError('55000', 'sequence must have same owner as table it is linked to')
  }
  if (row !== undefined && row.schema !== table.schema) {
    throw new SqlError('55000', 'sequence must be in same schema as table it is linked to')
  }
  const column = table.columns.find((candidate) => candidate.name === owner.column)
  if (column === undefined) throw undefinedColumn(table, owner.column)
  yield* setSequenceOwner(context, sequence, { table: table.oid, column: column.number })
}
