/**
 * A session's settings (GUCs): PostgreSQL's defaults under what the session has set, under what the transaction has set with
 * SET LOCAL. A rollback restores what the transaction changed.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { normalizeSpecialSetting, splitIdentifierList } from './special-settings.ts'
import { readSettingValue, settingDefinitions, showSettingValue } from './setting-definitions.ts'
import type { SettingDefinition } from './setting-definitions.ts'

interface Layers {
  readonly session: ReadonlyMap<string, string>
  readonly local: ReadonlyMap<string, string>
}

/** A point to which settings can be rolled back. */
export type SettingsMark = Layers

/** Applications may make up settings with a dot in their name. */
const CUSTOM_NAME = /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)+$/
/** pg_settings.context of what a session may change, and of what may also be said when it begins. */
const SESSION_CONTEXTS: ReadonlySet<string> = new Set(['user', 'superuser'])
const STARTUP_CONTEXTS: ReadonlySet<string> = new Set([
  ...SESSION_CONTEXTS,
  'backend',
  'superuser-backend',
])
/** RESET ALL leaves them as they are. */
const NOT_RESET: ReadonlySet<string> = new Set([
  'role',
  'session_authorization',
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
])

/** PostgreSQL's GUC_NO_RESET. */
const WITHOUT_RESET: ReadonlySet<string> = new Set([
  'transaction_isolation',
  'transaction_read_only',
  'transaction_deferrable',
  'seed',
])

const NO_SETTINGS: ReadonlyMap<string, string> = new Map()

export class Settings {
  /** Session values and transaction-local ones; maps are replaced, never changed, so that a mark is two references. */
  #layers: Layers = { session: new Map(), local: NO_SETTINGS }
  /** What was computed from the settings as they are, by what computes it. */
  readonly #derived = new Map<unknown, unknown>()
  #transactionStart: Layers | undefined
  /** What RESET goes back to: PostgreSQL's default under startup parameters. */
  readonly #startup: ReadonlyMap<string, string>
  #searchPath: { readonly user: string; readonly schemas: readonly string[] } | undefined

