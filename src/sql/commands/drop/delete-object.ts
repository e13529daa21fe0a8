/** Removes one object: its catalog rows, its trees, what is said about it. Dependents are gone already. */
import { unsupported } from '../../../errors/sql-error.ts'
import type { TreeId } from '../../../storage/access.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CommandContext } from '../command-context.ts'
import { attributeRow, dropDefault } from '../constraint/add-default.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'

export function* deleteObject(context: CommandContext, object: ObjectAddress): Task<void> {
  yield* deleteRows(context, object)
  yield* forgetObject(context, object)
}

function* deleteRows(context: CommandContext, object: ObjectAddress): Task<void> {
  const { writer } = context
  const oid = object.objectId
  switch (object.classId) {
    case CLASS.relation:
      if (object.subId === 0) yield* deleteRelation(context, oid)
      else yield* deleteColumn(context, oid, object.subId)
      return
    case CLASS.type:
      yield* writer.deleteWhere('pg_enum', 'enumtypid', oid)
      yield* writer.deleteWhere('pg_range', 'rngtypid', oid)
      return yield* writer.deleteWhere('pg_type', 'oid', oid)
    case CLASS.schema:
      return yield* writer.deleteWhere('pg_namespace', 'oid', oid)
    case CLASS.constraint:
      return yield* deleteConstraint(context, oid)
    case CLASS.attrdef: {
      const row = writer.rows('pg_attrdef').find('oid', oid)
      if (row !== undefined) yield* dropDefault(context, row.adrelid, row.adnum)
      return
    }
    case CLASS.rewrite:
      return yield* writer.deleteWhere('pg_rewrite', 'oid', oid)
    case CLASS.proc:
      yield* writer.deleteWhere('pg_aggregate', 'aggfnoid', oid)
      return yield* writer.deleteWhere('pg_proc', 'oid', oid)
    case CLASS.trigger:
      return yield* writer.deleteWhere('pg_trigger', 'oid', oid)
    case CLASS.policy:
      return yield* writer.deleteWhere('pg_policy', 'oid', oid)
    case CLASS.extension:
      return yield* writer.deleteWhere('pg_extension', 'oid', oid)
    default:
      throw unsupported('dropping this kind of object')
  }
}

/** Dependencies and comments. */
function* forgetObject(context: CommandContext, object: ObjectAddress): Task<void> {
  const { writer } = context
  for (const row of [...writer.rows('pg_depend').where('objid', object.objectId)]) {
    const part = object.subId === 0 || row.objsubid === object.subId
    if (row.classid === object.classId && part) yield* writer.delete('pg_depend', row)
  }
  for (const row of [...writer.rows('pg_depend').where('refobjid', object.objectId)]) {
    const part = object.subId === 0 || row.refobjsubid === object.subId
    if (row.refclassid === object.classId && part) yield* writer.delete('pg_depend', row)
  }
  for (const row of [...writer.rows('pg_description').where('objoid', object.objectId)]) {
    const part = object.subId === 0 || row.objsubid === object.subId
    if (row.classoid === object.classId && part) yield* writer.delete('pg_description', row)
  }
}

function* deleteRelation(context: CommandContext, oid: Oid): Task<void> {
  const { writer, access } = context
  const row = writer.rows('pg_class').find('oid', oid)
  if (row === undefined) return
  const tree = Number(row.relfilenode) as TreeId // relations are stored under their relfilenode
  if (row.relkind !== 'S' && row.relfilenode !== 0 && access.hasTree(tree)) access.dropTree(tree)
  yield* writer.deleteWhere('pg_sequence', 'seqrelid', oid)
  yield* writer.deleteWhere('pg_index', 'indexrelid', oid)
  yield* writer.deleteWhere('pg_attribute', 'attrelid', oid)
  yield* writer.delete('pg_class', row)
}

/** RemoveAttributeById(): the number stays taken and so does the place in the tree. */
export function* deleteColumn(context: CommandContext, relation: Oid, number: number): Task<void> {
  const row = attributeRow(context, relation, number)
  yield* context.writer.update('pg_attribute', row, {
    attname: `........pg.dropped.${number}........`,
    atttypid: oidOf(0),
    attisdropped: true,
    attnotnull: false,
    atthasdef: false,
    attidentity: '',
    attgenerated: '',
    attstattarget: null,
    attacl: null,
    attoptions: null,
    dropped_kind: context.catalog.type(row.atttypid).kind,
  })
}

function* deleteConstraint(context: CommandContext, oid: Oid): Task<void> {
  const { writer } = context
  const row = writer.rows('pg_constraint').find('oid', oid)
  if (row === undefined) return
  yield* writer.delete('pg_constraint', row)
  const table = writer.rows('pg_class').find('oid', row.conrelid)
  if (row.contype === 'c' && table !== undefined) {
    yield* writer.update('pg_class', table, { relchecks: table.relchecks - 1 })
  }
}
