import type { Knex } from 'knex'

interface NamedMigration extends Knex.Migration {
  readonly name: string
}

const MIGRATIONS: readonly NamedMigration[] = [
  {
    name: '001_artists',
    up: async (knex) => {
      await knex.schema.createTable('artist', (table) => {
        table.increments('id')
        table.string('name', 100).notNullable().unique()
        table.text('bio').comment('in a few words')
        table
          .enu('kind', ['band', 'solo'], { useNative: true, enumName: 'artist_kind' })
          .notNullable()
          .defaultTo('band')
        table.specificType('genres', 'text[]').notNullable().defaultTo('{}')
        table.jsonb('links').defaultTo(JSON.stringify({}))
        table.timestamps(true, true)
      })
    },
    down: async (knex) => {
      await knex.schema.dropTable('artist')
      await knex.raw('DROP TYPE artist_kind')
    },
  },
  {
    name: '002_albums',
    up: async (knex) => {
      await knex.schema.createTable('album', (table) => {
        table.uuid('id').primary().defaultTo(knex.fn.uuid())
        table
          .integer('artist_id')
          .unsigned()
          .notNullable()
          .references('artist.id')
          .onDelete('CASCADE')
          .index()
        table.string('title').notNullable()
        table.date('released')
        table.decimal('price', 8, 2).notNullable().checkPositive()
        table.boolean('live').notNullable().defaultTo(false)
        table.unique(['artist_id', 'title'], { indexName: 'album_of_artist' })
        table.index(['released', 'price'], 'album_released')
      })
      await knex.schema.createTable('track', (table) => {
        table.bigIncrements('id')
        table.uuid('album_id').notNullable()
        table.smallint('place').notNullable()
        table.double('seconds')
        table.enum('quality', ['low', 'high']).defaultTo('high')
        table
          .foreign('album_id', 'track_album')
          .references('id')
          .inTable('album')
          .onDelete('RESTRICT')
          .deferrable('deferred')
      })
    },
    down: (knex) => knex.schema.dropTable('track').dropTable('album'),
  },
  {
    name: '003_changes',
    up: async (knex) => {
      await knex.schema.alterTable('album', (table) => {
        table.string('title', 60).notNullable().alter()
        table.string('label').nullable().after('title')
        table.renameColumn('live', 'is_live')
        table.dropIndex(['released', 'price'], 'album_released')
        table.setNullable('price')
      })
      await knex.schema.createView('live_album', (view) => {
        view.columns(['title', 'artist'])
        view.as(
          knex('album')
            .join('artist', 'artist.id', 'album.artist_id')
            .where('is_live', true)
            .select('title', 'artist.name'),
        )
      })
      await knex.schema.createSchemaIfNotExists('stats')
      await knex.schema.withSchema('stats').createTable('play', (table) => {
        table.increments()
        table.timestamp('at', { useTz: false, precision: 0 })
        table.binary('fingerprint')
        table.time('length')
      })
    },
    down: async (knex) => {
      await knex.schema.dropView('live_album')
      await knex.schema.withSchema('stats').dropTable('play')
      await knex.schema.dropSchema('stats')
      await knex.schema.alterTable('album', (table) => {
        table.renameColumn('is_live', 'live')
        table.dropColumn('label')
      })
    },
  },
]

export const MIGRATION_SOURCE: Knex.MigrationSource<NamedMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: (migration) => Promise.resolve(migration),
}
