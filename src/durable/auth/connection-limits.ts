/** How many connections there may be: of the branch (max_connections), of a role and of a database (CONNECTION LIMIT). */
import { SqlError } from '../../errors/sql-error.ts'
import { SQLSTATE } from '../../errors/sql-state.ts'
import type { CatalogSnapshot } from '../../sql/catalog/catalog-snapshot.ts'
import { settingDefinitions } from '../../sql/session/settings/setting-definitions.ts'
import type { RoleLogin } from './role-login.ts'

/** The connections there are, idle ones whose object sleeps and the asking one included. */
export interface Occupancy {
  /** Those of clients that are not known yet, too. */
  total(): number
  ofRole(role: string): number
  ofDatabase(database: string): number
}

const UNLIMITED = -1

/** Before anybody is asked for a password. Raises 53300. */
export function checkRoom(occupancy: Occupancy): void {
  if (occupancy.total() > maxConnections()) {
    throw tooMany('sorry, too many clients already')
  }
}

/** Of a client that is known and not counted for its role and database yet. Raises 53300. */
export function checkConnectionLimits(
  occupancy: Occupancy,
  catalog: CatalogSnapshot,
  { role, login, database }: { role: string; login: RoleLogin | undefined; database: string },
): void {
  if (login?.isSuperuser === true) return
  const reserved = serverSetting('superuser_reserved_connections')
  if (occupancy.total() > maxConnections() - reserved) {
    throw tooMany('remaining connection slots are reserved for roles with the SUPERUSER attribute')
  }
  const ofRole = login?.connectionLimit ?? UNLIMITED
  if (ofRole !== UNLIMITED && occupancy.ofRole(role) >= ofRole) {
    throw tooMany(`too many connections for role "${role}"`)
  }
  const row = catalog.data.rows('pg_database').find('datname', database)
  const ofDatabase = row?.datconnlimit ?? UNLIMITED
  if (ofDatabase !== UNLIMITED && occupancy.ofDatabase(database) >= ofDatabase) {
    throw tooMany(`too many connections for database "${database}"`)
  }
}

export function maxConnections(): number {
  return serverSetting('max_connections')
}

/** authentication_timeout */
export function authenticationTimeoutMs(): number {
  return serverSetting('authentication_timeout') * 1000
}

/** Of the server's own settings there is the default only. */
function serverSetting(name: string): number {
  return Number(settingDefinitions().get(name)?.defaultValue ?? 0)
}

function tooMany(message: string): SqlError {
  return new SqlError(SQLSTATE.TOO_MANY_CONNECTIONS, message)
}
