/** ALTER … RENAME TO, ALTER … SET SCHEMA, ALTER … OWNER TO */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid, Relation } from '../../catalog/catalog.ts'
import type {
  AlterOwnerStatement,
  AlterSchemaStatement,
  ObjectReference,
  RenameStatement,
} from '../../parse/ast/object.ts'
import { commandName } from '../command-name.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { changeOwner, changeTypeOwner, ownedSequences } from '../support/change-owner.ts'
import { changeDatabaseOwner, renameDatabase } from '../database/alter-database.ts'
import { CLASS } from '../support/class-ids.ts'
import {
  checkRelationNameFree,
  classRow,
  currentRelation,
  findRelation,
  refuseSystemRelation,
  requireSchema,
  typeTaken,
  undefinedRelation,
} from '../support/lookup.ts'
import { arrayTypeName } from '../support/object-names.ts'
import { renameRole } from '../role/rename-role.ts'
import { requireOwner, requireSchemaCreate, requireSetRole } from '../support/ownership.ts'
import { MissingObject, resolveObject } from '../support/resolve-object.ts'
import { renameColumn } from './rename-column.ts'
import { renameRelationInQuery } from './rename-in-sql.ts'

/** The object; undefined after a notice when IF EXISTS forgives that it is missing. */
function find(
  context: CommandContext,
  reference: ObjectReference,
  ifExists: boolean,
): ObjectAddress | undefined {
  try {
    if (reference.kind !== 'relation') return resolveObject(context, reference)
    // ALTER TABLE … RENAME works on every kind of relation.
    const relation = findRelation(context, reference.name)
    if (relation === undefined)
      throw new MissingObject('42P01', undefinedRelation(reference.name).message)
    if (reference.type !== 'table' && reference.type !== 'index') resolveObject(context, reference)
    refuseSystemRelation(relation)
    return { classId: CLASS.relation, objectId: relation.oid, subId: 0 }
  } catch (error) {
    if (!ifExists || !(error instanceof MissingObject)) throw error
    context.notice(`${error.message}, skipping`)
    return undefined
  }
}

export function* rename(context: CommandContext, statement: RenameStatement): Task<string> {
  const { object: reference, newName } = statement
  const tag = commandName(statement)
  const object = find(context, reference, statement.ifExists)
  if (object === undefined) return tag
  requireOwner(context, object)
  yield* renameObject(context, object, newName, reference)
  return tag
}

function* renameObject(
  context: CommandContext,
  object: ObjectAddress,
  newName: string,
  reference: ObjectReference,
): Task<void> {
  const { writer } = context
  const oid = object.objectId
  switch (object.classId) {
    case CLASS.relation:
      if (object.subId === 0) return yield* renameRelation(context, oid, newName)
      return yield* renameColumn(
        context,
        currentRelation(context, oid),
        reference.kind === 'part' ? reference.name : '',
        newName,
      )
    case CLASS.type:
      return yield* renameType(context, oid, newName)
    case CLASS.constraint:
      return yield* renameConstraint(context, oid, newName)
    case CLASS.schema: {
      if (context.catalog.hasSchema(newName))
        throw new SqlError('42P06', `schema "${newName}" already exists`)
      const row = writer.rows('pg_namespace').find('oid', oid)
      if (row !== undefined) yield* writer.update('pg_namespace', row, { nspname: newName })
      return
    }
    case CLASS.role: {
      const row = writer.rows('pg_authid').find('oid', oid)
      if (row !== undefined) yield* renameRole(context, row, newName)
      return
    }
    case CLASS.trigger: {
      const row = writer.rows('pg_trigger').find('oid', oid)
      if (row !== undefined) yield* writer.update('pg_trigger', row, { tgname: newName })
      return
    }
    case CLASS.proc: {
      const row = writer.rows('pg_proc').find('oid', oid)
      if (row !== undefined) yield* writer.update('pg_proc', row, { proname: newName })
      return
    }
    case CLASS.database: {
      const row = writer.rows('pg_database').find('oid', oid)
      if (row !== undefined) yield* renameDatabase(context, row, newName)
      return
    }
    default:
      throw unsupported(`renaming a ${reference.type}`)
  }
}

