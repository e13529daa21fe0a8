/**
 * Runs the applications of test/applications against a real PostgreSQL and records what they get:
 *
 *   node scripts/record-applications.ts [name …]     (starts a PostgreSQL of its own; ORACLE_URL names another)
 */
import pg from 'pg'
import { APPLICATIONS } from '../test/applications/applications.ts'
import { record } from '../test/applications/recorded-outcomes.ts'
import { withOracle } from './oracle.ts'

const names = process.argv.slice(2)

await withOracle(async (url) => {
  const admin = new pg.Client(url)
  await admin.connect()
  const roles = await admin.query("SELECT FROM pg_roles WHERE rolname = 'lakelet'")
  if (roles.rowCount === 0)
    await admin.query("CREATE ROLE lakelet SUPERUSER LOGIN PASSWORD 'lakelet'")
  for (const [name, run] of Object.entries(APPLICATIONS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const database = `application_${name.replaceAll('-', '_')}`
    await admin.query(`DROP DATABASE IF EXISTS ${database}`)
    await admin.query(`CREATE DATABASE ${database} OWNER lakelet`)
    const target = new URL(database, url)
    target.username = target.password = 'lakelet'
    record(name, await run(target.href))
  }
  await admin.end()
})
