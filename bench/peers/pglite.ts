import { PGlite } from '@electric-sql/pglite'
import type { Peer } from './peer.ts'

/** PostgreSQL as WebAssembly, in memory, in process. */
export async function openPglite(): Promise<Peer> {
  const database = await PGlite.create()
  return {
    name: 'pglite',
    run: async (text) => {
      await database.exec(text)
    },
    prepare: async (text) => async (...parameters) => (await database.query(text, [...parameters])).rows.length,
    close: () => database.close(),
  }
}
