/** What stands in the way of DROP ROLE: objects that the role owns, and privileges it was given (pg_shdepend). */
import type { Oid } from '../../catalog/catalog.ts'
import { parseAcl } from '../../catalog/describe/acl.ts'
import type { CommandContext } from '../command-context.ts'
import type { ObjectAddress } from '../ddl-services.ts'
import { CLASS } from '../support/class-ids.ts'
import { describeObject } from '../support/describe-object.ts'

interface Held extends ObjectAddress {
  readonly owner: Oid
  readonly acl: string | null
}

/** One line each, as PostgreSQL words them. */
export function dependentsOf(context: CommandContext, role: Oid, name: string): readonly string[] {
  const lines: string[] = []
  for (const held of heldObjects(context)) {
    const named = (): string =>
      held.classId === CLASS.database
        ? `database ${context.session.databaseName}`
        : describeObject(context, held)
    const grants = parseAcl(held.acl) ?? []
    if (held.subId === 0 && held.owner === role) lines.push(`owner of ${named()}`)
    else if (grants.some((item) => item.grantee === name || item.grantor === name)) {
      lines.push(`privileges for ${named()}`)
    }
  }
  return lines
}

function* heldObjects(context: CommandContext): Generator<Held, void, void> {
  const { writer } = context
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
