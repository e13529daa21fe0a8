/** What stands in the way of DROP ROLE: objects that the role owns, and privileges it was given (pg_shdepend). */
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { parseAcl } from '../../catalog/describe/acl.ts'
import type { CatalogWriter } from '../../catalog/store/catalog-writer.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { describeObject } from '../support/describe-object.ts'

interface Held extends ObjectAddress {
  readonly owner: Oid
  readonly acl: string | null
}

/** The catalog as a command has changed it so far, or as another database has it. */
type Rows = Pick<CatalogWriter, 'rows'>

/** One line each, as PostgreSQL words them; of other databases just how many. */
export function* dependentsOf(
  context: CommandContext,
  role: Oid,
  name: string,
): Task<readonly string[]> {
  const lines: string[] = []
  for (const held of heldObjects(context.writer)) {
    const hold = holdOf(held, role, name)
    if (hold !== undefined) lines.push(`${hold} ${describeObject(context, held)}`)
  }
  const others = yield* context.services.databases.otherCatalogs(context.session.databaseName)
  for (const [database, { data }] of others) {
    let count = 0
    for (const held of heldObjects(data)) {
      const isShared = held.classId === CLASS.database
      if (!isShared && holdOf(held, role, name) !== undefined) count++
    }
    if (count > 0)
      lines.push(`${count} ${count === 1 ? 'object' : 'objects'} in database ${database}`)
  }
  return lines
}

function holdOf(held: Held, role: Oid, name: string): string | undefined {
  if (held.subId === 0 && held.owner === role) return 'owner of'
  const grants = parseAcl(held.acl) ?? []
  const isNamed = grants.some((item) => item.grantee === name || item.grantor === name)
  return isNamed ? 'privileges for' : undefined
}

export function* heldObjects(writer: Rows): Generator<Held, void, void> {
  const held = (
    classId: number,
    objectId: Oid,
    owner: Oid,
    acl: string | null,
    subId = 0,
  ): Held => ({
    classId,
    objectId,
    subId,
    owner,
    acl,
  })
  for (const row of writer.rows('pg_class').all()) {
    // Indexes follow their table, row types their composite type.
    if (row.relkind === 'i' || row.relkind === 't' || row.relkind === 'c') continue
    yield held(CLASS.relation, row.oid, row.relowner, row.relacl)
  }
  for (const row of writer.rows('pg_attribute').all()) {
    if (row.attacl === null) continue
    const table = writer.rows('pg_class').find('oid', row.attrelid)
    if (table === undefined) continue
    yield held(CLASS.relation, row.attrelid, table.relowner, row.attacl, row.attnum)
  }
  for (const row of writer.rows('pg_namespace').all()) {
    yield held(CLASS.schema, row.oid, row.nspowner, row.nspacl)
  }
  for (const row of writer.rows('pg_type').all()) {
    if (row.typrelid !== 0 && row.typtype === 'c') {
      if (writer.rows('pg_class').find('oid', row.typrelid)?.relkind !== 'c') continue
    }
    if (row.typname.startsWith('_')) continue
    yield held(CLASS.type, row.oid, row.typowner, row.typacl)
  }
  for (const row of writer.rows('pg_proc').all()) {
    yield held(CLASS.proc, row.oid, row.proowner, row.proacl)
  }
  for (const row of writer.rows('pg_database').all()) {
    yield held(CLASS.database, row.oid, row.datdba, row.datacl)
  }
}
