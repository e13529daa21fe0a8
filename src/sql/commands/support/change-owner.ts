/** OWNER TO for relations: their row types, indexes and owned sequences follow. */
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type { CommandContext } from '../command-context.ts'
import { classRow } from './lookup.ts'

export function* changeOwner(context: CommandContext, relation: Relation, owner: Oid): Task<void> {
  const { writer } = context
  yield* writer.update('pg_class', classRow(context, relation.oid), { relowner: owner })
  for (const index of relation.indexes) {
    yield* writer.update('pg_class', classRow(context, index.oid), { relowner: owner })
  }
  yield* changeTypeOwner(context, relation.rowType, owner)
  for (const sequence of ownedSequences(context, relation.oid)) {
    yield* writer.update('pg_class', classRow(context, sequence), { relowner: owner })
  }
}

export function* changeTypeOwner(context: CommandContext, type: Oid, owner: Oid): Task<void> {
  const { writer } = context
  const row = writer.rows('pg_type').find('oid', type)
  if (row === undefined) return
  yield* writer.update('pg_type', row, { typowner: owner })
  const array = writer.rows('pg_type').find('oid', row.typarray)
  if (array !== undefined) yield* writer.update('pg_type', array, { typowner: owner })
}

/** Sequences of serial and identity columns. */
export function ownedSequences(context: CommandContext, table: Oid): readonly Oid[] {
  return context.writer
    .rows('pg_depend')
    .where('refobjid', table)
    .filter((row) => (row.deptype === 'a' || row.deptype === 'i') && row.refobjsubid > 0)
    .filter((row) => context.catalog.sequence(row.objid) !== undefined)
    .map((row) => row.objid)
}
