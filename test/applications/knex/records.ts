/** A record collection with Knex: its migrator and schema builder, queries, batches, streams and transactions. */
import knexModule from 'knex'
import type { Knex } from 'knex'
import type { Outcomes, Scenarios } from '../../runtime/clients/scenario.ts'
import { runScenarios } from '../../runtime/clients/scenario.ts'
import { MIGRATION_SOURCE } from './migrations.ts'

const UUIDS = [1, 2, 3].map((n) => `33333333-3333-4333-8333-00000000000${n}`)

export async function runRecords(url: string): Promise<Outcomes> {
  const knex = knexModule({ client: 'pg', connection: url, pool: { min: 0, max: 5 } })
  try {
    return await runScenarios({
      ...migrationScenarios(knex),
      ...schemaScenarios(knex),
      ...writeScenarios(knex),
      ...readScenarios(knex),
      ...transactionScenarios(knex),
      ...errorScenarios(knex),
      'migrates back and forth': async () => [
        await knex.migrate.rollback({ migrationSource: MIGRATION_SOURCE }, true),
        await knex.schema.hasTable('artist'),
        await knex.migrate.up({ migrationSource: MIGRATION_SOURCE }),
      ],
    })
  } finally {
    await knex.destroy()
  }
}

function migrationScenarios(knex: Knex): Scenarios {
  const config = { migrationSource: MIGRATION_SOURCE }
  return {
    'migrate to latest': () => knex.migrate.latest(config),
    'migrate again': () => knex.migrate.latest(config),
    'current version and status': async () => [
      await knex.migrate.currentVersion(config),
      await knex.migrate.status(config),
    ],
    list: async () => {
      const [done, open] = await knex.migrate.list(config)
      return { done: done.map(({ name }: { name: string }) => name), open }
    },
  }
}

function schemaScenarios(knex: Knex): Scenarios {
  return {
    'has table and column': async () => [
      await knex.schema.hasTable('album'),
      await knex.schema.hasTable('nope'),
      await knex.schema.withSchema('stats').hasTable('play'),
      await knex.schema.hasColumn('album', 'label'),
      await knex.schema.hasColumn('album', 'live'),
    ],
    'column info': async () => [
      byName(await knex('artist').columnInfo()),
      byName(await knex('album').columnInfo()),
      byName(await knex('play').withSchema('stats').columnInfo()),
      await knex('track').columnInfo('quality'),
    ],
  }
}

function writeScenarios(knex: Knex): Scenarios {
  return {
    'insert returning': () =>
      knex('artist')
        .insert([
          { name: 'Abba', genres: ['pop'], links: { site: 'a' } },
          { name: 'Björk', kind: 'solo', bio: "Guðmundsdóttir's" },
        ])
        .returning(['id', 'name', 'kind', 'genres', 'links', 'bio']),
    'batch insert in a transaction': async () =>
      knex
        .batchInsert(
          'album',
          UUIDS.map((id, i) => ({
            id,
            artist_id: 1 + (i % 2),
            title: `Album ${i}`,
            released: `200${i}-05-06`,
            price: `1${i}.5`,
            is_live: i === 2,
          })),
          2,
        )
        .returning(['title', 'price']),
    upsert: () =>
      knex('album')
        .insert({ id: UUIDS[0], artist_id: 1, title: 'Album 0', price: 99 })
        .onConflict(['artist_id', 'title'])
        .merge({ price: knex.raw('album.price + excluded.price') })
        .returning(['title', 'price']),
    'do nothing': () => knex('artist').insert({ name: 'Abba' }).onConflict('name').ignore(),
    increment: () => knex('album').where('is_live', true).increment('price', 2).returning('price'),
    'json paths': async () => {
      await knex('artist')
        .where({ id: 1 })
        .update({ links: knex.jsonSet('links', '$.site', '"b"') })
      return knex('artist')
        .jsonExtract('links', '$.site', 'site')
        .whereJsonPath('links', '$.site', '=', 'b')
    },
    delete: () => knex('artist').where('name', 'like', 'nobody%').del(),
    'another schema and bytes': () =>
      knex('play')
        .withSchema('stats')
        .insert({
          at: '2026-01-02 03:04:05.6',
          fingerprint: Buffer.from([0, 255]),
          length: '00:03:30',
        })
        .returning(['at', 'fingerprint', 'length']),
  }
}

