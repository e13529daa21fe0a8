/** What a session says about itself and the server: version, names, settings, transaction, types of values. */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { PgArray } from '../../types/value-classes.ts'
import { utf8Length } from '../../types/text/characters.ts'
import { isTemporarySchema } from '../../catalog/catalog-snapshot.ts'
import type { CallContext, FunctionRegistry, Value } from '../registry.ts'

/** Clients look for "PostgreSQL <number>". */
export const VERSION_TEXT = 'PostgreSQL 17.10 (Lakelet 0.1) on wasm32-unknown-workerd, 64-bit'

/** Settings an application may make up have a dot in their name. */
function unknownSetting(name: string): SqlError {
  return new SqlError('42704', `unrecognized configuration parameter "${name}"`)
}

export function registerSessionInfo(registry: FunctionRegistry): void {
  registry.scalar('pgsql_version', () => VERSION_TEXT)
  registry.scalar('current_database', ({ session }) => session.databaseName)
  registry.scalar('current_user', ({ session }) => session.currentUser)
  registry.scalar('session_user', ({ session }) => session.sessionUser)
  registry.scalar('current_schema', (context) => existingSchemas(context).named[0] ?? null)
  registry.scalar('current_schemas', (context, withImplicit: boolean) => {
    const { temporary, named } = existingSchemas(context)
    const implicit = named.includes('pg_catalog') ? temporary : [...temporary, 'pg_catalog']
    return new PgArray(withImplicit ? [...implicit, ...named] : named)
  })
  registry.scalar('pg_backend_pid', ({ session }) => {
    if (session.backendPid === undefined) throw unsupported('pg_backend_pid')
    return session.backendPid
  })
  registry.scalar('pg_is_in_recovery', () => false)
  registerNotifications(registry)
  registerSettings(registry)
  registerTransaction(registry)
  registerAddresses(registry)
  registerValueInfo(registry)
}

/** The schemas of the search path that exist; the session's temporary one is searched but never named by it. */
function existingSchemas({ session, catalog }: CallContext) {
  const existing = session.searchPath.filter((name) => catalog.hasSchema(name))
  return {
    temporary: existing.filter(isTemporarySchema),
    named: existing.filter((name) => !isTemporarySchema(name)),
  }
}

function shown({ session }: CallContext, name: string): string | undefined {
  return session.shownSetting === undefined ? session.setting(name) : session.shownSetting(name)
}

function registerSettings(registry: FunctionRegistry): void {
  const show = (context: CallContext, name: string, isMissingFine: boolean | null): Value => {
    const value = shown(context, name.toLowerCase())
    if (value !== undefined) return value
    if (isMissingFine === true) return null
    throw unknownSetting(name)
  }
  registry.scalar('show_config_by_name', (context, name: string) => show(context, name, false))
  registry.scalar('show_config_by_name_missing_ok', show)
  registry.scalar(
    'set_config_by_name',
    (context, name: string | null, value: string | null, isLocal: boolean | null) => {
      const { session } = context
      if (name === null) throw new SqlError('22004', 'SET requires parameter name')
      session.setSetting(name.toLowerCase(), value ?? '', isLocal ?? false)
      return shown(context, name.toLowerCase()) ?? value ?? ''
    },
  )
}

function registerNotifications(registry: FunctionRegistry): void {
  registry.scalar('pg_notify', ({ session }, channel: string | null, payload: string | null) => {
    if (session.notify === undefined) throw unsupported('pg_notify')
    session.notify(channel ?? '', payload ?? '')
    return ''
  })
  registry.set('pg_listening_channels', function* ({ session }) {
    yield* session.listeningChannels ?? []
  })
  registry.scalar(
    'pg_notification_queue_usage',
    ({ session }) => session.notificationQueueUsage ?? 0,
  )
}

function registerTransaction(registry: FunctionRegistry): void {
  for (const symbol of ['pg_current_xact_id', 'pg_current_xact_id_if_assigned']) {
    registry.scalar(symbol, ({ session }) => session.transactionId)
  }
}

/** A serverless connection has no network addresses to tell. */
function registerAddresses(registry: FunctionRegistry): void {
  for (const symbol of [
    'inet_client_addr',
    'inet_client_port',
    'inet_server_addr',
    'inet_server_port',
  ]) {
    registry.scalar(symbol, () => null)
  }
}

const ENCODING_UTF8 = 6

function registerValueInfo(registry: FunctionRegistry): void {
  registry.scalar('pg_typeof', (context) => context.argumentTypes[0] ?? (0 as Oid))
  registry.scalar(
    'pg_client_encoding',
    ({ session }) => session.setting('client_encoding') ?? 'UTF8',
  )
  registry.scalar('getdatabaseencoding', () => 'UTF8')
  registry.scalar('PG_encoding_to_char', (_context, encoding: number) => ENCODINGS[encoding] ?? '')
  registry.scalar('PG_char_to_encoding', (_context, name: string) => {
    const wanted = name.toUpperCase().replace(/[^A-Z0-9]/g, '')
    if (wanted === 'UNICODE') return ENCODING_UTF8
    return ENCODINGS.findIndex((encoding) => encoding.replace(/[^A-Z0-9]/g, '') === wanted)
  })
  registry.scalar('pg_num_nulls', (_context: CallContext, ...values: Value[]) =>
    countNulls(values, true),
  )
  registry.scalar('pg_num_nonnulls', (_context: CallContext, ...values: Value[]) =>
    countNulls(values, false),
  )
  registry.scalar('pg_column_size', (context, value: Value) => {
    const type = context.catalog.type(context.argumentTypes[0] ?? (0 as Oid))
    return type.length > 0 ? type.length : sizeOf(value, type.name)
  })
}

function countNulls(values: readonly Value[], nulls: boolean): number {
  return values.filter((value) => (value === null) === nulls).length
}

/** By their number. */
const ENCODINGS = (
  'SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 ' +
  'LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 ' +
  'KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 WIN1253 ' +
  'WIN1254 WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004'
).split(' ')

/** Bytes a stored variable-length value takes, header included; of other types the stored form is not PostgreSQL's. */
function sizeOf(value: Value, typeName: string): number {
  const length =
    typeof value === 'string'
      ? utf8Length(value)
      : value instanceof Uint8Array
        ? value.length
        : undefined
  if (length === undefined) throw unsupported(`pg_column_size of type ${typeName}`)
  return length + (length < 127 ? 1 : 4)
}
