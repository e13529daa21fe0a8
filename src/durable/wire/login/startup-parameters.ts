/** What a startup message's parameters mean. */
import { startupSettings } from '../../startup-settings.ts'

/** Those that are no settings. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['user', 'database', 'replication'])

/** Without a name the database is that of the role's name. */
export function databaseOf(role: string, parameters: ReadonlyMap<string, string>): string {
  return parameters.get('database') ?? role
}

export function settingsOf(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const settings = [...parameters].filter(([name]) => !NOT_SETTINGS.has(name))
  return startupSettings(Object.fromEntries(settings))
}