export function* renameRelation(context: CommandContext, oid: Oid, newName: string): Task<void> {
  const { writer } = context
  const row = classRow(context, oid)
  checkRelationNameFree(context, row.relnamespace, newName)
  const relation = currentRelation(context, oid)
  yield* renameInViews(context, relation, { newSchema: relation.schema, newName })
  yield* writer.update('pg_class', row, { relname: newName })
  if (row.reltype !== 0) yield* renameTypeRow(context, row.reltype, newName)
  // The constraint behind an index is called as the index.
  const constraint = writer.rows('pg_constraint').find('conindid', oid)
  if (row.relkind === 'i' && constraint !== undefined && constraint.contype !== 'f') {
    yield* writer.update('pg_constraint', constraint, { conname: newName })
  }
}

function* renameInViews(
  context: CommandContext,
  relation: Relation,
  to: { readonly newSchema: string; readonly newName: string },
): Task<void> {
  const { writer } = context
  const rules = new Set(
    writer
      .rows('pg_depend')
      .where('refobjid', relation.oid)
      .filter((row) => row.classid === CLASS.rewrite && row.deptype === 'n')
      .map((row) => row.objid),
  )
  for (const oid of rules) {
    const rule = writer.rows('pg_rewrite').find('oid', oid)
    if (rule === undefined) continue
    const path = JSON.parse(rule.search_path ?? '[]') as string[] // as CREATE VIEW wrote it
    const isVisible =
      context.catalog.findRelationOid(undefined, relation.name, path) === relation.oid
    const renaming = { schema: relation.schema, name: relation.name, ...to, isVisible }
    yield* writer.update('pg_rewrite', rule, {
      ev_action: renameRelationInQuery(rule.ev_action, renaming),
    })
  }
}

function* renameTypeRow(context: CommandContext, oid: Oid, newName: string): Task<void> {
  const { writer } = context
  const row = writer.rows('pg_type').find('oid', oid)
  if (row === undefined) return
  if (context.catalog.typeIn(row.typnamespace, newName) !== undefined) throw typeTaken(newName)
  yield* writer.update('pg_type', row, { typname: newName })
  const array = writer.rows('pg_type').find('oid', row.typarray)
  if (array === undefined) return
  const name = arrayTypeName(context.catalog, array.typnamespace, newName)
  yield* writer.update('pg_type', array, { typname: name })
}

function* renameType(context: CommandContext, oid: Oid, newName: string): Task<void> {
  const row = context.writer.rows('pg_type').find('oid', oid)
  if (row === undefined) throw new SqlError('42501', 'must be owner of the type')
  if (row.typtype !== 'c') return yield* renameTypeRow(context, oid, newName)
  const relation = currentRelation(context, row.typrelid)
  if (relation.kind !== 'c') {
    throw new SqlError('42809', `${row.typname} is a table's row type`, {
      hint: 'Use ALTER TABLE instead.',
    })
  }
  yield* renameRelation(context, relation.oid, newName)
}

function* renameConstraint(context: CommandContext, oid: Oid, newName: string): Task<void> {
  const { writer } = context
  const row = writer.rows('pg_constraint').find('oid', oid)
  if (row === undefined) return
  const siblings =
    row.conrelid === 0
      ? writer.rows('pg_constraint').where('contypid', row.contypid)
      : writer.rows('pg_constraint').where('conrelid', row.conrelid)
  if (siblings.some((other) => other.conname === newName)) {
    const owner =
      row.conrelid === 0
        ? `domain ${context.catalog.type(row.contypid).name}`
        : `relation "${currentRelation(context, row.conrelid).name}"`
    throw new SqlError('42710', `constraint "${newName}" for ${owner} already exists`)
  }
  if (row.contype === 'p' || row.contype === 'u')
    return yield* renameRelation(context, row.conindid, newName)
  yield* writer.update('pg_constraint', row, { conname: newName })
}