function readScenarios(knex: Knex): Scenarios {
  return {
    'joins, grouping, having': () =>
      knex('artist')
        .leftJoin('album', 'album.artist_id', 'artist.id')
        .groupBy('artist.id')
        .select('artist.name')
        .count({ n: 'album.id' })
        .sum({ total: 'album.price' })
        .havingRaw('count(*) > 0')
        .orderBy('name'),
    'where groups and sub-queries': () =>
      knex('album')
        .whereIn('artist_id', knex('artist').select('id').whereILike('name', 'a%'))
        .andWhere((where) => where.whereBetween('price', [1, 500]).orWhereNull('label'))
        .orderBy('title')
        .pluck('title'),
    'a page with a window': () =>
      knex('album')
        .select('title')
        .rowNumber('place', (window) => window.orderBy('price', 'desc'))
        .orderBy('title')
        .limit(2)
        .offset(1),
    'with recursive': () =>
      knex
        .withRecursive('n', ['i'], (query) =>
          query
            .select(knex.raw('1'))
            .unionAll((more) => more.select(knex.raw('i + 1')).from('n').where('i', '<', 4)),
        )
        .select('*')
        .from('n'),
    first: () => knex('live_album').first(),
    'distinct on': () =>
      knex('album')
        .distinctOn('artist_id')
        .select('artist_id', 'title')
        .orderBy(['artist_id', { column: 'title', order: 'desc' }]),
    stream: async () => {
      const names: string[] = []
      for await (const row of knex('artist')
        .select('name')
        .orderBy('id')
        .stream({ highWaterMark: 1 }) as AsyncIterable<{ name: string }>)
        names.push(row.name)
      return names
    },
    'raw with bindings': async () =>
      (await knex.raw('SELECT ?::int + ?? AS sum FROM ?? ORDER BY 1', [1, 'id', 'artist'])).rows,
  }
}

function transactionScenarios(knex: Knex): Scenarios {
  return {
    'commit, with a savepoint undone': async () => {
      await knex.transaction(async (trx) => {
        await trx('artist').insert({ name: 'Kept' })
        await trx
          .transaction(async (inner) => {
            await inner('artist').insert({ name: 'Undone' })
            throw new Error('no')
          })
          .catch(() => undefined)
      })
      return knex('artist').pluck('name').orderBy('id')
    },
    'rollback by hand': async () => {
      const trx = await knex.transaction({ isolationLevel: 'repeatable read' })
      await trx('album').del()
      await trx.rollback()
      return knex('album').count()
    },
    'lock rows': () =>
      knex.transaction((trx) => trx('artist').where({ id: 1 }).forUpdate().select('name')),
    'a constraint checked at commit': () =>
      knex.transaction((trx) =>
        trx('track').insert({ album_id: '33333333-3333-4333-8333-000000000009', place: 1 }),
      ),
  }
}

function errorScenarios(knex: Knex): Scenarios {
  return {
    'unique violation': () => knex('artist').insert({ name: 'Abba' }),
    'unique violation over two columns': () =>
      knex('album').insert({ artist_id: 1, title: 'Album 0', price: 1 }),
    'foreign key violation': () => knex('album').insert({ artist_id: 77, title: 'x', price: 1 }),
    'check violation': () => knex('album').update({ price: -1 }).where('title', 'Album 0'),
    'enum by check': () =>
      knex('track')
        .insert({ album_id: UUIDS[0], place: 1, quality: 'medium' })
        .returning('id')
        .catch(withoutDetail),
    'too long': () => knex('album').update({ title: 'x'.repeat(61) }),
    'undefined column': () => knex('album').select('nope'),
    timeout: () => knex.raw('SELECT pg_sleep(2)').timeout(50, { cancel: true }),
    'works after a timeout': async () => (await knex.raw('SELECT 1 AS one')).rows,
  }
}

/** The query behind it does not say in what order. */
function byName(columns: object): unknown {
  return Object.entries(columns).sort(([one], [other]) => one.localeCompare(other))
}

/** The failing row holds a number from a sequence that failed statements moved on. */
function withoutDetail(error: unknown): unknown {
  if (error instanceof Error && 'detail' in error) delete error.detail
  return error
}
