/**
 * A change of a setting by SET or set_config(): who may, and what else it means. The role and the session's authorization are
 * settings too, so that SET LOCAL and a rollback treat them as they treat all others.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import { memberships } from '../../catalog/describe/acl.ts'
import type { SessionState } from '../session-state.ts'
import { settingDefinitions } from './setting-definitions.ts'
import type { Settings } from './settings.ts'

export interface SettingTarget {
  readonly name: string
  readonly isLocal: boolean
}

/** undefined: back to what it was when the session began. */
export function changeSetting(
  state: SessionState,
  catalog: CatalogSnapshot,
  { name, isLocal }: SettingTarget,
  value: string | undefined,
): void {
  const { settings } = state
  const key = name.toLowerCase()
  requirePrivilege(state, catalog, key, name)
  if (key === 'seed' && value !== undefined) return state.generator.seed(Number(value))
  if (value === undefined) settings.reset(name, isLocal)
  else {
    if (key === 'role') checkRole(catalog, state.sessionUser, value)
    if (key === 'session_authorization') {
      checkAuthorization(catalog, state.authenticatedUser, value)
    }
    if (key === 'default_tablespace') checkTablespace(value)
    settings.set(name, value, isLocal)
  }
  // Whoever becomes somebody else begins without a role.
  if (key === 'session_authorization') settings.set('role', NO_ROLE, isLocal)
}

const NO_ROLE = 'none'

/** Who the session is: the one who logged in, or whom that one has become. */
export function sessionUserOf(settings: Settings, authenticated: string): string {
  const name = settings.get('session_authorization') ?? ''
  return name === '' ? authenticated : name
}

/** Whose privileges count. */
export function currentUserOf(settings: Settings, authenticated: string): string {
  const role = settings.get('role') ?? NO_ROLE
  return role === NO_ROLE ? sessionUserOf(settings, authenticated) : role
}

/** As SHOW prints it; some follow from who the session is. undefined when there is no such setting. */
export function shownSetting(
  state: SessionState,
  catalog: CatalogSnapshot,
  name: string,
): string | undefined {
  const { settings, sessionUser, currentUser } = state
  switch (name.toLowerCase()) {
    case 'session_authorization':
      return sessionUser
    case 'is_superuser':
      return catalog.findRole(currentUser)?.isSuperuser === true ? 'on' : 'off'
    default:
      return settings.get(name) === undefined ? undefined : settings.show(name)
  }
}

function requirePrivilege(
  { currentUser }: SessionState,
  catalog: CatalogSnapshot,
  key: string,
  name: string,
): void {
  if (settingDefinitions().get(key)?.context !== 'superuser') return
  if (catalog.findRole(currentUser)?.isSuperuser === true) return
  throw new SqlError(
    SQLSTATE.INSUFFICIENT_PRIVILEGE,
    `permission denied to set parameter "${name}"`,
  )
}

/** Raises 42501. */
export function checkRole(catalog: CatalogSnapshot, sessionUser: string, name: string): void {
  if (name === NO_ROLE) return
  const role = requireRole(catalog, name)
  const user = catalog.findRole(sessionUser)
  if (user?.isSuperuser === true || user?.oid === role.oid) return
  if (user !== undefined && memberships(catalog, user.oid).has(name)) return
  throw new SqlError(SQLSTATE.INSUFFICIENT_PRIVILEGE, `permission denied to set role "${name}"`)
}

/** Raises 42501. */
export function checkAuthorization(
  catalog: CatalogSnapshot,
  authenticatedUser: string,
  name: string,
): void {
  requireRole(catalog, name)
  if (name === authenticatedUser) return
  if (catalog.findRole(authenticatedUser)?.isSuperuser === true) return
  throw new SqlError(
    SQLSTATE.INSUFFICIENT_PRIVILEGE,
    `permission denied to set session authorization "${name}"`,
  )
}

function requireRole(catalog: CatalogSnapshot, name: string) {
  const role = catalog.findRole(name)
  if (role !== undefined) return role
  throw new SqlError(SQLSTATE.INVALID_PARAMETER_VALUE, `role "${name}" does not exist`)
}

function checkTablespace(name: string): void {
  if (name === '' || name === 'pg_default' || name === 'pg_global') return
  throw new SqlError(
    SQLSTATE.INVALID_PARAMETER_VALUE,
    `invalid value for parameter "default_tablespace": "${name}"`,
    { detail: `Tablespace "${name}" does not exist.` },
  )
}