export function* alterSchema(
  context: CommandContext,
  statement: AlterSchemaStatement,
): Task<string> {
  const { object: reference, newSchema } = statement
  const tag = commandName(statement)
  const object = find(context, reference, statement.ifExists)
  if (object === undefined) return tag
  requireOwner(context, object)
  const namespace = requireSchema(context, newSchema)
  requireSchemaCreate(context, namespace)
  switch (object.classId) {
    case CLASS.relation:
      yield* moveRelation(context, object.objectId, namespace, newSchema)
      return tag
    case CLASS.type: {
      const row = context.writer.rows('pg_type').find('oid', object.objectId)
      if (row?.typtype === 'c') yield* moveRelation(context, row.typrelid, namespace, newSchema)
      else yield* moveType(context, object.objectId, namespace)
      return tag
    }
    case CLASS.proc: {
      const row = context.writer.rows('pg_proc').find('oid', object.objectId)
      if (row !== undefined)
        yield* context.writer.update('pg_proc', row, { pronamespace: namespace })
      yield* moveDependency(context, object.objectId, namespace)
      return tag
    }
    default:
      throw unsupported(`SET SCHEMA of a ${reference.type}`)
  }
}

/** A relation with its type, indexes, constraints and owned sequences. */
function* moveRelation(
  context: CommandContext,
  oid: Oid,
  namespace: Oid,
  schema: string,
): Task<void> {
  const { writer } = context
  const row = classRow(context, oid)
  if (row.relnamespace === namespace) return
  if (context.catalog.relationIn(namespace, row.relname) !== undefined) {
    throw new SqlError('42P07', `relation "${row.relname}" already exists in schema "${schema}"`)
  }
  const relation = currentRelation(context, oid)
  yield* renameInViews(context, relation, { newSchema: schema, newName: relation.name })
  yield* writer.update('pg_class', row, { relnamespace: namespace })
  yield* moveDependency(context, oid, namespace)
  if (row.reltype !== 0) yield* moveType(context, row.reltype, namespace)
  for (const index of relation.indexes) {
    yield* writer.update('pg_class', classRow(context, index.oid), { relnamespace: namespace })
  }
  for (const constraint of [...writer.rows('pg_constraint').where('conrelid', oid)]) {
    yield* writer.update('pg_constraint', constraint, { connamespace: namespace })
  }
  for (const sequence of ownedSequences(context, oid)) {
    yield* moveRelation(context, sequence, namespace, schema)
  }
}

function* moveType(context: CommandContext, oid: Oid, namespace: Oid): Task<void> {
  const { writer } = context
  const row = writer.rows('pg_type').find('oid', oid)
  if (row === undefined) return
  yield* writer.update('pg_type', row, { typnamespace: namespace })
  yield* moveDependency(context, oid, namespace)
  const array = writer.rows('pg_type').find('oid', row.typarray)
  if (array !== undefined) yield* writer.update('pg_type', array, { typnamespace: namespace })
}

function* moveDependency(context: CommandContext, object: Oid, namespace: Oid): Task<void> {
  for (const row of [...context.writer.rows('pg_depend').where('objid', object)]) {
    if (row.refclassid === CLASS.schema) {
      yield* context.writer.update('pg_depend', row, { refobjid: namespace })
    }
  }
}

export function* alterOwner(context: CommandContext, statement: AlterOwnerStatement): Task<string> {
  const { writer } = context
  const owner = context.resolveRole(statement.owner)
  const object = resolveObject(context, statement.object)
  requireOwner(context, object)
  requireSetRole(context, owner)
  const oid = object.objectId
  switch (object.classId) {
    case CLASS.relation:
      yield* changeOwner(context, currentRelation(context, oid), owner)
      break
    case CLASS.type:
      yield* changeTypeOwner(context, oid, owner)
      break
    case CLASS.schema: {
      const row = writer.rows('pg_namespace').find('oid', oid)
      if (row !== undefined) yield* writer.update('pg_namespace', row, { nspowner: owner })
      break
    }
    case CLASS.proc: {
      const row = writer.rows('pg_proc').find('oid', oid)
      if (row !== undefined) yield* writer.update('pg_proc', row, { proowner: owner })
      break
    }
    case CLASS.database: {
      const row = writer.rows('pg_database').find('oid', oid)
      if (row !== undefined) yield* changeDatabaseOwner(context, row, owner)
      break
    }
    default:
      throw unsupported(`OWNER TO of a ${statement.object.type}`)
  }
  return commandName(statement)
}
