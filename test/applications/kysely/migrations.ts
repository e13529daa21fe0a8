import { sql } from 'kysely'
import type { Kysely, Migration } from 'kysely'

/** Migrations see tables that the types know nothing of. */
type Untyped = Kysely<never>

export const MIGRATIONS: Record<string, Migration> = {
  '2026-01-01-people': {
    up: async (db: Untyped) => {
      await db.schema
        .createTable('person')
        .addColumn('id', 'serial', (column) => column.primaryKey())
        .addColumn('name', 'varchar(50)', (column) => column.notNull())
        .addColumn('email', 'text', (column) => column.notNull().unique())
        .addColumn('preferences', 'jsonb', (column) => column.notNull().defaultTo(sql`'{}'::jsonb`))
        .addColumn('joined_at', 'timestamptz(3)', (column) =>
          column.notNull().defaultTo(sql`now()`),
        )
        .execute()
    },
    down: async (db: Untyped) => db.schema.dropTable('person').execute(),
  },
  '2026-01-02-tickets': {
    up: async (db: Untyped) => {
      await db.schema.createType('state').asEnum(['open', 'closed']).execute()
      await db.schema
        .createTable('ticket')
        .addColumn('id', 'uuid', (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
        .addColumn('number', 'integer', (column) => column.generatedByDefaultAsIdentity().notNull())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('state', sql`state`, (column) => column.notNull().defaultTo('open'))
        .addColumn('priority', 'int2', (column) => column.notNull().check(sql`priority >= 0`))
        .addColumn('estimate', 'numeric(6, 2)')
        .addColumn('labels', sql`text[]`, (column) => column.notNull())
        .addColumn('reporter_id', 'integer', (column) => column.notNull())
        .addColumn('due', 'date')
        .addUniqueConstraint('ticket_number', ['number'])
        .addForeignKeyConstraint('ticket_reporter', ['reporter_id'], 'person', ['id'])
        .execute()
      await db.schema
        .createIndex('ticket_open')
        .on('ticket')
        .columns(['state', 'priority desc'])
        .where(sql.ref('state'), '=', sql.lit('open'))
        .execute()
    },
    down: async (db: Untyped) => {
      await db.schema.dropTable('ticket').execute()
      await db.schema.dropType('state').execute()
    },
  },
  '2026-01-03-comments': {
    up: async (db: Untyped) => {
      await db.schema
        .createTable('comment')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('ticket_id', 'uuid', (column) =>
          column.notNull().references('ticket.id').onDelete('cascade'),
        )
        .addColumn('author_id', 'integer', (column) =>
          column.references('person.id').onDelete('set null'),
        )
        .addColumn('body', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createView('open_ticket')
        .as(sql`SELECT number, title FROM ticket WHERE state = 'open'` as never)
        .execute() // raw SQL stands for a query
    },
    down: async (db: Untyped) => {
      await db.schema.dropView('open_ticket').execute()
      await db.schema.dropTable('comment').execute()
    },
  },
  '2026-01-04-audit': {
    up: async (db: Untyped) => {
      await db.schema.createSchema('tracker').execute()
      await db.schema
        .createTable('tracker.audit')
        .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn('what', 'text')
        .execute()
      await db.schema
        .alterTable('ticket')
        .alterColumn('title', (column) => column.setDefault('untitled'))
        .execute()
      await db.schema.alterTable('person').renameTo('human').execute()
      await db.schema.alterTable('human').renameTo('person').execute()
    },
    down: async (db: Untyped) => {
      await db.schema.dropTable('tracker.audit').execute()
      await db.schema.dropSchema('tracker').execute()
    },
  },
}
