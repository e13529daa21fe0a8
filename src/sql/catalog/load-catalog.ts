/**
 * Where a session gets its catalog from: loaded from the catalog trees, kept while nothing changed, and for a new
 * database the trees themselves with the few rows that belong to the user from the start.
 */
import type { TransactionAccess } from '../../storage/access.ts'
import type { Task } from '../../storage/task.ts'
import { CatalogSnapshot } from './catalog-snapshot.ts'
import { formatAcl, parseAclItem } from './describe/acl.ts'
import type { DatabaseRow } from './rows/object-rows.ts'
import { CatalogData, loadCatalogData } from './store/catalog-data.ts'
import { CATALOG_NAMES, catalogTable, oidOf } from './store/catalog-tables.ts'
import { CatalogWriter } from './store/catalog-writer.ts'

/** Oids that every PostgreSQL has. */
export const BOOTSTRAP_SUPERUSER = oidOf(10)
export const PUBLIC_SCHEMA = oidOf(2200)
const PG_DATABASE_OWNER = oidOf(6171)
/** The database that a branch is made with. */
export const FIRST_DATABASE = oidOf(5)
const PG_DATABASE = oidOf(1262)
/** What every cluster has besides, with PostgreSQL's comments. They are empty until somebody connects to them. */
const CLUSTER_DATABASES = [
  { oid: oidOf(1), datname: 'template1', text: 'default template for new databases' },
  { oid: oidOf(4), datname: 'template0', text: 'unmodifiable empty database' },
  { oid: oidOf(6), datname: 'postgres', text: 'default administrative connection database' },
]

export function* loadCatalog(
  access: TransactionAccess,
  database = FIRST_DATABASE,
): Task<CatalogSnapshot> {
  return new CatalogSnapshot(yield* loadCatalogData(access, database))
}

/** The built-in catalog alone: for tests and for binding without a database. */
export function builtinCatalog(): CatalogSnapshot {
  return new CatalogSnapshot(new CatalogData(FIRST_DATABASE, new Map()))
}

export interface BootstrapOptions {
  readonly databaseName: string
  /** The bootstrap superuser's name. */
  readonly superuser: string
  /** What its password is checked against (pg_authid.rolpassword); without one nobody can log in as it. */
  readonly superuserSecret?: string | undefined
}

/** Makes the catalog trees of a new branch, with schema public, the superuser and the databases. */
export function* bootstrapCatalog(
  access: TransactionAccess,
  options: BootstrapOptions,
): Task<CatalogSnapshot> {
  const writer = new CatalogWriter(access, builtinCatalog())
  yield* bootstrapDatabase(writer)
  yield* insertSuperuser(writer, options)
  yield* insertDatabases(writer, options)
  return writer.catalog
}

/** The catalog trees of a database that has none yet, with schema public. */
export function* bootstrapDatabase(writer: CatalogWriter): Task<void> {
  const { access } = writer
  for (const name of CATALOG_NAMES) {
    const { tree, schema } = catalogTable(name)
    if (!access.hasTree(tree)) access.createTree(tree, schema)
  }
  yield* writer.insert('pg_namespace', {
    oid: PUBLIC_SCHEMA,
    nspname: 'public',
    nspowner: PG_DATABASE_OWNER,
    nspacl: '{pg_database_owner=UC/pg_database_owner,=U/pg_database_owner}',
  })
  yield* writer.insert('pg_description', {
    objoid: PUBLIC_SCHEMA,
    classoid: oidOf(2615),
    description: 'standard public schema',
  })
}

function* insertSuperuser(writer: CatalogWriter, options: BootstrapOptions): Task<void> {
  yield* writer.insert('pg_authid', {
    oid: BOOTSTRAP_SUPERUSER,
    rolname: options.superuser,
    rolpassword: options.superuserSecret ?? null,
    rolsuper: true,
    rolinherit: true,
    rolcreaterole: true,
    rolcreatedb: true,
    rolcanlogin: true,
    rolreplication: true,
    rolbypassrls: true,
    rolconnlimit: -1,
  })
}

function* insertDatabases(
  writer: CatalogWriter,
  { databaseName, superuser }: BootstrapOptions,
): Task<void> {
  for (const { oid, datname, text } of CLUSTER_DATABASES) {
    if (datname === databaseName) continue
    const datistemplate = datname.startsWith('template')
    const acl = [`=c/${superuser}`, `${superuser}=CTc/${superuser}`].map(parseAclItem)
    yield* writer.insert('pg_database', {
      ...NEW_DATABASE,
      oid,
      datname,
      datistemplate,
      datallowconn: datname !== 'template0',
      datacl: datistemplate ? formatAcl(acl) : null,
    })
    yield* writer.insert('pg_shdescription', {
      objoid: oid,
      classoid: PG_DATABASE,
      description: text,
    })
  }
  yield* writer.insert('pg_database', {
    ...NEW_DATABASE,
    oid: FIRST_DATABASE,
    datname: databaseName,
  })
}

/** UTF-8, compared by code point: all databases are. */
export const NEW_DATABASE: Partial<DatabaseRow> = {
  datdba: BOOTSTRAP_SUPERUSER,
  encoding: 6,
  datlocprovider: 'c',
  datallowconn: true,
  datconnlimit: -1,
  dattablespace: oidOf(1663),
  datcollate: 'C',
  datctype: 'C',
}
