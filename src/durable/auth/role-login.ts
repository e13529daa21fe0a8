/** What pg_authid says about logging in as a role. */
import type { CatalogSnapshot } from '../../sql/catalog/catalog-snapshot.ts'

export interface RoleLogin {
  /** pg_authid.rolpassword: a SCRAM secret; undefined when the role has no password. */
  readonly secret: string | undefined
  readonly canLogin: boolean
  readonly isSuperuser: boolean
  /** Connections it may have at a time; -1 for any number. */
  readonly connectionLimit: number
  /** Microseconds since 2000-01-01 UTC after which the password no longer holds. */
  readonly validUntilMicros: number
}

export function roleLogin(catalog: CatalogSnapshot, role: string): RoleLogin | undefined {
  const row = catalog.data.rows('pg_authid').find('rolname', role)
  if (row === undefined) return undefined
  return {
    secret: row.rolpassword ?? undefined,
    canLogin: row.rolcanlogin,
    isSuperuser: row.rolsuper,
    connectionLimit: row.rolconnlimit,
    validUntilMicros: row.rolvaliduntil ?? Infinity,
  }
}
