/** Settings that the catalog keeps for roles and databases: how ALTER ROLE … SET writes them, and what a session begins with. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { parseTextArray } from '../../catalog/describe/text-array.ts'
import type { NamedSettingChange } from '../../commands/ddl-services.ts'
import { checkAuthorization, checkRole } from './change-setting.ts'
import { valueText } from './set-command.ts'
import { settingDefinitions, showSettingValue } from './setting-definitions.ts'
import { Settings } from './settings.ts'

/** Of no database, of no role: for all. */
const ALL = 0 as Oid
const NO_SETTINGS: ReadonlyMap<string, string> = new Map()

const OF_ONE_TRANSACTION: ReadonlySet<string> = new Set([
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
])

/** `value` is undefined where the setting is taken back. Raises what SET would raise. */
export function storedSetting(
  change: NamedSettingChange,
  current: (name: string) => string | undefined,
): { readonly name: string; readonly value: string | undefined } {
  const definition = settingDefinitions().get(change.name.toLowerCase())
  const name = definition?.name ?? change.name
  if (OF_ONE_TRANSACTION.has(name) || name === 'session_authorization')
    throw unsupported(`SET ${name} for later`)
  if (definition?.context === 'postmaster' || definition?.context === 'sighup') {
    const when = definition.context === 'sighup' ? 'now' : 'without restarting the server'
    throw new SqlError('55P02', `parameter "${name}" cannot be changed ${when}`)
  }
  const value = valueOf(change, current)
  if (value !== undefined) void new Settings(new Map([[name, value]])) // checks it
  return { name, value }
}

function valueOf(
  change: NamedSettingChange,
  current: (name: string) => string | undefined,
): string | undefined {
  if (change.kind === 'value') return valueText(change.name, change.values)
  if (change.kind !== 'current') return undefined
  const definition = settingDefinitions().get(change.name.toLowerCase())
  const value = current(change.name)
  return definition === undefined || value === undefined
    ? value
    : showSettingValue(definition, value)
}

/**
 * What a session begins with: settings for all, then the database's, the role's, the role's in the database, and then the client's
 * own. Raises 42501 when the client asks for a role that it may not take.
 */
export function sessionSettings(
  catalog: CatalogSnapshot,
  database: Oid,
  user: string,
  asked: ReadonlyMap<string, string> = NO_SETTINGS,
): ReadonlyMap<string, string> {
  const rows = catalog.data.rows('pg_db_role_setting')
  if (rows.size === 0 && asked.size === 0) return asked
  const settings = new Map<string, string>()
  const role = catalog.findRole(user)?.oid ?? ALL
  for (const [setdatabase, setrole] of scopesOf(database, role)) {
    const row = rows.where('setrole', setrole).find((one) => one.setdatabase === setdatabase)
    for (const entry of parseTextArray(row?.setconfig ?? null)) {
      const equals = entry.indexOf('=')
      const [name, value] = [entry.slice(0, equals).toLowerCase(), entry.slice(equals + 1)]
      if (isAccepted(catalog, user, name, value)) settings.set(name, value)
    }
  }
  for (const [name, value] of asked) {
    checkIdentity(catalog, user, name.toLowerCase(), value)
    settings.set(name.toLowerCase(), value)
  }
  return settings
}

function scopesOf(database: Oid, role: Oid): readonly (readonly [Oid, Oid])[] {
  return [
    [ALL, ALL],
    [database, ALL],
    [ALL, role],
    [database, role],
  ]
}

/** One that has become wrong since is left out: nobody shall be locked out by it. */
function isAccepted(catalog: CatalogSnapshot, user: string, name: string, value: string): boolean {
  try {
    checkIdentity(catalog, user, name, value)
    return new Settings(new Map([[name, value]])).get(name) !== undefined
  } catch {
    return false
  }
}

function checkIdentity(catalog: CatalogSnapshot, user: string, name: string, value: string): void {
  if (name === 'role') checkRole(catalog, user, value)
  if (name === 'session_authorization') checkAuthorization(catalog, user, value)
}
