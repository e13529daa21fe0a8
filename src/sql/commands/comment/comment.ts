/** COMMENT ON */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CommentStatement, ObjectReference } from '../../parse/ast/object.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { requireOwner } from '../support/ownership.ts'
import { resolveObject } from '../support/resolve-object.ts'

export function* comment(context: CommandContext, statement: CommentStatement): Task<string> {
  const { object: reference } = statement
  if (isMissingDatabase(context, reference)) return 'COMMENT'
  const object = resolveObject(context, reference)
  checkColumnOwner(context, object)
  requireOwner(context, object)
  // An empty comment is none.
  const text = statement.text === '' ? undefined : statement.text
  if (object.classId === CLASS.role || object.classId === CLASS.database) {
    yield* setSharedComment(context, object, text)
  } else {
    yield* setComment(context, object, text)
  }
  return 'COMMENT'
}

/** A script that comments on the database it was dumped from shall run in another. */
function isMissingDatabase(context: CommandContext, reference: ObjectReference): boolean {
  if (reference.kind !== 'plain' || reference.type !== 'database') return false
  const { name } = reference
  if (context.writer.rows('pg_database').find('datname', name) !== undefined) return false
  context.session.notice('WARNING', '3D000', `database "${name}" does not exist`)
  return true
}

function checkColumnOwner(context: CommandContext, object: ObjectAddress): void {
  if (object.classId !== CLASS.relation || object.subId === 0) return
  const relation = context.catalog.relation(object.objectId)
  if (relation === undefined || ['r', 'v', 'm', 'c', 'f', 'p'].includes(relation.kind)) return
  throw new SqlError('42809', `cannot set comment on relation "${relation.name}"`, {
    detail: `This operation is not supported for ${relation.kind === 'i' ? 'indexes' : 'sequences'}.`,
  })
}

export function* setComment(
  context: CommandContext,
  object: ObjectAddress,
  text: string | undefined,
): Task<void> {
  const { writer } = context
  const row = writer
    .rows('pg_description')
    .where('objoid', object.objectId)
    .find((entry) => entry.classoid === object.classId && entry.objsubid === object.subId)
  if (row !== undefined && text !== undefined) {
    yield* writer.update('pg_description', row, { description: text })
  } else if (row !== undefined) {
    yield* writer.delete('pg_description', row)
  } else if (text !== undefined) {
    yield* writer.insert('pg_description', {
      objoid: object.objectId,
      classoid: oidOf(object.classId),
      objsubid: object.subId,
      description: text,
    })
  }
}

/** Roles and databases belong to the whole cluster. */
export function* setSharedComment(
  context: CommandContext,
  object: ObjectAddress,
  text: string | undefined,
): Task<void> {
  const { writer } = context
  for (const row of [...writer.rows('pg_shdescription').where('objoid', object.objectId)]) {
    if (row.classoid === object.classId) yield* writer.delete('pg_shdescription', row)
  }
  if (text === undefined) return
  yield* writer.insert('pg_shdescription', {
    objoid: object.objectId,
    classoid: oidOf(object.classId),
    description: text,
  })
}