  constructor(startup: ReadonlyMap<string, string> = new Map()) {
    const values = new Map<string, string>()
    // Set before it is filled: a value may refer to one before it (DateStyle's order of fields).
    this.#startup = values
    for (const [name, value] of startup) {
      values.set(name.toLowerCase(), this.#check(name, value, STARTUP_CONTEXTS))
    }
  }

  /** The stored value; undefined when there is no such setting. */
  get(name: string): string | undefined {
    const key = name.toLowerCase()
    const { session, local } = this.#layers
    if (local.size === 0 && session.size === 0 && this.#startup.size === 0) {
      return settingDefinitions().get(key)?.defaultValue
    }
    return (
      local.get(key) ??
      session.get(key) ??
      this.#startup.get(key) ??
      settingDefinitions().get(key)?.defaultValue
    )
  }

  /** As SHOW prints it. Raises 42704 for an unknown name. */
  show(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw unknownSetting(name)
    const definition = settingDefinitions().get(name.toLowerCase())
    return definition === undefined ? value : showSettingValue(definition, value)
  }

  set(name: string, value: string, isLocal: boolean): void {
    this.#store(name.toLowerCase(), this.#check(name, value, SESSION_CONTEXTS), isLocal)
  }

  /** SET … TO DEFAULT, RESET name. */
  reset(name: string, isLocal = false): void {
    const key = name.toLowerCase()
    if (WITHOUT_RESET.has(key)) throw unsupportedReset(name)
    const definition = settingDefinitions().get(key)
    if (definition === undefined && !CUSTOM_NAME.test(name)) throw unknownSetting(name)
    if (definition !== undefined) requireChangeable(definition, SESSION_CONTEXTS)
    if (definition === undefined && this.get(key) === undefined) return
    const value = this.#startup.get(key) ?? settingDefinitions().get(key)?.defaultValue ?? ''
    this.#store(key, value, isLocal)
  }

  resetAll(): void {
    const kept = [...this.#layers.session].filter(([key]) => NOT_RESET.has(key))
    this.#replace({ session: new Map(kept), local: NO_SETTINGS })
  }

  /** Who has last said what the value is, as pg_settings.source names it. */
  source(name: string): 'default' | 'client' | 'session' {
    const key = name.toLowerCase()
    const { session, local } = this.#layers
    const value = local.get(key) ?? session.get(key)
    if (value !== undefined && value !== this.resetValue(key)) return 'session'
    return this.#startup.has(key) ? 'client' : value === undefined ? 'default' : 'session'
  }

  /** What RESET would make it. */
  resetValue(name: string): string {
    const key = name.toLowerCase()
    return this.#startup.get(key) ?? this.defaultValue(key)
  }

  defaultValue(name: string): string {
    return settingDefinitions().get(name.toLowerCase())?.defaultValue ?? ''
  }

  /** What `compute` makes of the settings: computed again only after one has changed. */
  derived<T>(compute: (settings: Settings) => T): T {
    const known = this.#derived.get(compute)
    if (known !== undefined) return known as T // only the next lines write it
    const value = compute(this)
    this.#derived.set(compute, value)
    return value
  }

  #replace(layers: Layers): void {
    if (layers === this.#layers) return
    this.#layers = layers
    this.#derived.clear()
    this.#searchPath = undefined
  }

  /** Names of everything that SHOW ALL lists; settings that applications have made up are not. */
  names(): readonly string[] {
    return [...settingDefinitions()]
      .filter(([, { isHidden }]) => isHidden !== true)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { name }]) => name)
  }

  /** The schemas of search_path with "$user" replaced. The catalog looks into pg_catalog first by itself. */
  searchPath(user: string): readonly string[] {
    if (this.#searchPath?.user !== user) {
      const named = splitIdentifierList(this.get('search_path') ?? '')
      this.#searchPath = {
        user,
        schemas: named.map((schema) => (schema === '$user' ? user : schema)),
      }
    }
    return this.#searchPath.schemas
  }

  mark(): SettingsMark {
    return this.#layers
  }

  rollbackTo(mark: SettingsMark): void {
    this.#replace(mark)
  }

  beginTransaction(): void {
    this.#transactionStart = this.#layers
  }

  endTransaction(committed: boolean): void {
    const start = this.#transactionStart
    if (start === undefined) return
    this.#replace(withoutLocal(committed ? this.#layers : start))
    this.#transactionStart = undefined
  }

  #store(key: string, value: string, isLocal: boolean): void {
    const { session, local } = this.#layers
    if (isLocal) {
      // Outside a transaction SET LOCAL has no lasting effect.
      if (this.#transactionStart !== undefined)
        this.#replace({ session, local: new Map(local).set(key, value) })
      return
    }
    const remaining = new Map(local)
    remaining.delete(key)
    this.#replace({ session: new Map(session).set(key, value), local: remaining })
  }

  #check(name: string, value: string, contexts: ReadonlySet<string>): string {
    const definition = settingDefinitions().get(name.toLowerCase())
    if (definition === undefined) {
      if (CUSTOM_NAME.test(name)) return value
      throw unknownSetting(name)
    }
    requireChangeable(definition, contexts)
    return normalizeSpecialSetting(
      definition,
      readSettingValue(definition, value, name),
      (key) => this.get(key) ?? '',
    )
  }
}

function withoutLocal(layers: Layers): Layers {
  return layers.local.size === 0 ? layers : { session: layers.session, local: NO_SETTINGS }
}

function requireChangeable(
  { name, context }: SettingDefinition,
  contexts: ReadonlySet<string>,
): void {
  if (contexts.has(context)) return
  throw new SqlError('55P02', `parameter "${name}" ${UNCHANGEABLE[context] ?? 'cannot be changed'}`)
}

const UNCHANGEABLE: Readonly<Record<string, string>> = {
  postmaster: 'cannot be changed without restarting the server',
  sighup: 'cannot be changed now',
  backend: 'cannot be set after connection start',
  'superuser-backend': 'cannot be set after connection start',
}

function unknownSetting(name: string): SqlError {
  return new SqlError(SQLSTATE.UNDEFINED_OBJECT, `unrecognized configuration parameter "${name}"`)
}

function unsupportedReset(name: string): SqlError {
  return new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, `parameter "${name}" cannot be reset`)
}
