import { DatabaseSync } from 'node:sqlite'
import type { Peer } from './peer.ts'

/** SQLite in memory, in process. */
export function openSqlite(): Peer {
  const database = new DatabaseSync(':memory:')
  const translate = (text: string): string =>
    text
      .replaceAll(/\$(\d+)/g, '?$1')
      .replaceAll('double precision', 'real')
      .replaceAll('timestamptz', 'text')
  return {
    name: 'node:sqlite',
    run: async (text) => {
      database.exec(translate(text))
    },
    prepare: async (text) => {
      const statement = database.prepare(translate(text))
      return (...parameters) => statement.all(...parameters).length
    },
    close: async () => database.close(),
  }
}
