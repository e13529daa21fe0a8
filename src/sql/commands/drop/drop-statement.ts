/** DROP …: finds what is named, then deletes it with its dependents. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { FIRST_USER_OID } from '../../catalog/store/catalog-writer.ts'
import type { DropStatement, ObjectReference, ObjectType } from '../../parse/ast/object.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { describeObject } from '../support/describe-object.ts'
import { requireOwnerOrSchemaOwner } from '../support/ownership.ts'
import { MissingObject, resolveObject } from '../support/resolve-object.ts'
import { performDeletion } from './perform-deletion.ts'

const TAGS: Partial<Record<ObjectType, string>> = {
  table: 'DROP TABLE',
  index: 'DROP INDEX',
  sequence: 'DROP SEQUENCE',
  view: 'DROP VIEW',
  materializedView: 'DROP MATERIALIZED VIEW',
  schema: 'DROP SCHEMA',
  type: 'DROP TYPE',
  domain: 'DROP DOMAIN',
  function: 'DROP FUNCTION',
  procedure: 'DROP PROCEDURE',
  routine: 'DROP ROUTINE',
  aggregate: 'DROP AGGREGATE',
  trigger: 'DROP TRIGGER',
  policy: 'DROP POLICY',
  rule: 'DROP RULE',
  extension: 'DROP EXTENSION',
  collation: 'DROP COLLATION',
}

export function* dropObjects(context: CommandContext, statement: DropStatement): Task<string> {
  const tag = TAGS[statement.objectType]
  if (tag === undefined) throw unsupported(`DROP of ${statement.objectType}`)
  const targets: ObjectAddress[] = []
  for (const reference of statement.objects) {
    const found = find(context, reference, statement.ifExists)
    if (found === undefined) continue
    refuseBuiltin(context, found)
    requireOwnerOrSchemaOwner(context, found)
    targets.push(found)
  }
  if (targets.length > 0) yield* performDeletion(context, targets, { cascade: statement.cascade })
  return tag
}

function find(
  context: CommandContext,
  reference: ObjectReference,
  ifExists: boolean,
): ObjectAddress | undefined {
  try {
    return resolveObject(context, reference)
  } catch (error) {
    if (!ifExists || !(error instanceof MissingObject)) throw error
    context.notice(`${error.message}, skipping`)
    return undefined
  }
}

function refuseBuiltin(context: CommandContext, object: ObjectAddress): void {
  if (object.objectId >= FIRST_USER_OID || object.objectId === 2200) return
  if (object.classId === CLASS.relation) {
    const name = context.catalog.classRow(object.objectId)?.relname ?? ''
    throw new SqlError('42501', `permission denied: "${name}" is a system catalog`)
  }
  const what = describeObject(context, object)
  throw new SqlError('2BP01', `cannot drop ${what} because it is required by the database system`)
}
