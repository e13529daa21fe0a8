/** May the session use a sequence? Asked by nextval() and its relatives each time, as PostgreSQL does. */
import { readOnlyTransaction } from '../../../errors/read-only-transaction.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import { isTemporarySchema } from '../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { hasPrivilege } from '../../catalog/describe/acl.ts'

export type SequenceUse = 'nextval' | 'currval' | 'setval'

/** Any of them is enough: USAGE, SELECT, UPDATE. */
const LETTERS: Readonly<Record<SequenceUse, string>> = { nextval: 'Uw', currval: 'Ur', setval: 'w' }

export function checkSequenceUse(
  catalog: CatalogSnapshot,
  user: string,
  isReadOnly: boolean,
  sequence: Oid,
  use: SequenceUse,
): void {
  const row = catalog.classRow(sequence)
  const role = catalog.findRole(user)
  if (row === undefined || role === undefined) return
  const isTemporary = isTemporarySchema(catalog.schemaName(row.relnamespace))
  if (isReadOnly && use !== 'currval' && !isTemporary) {
    throw readOnlyTransaction(`${use}()`)
  }
  if (role.isSuperuser || isIdentity(catalog, sequence)) return
  const { relacl: acl, relowner: owner } = row
  const allowed = [...LETTERS[use]].some((letter) =>
    hasPrivilege(catalog, role.oid, {
      object: 'sequence',
      acl,
      owner,
      letter,
      withGrantOption: false,
    }),
  )
  if (!allowed)
    throw new SqlError(
      SQLSTATE.INSUFFICIENT_PRIVILEGE,
      `permission denied for sequence ${row.relname}`,
    )
}

/** The sequence of an identity column is part of its table: INSERT on that is enough. */
function isIdentity(catalog: CatalogSnapshot, sequence: Oid): boolean {
  const uses = catalog.data.rows('pg_depend').where('objid', sequence)
  return uses.some((row) => row.deptype === 'i' && row.refobjsubid > 0)
}
