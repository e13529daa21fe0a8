/**
 * Runs the applications of test/applications against a real PostgreSQL and records what they get:
 *
 *   node scripts/record-applications.ts [name …]     (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import pg from 'pg'
import { APPLICATIONS } from '../test/applications/applications.ts'
import { psqlVersion, transcript } from '../test/applications/psql/transcript.ts'
import { record } from '../test/applications/recorded-outcomes.ts'
import { withOracle } from './oracle.ts'

const names = process.argv.slice(2)

const version = await psqlVersion()

await withOracle(async (url) => {
  const admin = await connectAsOwner(url)
  for (const [name, run] of Object.entries(APPLICATIONS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const database = `application_${name.replaceAll('-', '_')}`
    await admin.query(`DROP DATABASE IF EXISTS ${database}`)
    await admin.query(`CREATE DATABASE ${database} OWNER lakelet`)
    const target = new URL(database, url)
    target.username = target.password = 'lakelet'
    record(name, await run(target.href))
  }
  if (version !== undefined && (names.length === 0 || names.includes('psql'))) {
    await admin.query('DROP DATABASE IF EXISTS application_psql')
    await admin.query('DROP ROLE IF EXISTS psql_clerk, psql_reader')
    await admin.query('CREATE DATABASE application_psql OWNER lakelet')
    const target = new URL('application_psql', url)
    target.username = target.password = 'lakelet'
    record(`psql-${version}`, await transcript(target.href))
  }
  await admin.end()
})

/** Listings name who owns the system's objects: the superuser of a server of our own is called as Lakelet's. */
async function connectAsOwner(url: string): Promise<pg.Client> {
  const first = new pg.Client(url)
  await first.connect()
  if (process.env['ORACLE_URL'] !== undefined) {
    const { rowCount } = await first.query("SELECT FROM pg_roles WHERE rolname = 'lakelet'")
    if (rowCount === 0) await first.query("CREATE ROLE lakelet SUPERUSER LOGIN PASSWORD 'lakelet'")
    return first
  }
  await first.query("CREATE ROLE recorder SUPERUSER LOGIN PASSWORD 'recorder'")
  await first.end()
  const target = new URL(url)
  target.username = target.password = 'recorder'
  const admin = new pg.Client(target.href)
  await admin.connect()
  await admin.query("ALTER ROLE postgres RENAME TO lakelet; ALTER ROLE lakelet PASSWORD 'lakelet'")
  return admin
}
