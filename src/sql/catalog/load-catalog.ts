/**
 * Where a session gets its catalog from: loaded from the catalog trees, kept while nothing changed, and for a new
 * database the trees themselves with the few rows that belong to the user from the start.
 */
import type { TransactionAccess } from '../../storage/access.ts'
import type { Task } from '../../storage/task.ts'
import { CatalogSnapshot } from './catalog-snapshot.ts'
import { CatalogData, loadCatalogData } from './store/catalog-data.ts'
import { CATALOG_NAMES, catalogTable, oidOf } from './store/catalog-tables.ts'
import { CatalogWriter } from './store/catalog-writer.ts'

/** Oids that every PostgreSQL has. */
export const BOOTSTRAP_SUPERUSER = oidOf(10)
export const PUBLIC_SCHEMA = oidOf(2200)
const PG_DATABASE_OWNER = oidOf(6171)
const TEMPLATE_DATABASES = [
  { oid: oidOf(1), datname: 'template1', datallowconn: true },
  { oid: oidOf(4), datname: 'template0', datallowconn: false },
]
export const FIRST_DATABASE = oidOf(5)

export function* loadCatalog(access: TransactionAccess): Task<CatalogSnapshot> {
  return new CatalogSnapshot(yield* loadCatalogData(access))
}

/** The built-in catalog alone: for tests and for binding without a database. */
export function builtinCatalog(): CatalogSnapshot {
  return new CatalogSnapshot(new CatalogData(new Map()))
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
  for (const name of CATALOG_NAMES) {
    const { tree, schema } = catalogTable(name)
    if (!access.hasTree(tree)) access.createTree(tree, schema)
  }
  const writer = new CatalogWriter(access, builtinCatalog())
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
  yield* insertSuperuser(writer, options)
  yield* insertDatabases(writer, options.databaseName)
  return writer.catalog
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

function* insertDatabases(writer: CatalogWriter, name: string): Task<void> {
  const common = {
    datdba: BOOTSTRAP_SUPERUSER,
    encoding: 6,
    datlocprovider: 'c',
    datconnlimit: -1,
    dattablespace: oidOf(1663),
    datcollate: 'C',
    datctype: 'C',
  }
  for (const template of TEMPLATE_DATABASES) {
    yield* writer.insert('pg_database', { ...common, ...template, datistemplate: true })
  }
  yield* writer.insert('pg_database', {
    ...common,
    oid: FIRST_DATABASE,
    datname: name,
    datistemplate: false,
    datallowconn: true,
  })
}
