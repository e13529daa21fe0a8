import pg from 'pg'
import type { Peer } from './peer.ts'

/** Native PostgreSQL through `pg` over loopback, with named prepared statements. */
export async function openPostgres(url: string): Promise<Peer> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  let names = 0
  return {
    name: 'postgres 17',
    run: async (text) => {
      await client.query(text)
    },
    prepare: async (text) => {
      const name = `statement_${names++}`
      return async (...values) =>
        (await client.query({ name, text, values: [...values], rowMode: 'array' })).rows.length
    },
    close: () => client.end(),
  }
}
