import { newDb } from 'pg-mem'
import type { Peer } from './peer.ts'

/** The mock many test suites use. It has no parameters: they are written into the text. */
export function openPgMem(): Peer {
  const { public: database } = newDb()
  return {
    name: 'pg-mem',
    run: async (text) => {
      database.none(text)
    },
    prepare:
      async (text) =>
      (...parameters) => {
        const literal = (value: number | string): string =>
          typeof value === 'number' ? String(value) : `'${value}'`
        return database.many(
          text.replaceAll(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1]!)),
        ).length
      },
    close: async () => undefined,
  }
}
