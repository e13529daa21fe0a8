/** REFERENCES on the table, or on each of the columns that a foreign key points at. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Relation } from '../../catalog/catalog.ts'
import { hasPrivilege } from '../../catalog/describe/acl.ts'
import type { AclObject } from '../../catalog/describe/acl.ts'
import type { ForeignKeyConstraint } from '../../parse/ast/table.ts'
import type { CommandContext } from '../command-context.ts'
import { classRow } from '../support/lookup.ts'

export function requireReferences(
  context: CommandContext,
  referenced: Relation,
  constraint: ForeignKeyConstraint,
): void {
  const { relacl, relowner: owner } = classRow(context, referenced.oid)
  const has = (object: AclObject, acl: string | null): boolean =>
    hasPrivilege(context.catalog, context.owner, {
      object,
      acl,
      owner,
      letter: 'x',
      withGrantOption: false,
    })
  if (has('table', relacl)) return
  const attributes = context.catalog.attributes(referenced.oid)
  const names = constraint.referencedColumns
  const granted = names.every((name) =>
    attributes.some(
      (row) => row.attname === name && row.attacl !== null && has('column', row.attacl),
    ),
  )
  if (names.length > 0 && granted) return
  throw new SqlError('42501', `permission denied for table ${referenced.name}`)
}
