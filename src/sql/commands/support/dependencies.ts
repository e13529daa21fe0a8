/**
 * pg_depend: who needs whom. 'n' normal: dropping the referenced object is refused without CASCADE. 'a' automatic:
 * the dependent goes with it. 'i' internal: the dependent is part of it and cannot be dropped alone.
 */
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import { FIRST_USER_OID } from '../../catalog/store/catalog-writer.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'

export type DependencyType = 'n' | 'a' | 'i'

export function address(classId: number, objectId: Oid, subId = 0): ObjectAddress {
  return { classId, objectId, subId }
}

export function sameAddress(a: ObjectAddress, b: ObjectAddress): boolean {
  return a.classId === b.classId && a.objectId === b.objectId && a.subId === b.subId
}

/** Built-in objects are pinned: nothing is recorded about them, except schema public, which can be dropped. */
function isPinned(object: ObjectAddress): boolean {
  return object.objectId < FIRST_USER_OID && object.objectId !== 2200
}

export function* recordDependency(
  context: CommandContext,
  dependent: ObjectAddress,
  referenced: ObjectAddress,
  type: DependencyType,
): Task<void> {
  if (isPinned(referenced)) return
  yield* context.writer.insert('pg_depend', {
    classid: oidOf(dependent.classId),
    objid: dependent.objectId,
    objsubid: dependent.subId,
    refclassid: oidOf(referenced.classId),
    refobjid: referenced.objectId,
    refobjsubid: referenced.subId,
    deptype: type,
  })
}

/** Several dependencies of one kind, each once. */
export function* recordDependencies(
  context: CommandContext,
  dependent: ObjectAddress,
  referenced: readonly ObjectAddress[],
  type: DependencyType,
): Task<void> {
  const seen: ObjectAddress[] = []
  for (const object of referenced) {
    if (seen.some((other) => sameAddress(other, object))) continue
    seen.push(object)
    yield* recordDependency(context, dependent, object, type)
  }
}

/** Removes what `dependent` itself needs; with `filter`, only some of it. */
export function* forgetDependencies(
  context: CommandContext,
  dependent: ObjectAddress,
  filter: (referenced: ObjectAddress, type: string) => boolean = () => true,
): Task<void> {
  for (const row of [...context.writer.rows('pg_depend').where('objid', dependent.objectId)]) {
    if (row.classid !== dependent.classId || row.objsubid !== dependent.subId) continue
    if (filter(address(row.refclassid, row.refobjid, row.refobjsubid), row.deptype)) {
      yield* context.writer.delete('pg_depend', row)
    }
  }
}
