/** A ticket tracker with Kysely: its migrator, its introspection, its query builder over a pool of node-postgres. */
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Pool } from 'pg'
import Cursor from 'pg-cursor'
import type { Scenarios } from '../../runtime/clients/scenario.ts'
import { MIGRATIONS } from './migrations.ts'

interface Tables {
  readonly person: {
    readonly id: Generated<number>
    readonly name: string
    readonly email: string
    readonly preferences: JSONColumnType<{ color?: string }>
    readonly joined_at: ColumnType<Date, Date | undefined, never>
  }
  readonly ticket: {
    readonly id: Generated<string>
    readonly number: Generated<number>
    readonly title: string
    readonly state: 'open' | 'closed'
    readonly priority: number
    readonly estimate: string | null
    readonly labels: string[]
    readonly reporter_id: number
    readonly due: string | null
  }
  readonly comment: {
    readonly id: Generated<number>
    readonly ticket_id: string
    readonly author_id: number | null
    readonly body: string
  }
  readonly 'tracker.audit': { readonly id: Generated<string>; readonly what: string }
}

type Database = Kysely<Tables>

const JOINED = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
const id = (n: number): string => `22222222-2222-4222-8222-${String(n).padStart(12, '0')}`

export function ticketScenarios(pool: Pool): Scenarios {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
  return {
    ...migratorScenarios(db),
    ...writeScenarios(db),
    ...readScenarios(db),
    ...transactionScenarios(db),
    ...errorScenarios(db),
    'migrates down and up again': async () => {
      const migrator = new Migrator({
        db,
        provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
      })
      const down = [await migrator.migrateDown(), await migrator.migrateDown()]
      return { down, up: await migrator.migrateToLatest() }
    },
  }
}

function migratorScenarios(db: Database): Scenarios {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
  })
  return {
    'migrate to latest': () => migrator.migrateToLatest(),
    'migrate again': () => migrator.migrateToLatest(),
    'what has run': async () =>
      (await migrator.getMigrations()).map(({ name, executedAt }) => ({
        name,
        ran: executedAt instanceof Date,
      })),
    schemas: async () => (await db.introspection.getSchemas()).map(({ name }) => name).sort(),
    'tables and views': async () => await db.introspection.getTables(),
  }
}

function writeScenarios(db: Database): Scenarios {
  return {
    people: () =>
      db
        .insertInto('person')
        .values([
          {
            name: 'Ann',
            email: 'ann@x',
            preferences: JSON.stringify({ color: 'red' }),
            joined_at: JOINED,
          },
          { name: 'Bob', email: 'bob@x', preferences: '{}', joined_at: JOINED },
        ])
        .returningAll()
        .execute(),
    tickets: () =>
      db
        .insertInto('ticket')
        .values(
          [1, 2, 3, 4, 5].map((n) => ({
            id: id(n),
            title: `Ticket ${n}`,
            state: n % 2 === 0 ? 'closed' : 'open',
            priority: n,
            estimate: n === 3 ? null : `${n}.25`,
            labels: n === 1 ? ['bug', 'a,b'] : [],
            reporter_id: 1 + (n % 2),
            due: n < 3 ? `2026-02-0${n}` : null,
          })),
        )
        .returning(['id', 'number', 'estimate', 'labels', sql<string>`due::text`.as('due')])
        .execute(),
    'insert from a select': () =>
      db
        .insertInto('comment')
        .columns(['ticket_id', 'author_id', 'body'])
        .expression((eb) =>
          eb
            .selectFrom('ticket')
            .select(['id', 'reporter_id', sql<string>`'about ' || title`.as('body')])
            .orderBy('number'),
        )
        .executeTakeFirst(),
    upsert: () =>
      db
        .insertInto('person')
        .values({ name: 'Ann Two', email: 'ann@x', preferences: '{"n":1}', joined_at: JOINED })
        .onConflict((oc) =>
          oc.column('email').doUpdateSet((eb) => ({
            name: eb.ref('excluded.name'),
            preferences: sql`person.preferences || excluded.preferences`,
          })),
        )
        .returning(['name', 'preferences'])
        .executeTakeFirstOrThrow(),
    'update from another table': () =>
      db
        .updateTable('ticket')
        .from('person')
        .set((eb) => ({
          priority: eb('priority', '+', 10),
          labels: sql`array_append(labels, person.name)`,
        }))
        .whereRef('person.id', '=', 'ticket.reporter_id')
        .where('person.email', '=', 'bob@x')
        .returning(['number', 'priority', 'labels'])
        .execute(),
    'delete using': () =>
      db
        .deleteFrom('comment')
        .using('ticket')
        .whereRef('ticket.id', '=', 'comment.ticket_id')
        .where('state', '=', 'closed')
        .executeTakeFirst(),
    'another schema': () =>
      db.insertInto('tracker.audit').values({ what: 'made' }).returning('what').execute(),
    merge: () =>
      db
        .mergeInto('person')
        .using('ticket', (join) =>
          join.onRef('person.id', '=', 'ticket.reporter_id').on('ticket.number', '=', 1),
        )
        .whenMatched()
        .thenUpdateSet({ name: 'Merged' })
        .executeTakeFirst(),
  }
}

function readScenarios(db: Database): Scenarios {
  return {
    'nested objects and arrays': () =>
      db
        .selectFrom('person')
        .select((eb) => [
          'person.name',
          jsonArrayFrom(
            eb
              .selectFrom('ticket')
              .select((inner) => [
                'number',
                'due',
                'estimate',
                jsonObjectFrom(
                  inner
                    .selectFrom('comment')
                    .select(['body'])
                    .whereRef('ticket_id', '=', 'ticket.id'),
                ).as('comment'),
              ])
              .whereRef('ticket.reporter_id', '=', 'person.id')
              .orderBy('number'),
          ).as('tickets'),
        ])
        .orderBy('person.id')
        .execute(),
    'group and aggregate': () =>
      db
        .selectFrom('ticket')
        .select(({ fn }) => [
          'state',
          fn.countAll().as('n'),
          fn.sum('estimate').as('estimate'),
          fn.avg<string>('priority').as('average'),
          fn.agg<string[]>('array_agg', ['number']).orderBy('number', 'desc').as('numbers'),
          fn.max('due').filterWhere('priority', '>', 0).as('due'),
        ])
        .groupBy('state')
        .having((eb) => eb.fn.countAll(), '>', 1)
        .orderBy('state')
        .execute(),
    'pages and windows': () =>
      db
        .selectFrom('ticket')
        .select((eb) => [
          'number',
          eb.fn
            .agg<string>('row_number')
            .over((ob) => ob.partitionBy('state').orderBy('priority', 'desc'))
            .as('place'),
        ])
        .orderBy('number')
        .limit(3)
        .offset(1)
        .execute(),
    'with, case and any': () =>
      db
        .with('busy', (qb) =>
          qb.selectFrom('ticket').select('reporter_id').where('state', '=', 'open').distinct(),
        )
        .selectFrom('person')
        .select((eb) => [
          'name',
          eb
            .case()
            .when('id', 'in', eb.selectFrom('busy').select('reporter_id'))
            .then('busy')
            .else('idle')
            .end()
            .as('load'),
        ])
        .where(sql<boolean>`email = any(${['ann@x', 'bob@x']})`)
        .orderBy('email')
        .execute(),
    'a stream through a cursor': async () => {
      const numbers: number[] = []
      for await (const row of db.selectFrom('ticket').select('number').orderBy('number').stream(2))
        numbers.push(row.number)
      return numbers
    },
    'a view': () =>
      db
        .selectFrom(sql<{ number: number }>`open_ticket`.as('o'))
        .selectAll()
        .orderBy('number')
        .execute(),
    explain: async () => typeof (await db.selectFrom('ticket').selectAll().explain('json')),
  }
}

function transactionScenarios(db: Database): Scenarios {
  const count = async (): Promise<unknown> =>
    (
      await db
        .selectFrom('comment')
        .select((eb) => eb.fn.countAll().as('n'))
        .execute()
    )[0]
  return {
    'rolls back when the work throws': async () => {
      const error = await db
        .transaction()
        .setIsolationLevel('serializable')
        .execute(async (trx) => {
          await trx.deleteFrom('comment').execute()
          throw new Error('changed my mind')
        })
        .catch((e: unknown) => e)
      return { error, left: await count() }
    },
    'a controlled one with a savepoint': async () => {
      const trx = await db.startTransaction().execute()
      await trx.insertInto('tracker.audit').values({ what: 'kept' }).execute()
      const mark = await trx.savepoint('mark').execute()
      await mark.insertInto('tracker.audit').values({ what: 'undone' }).execute()
      const back = await mark.rollbackToSavepoint('mark').execute()
      await back.releaseSavepoint('mark').execute()
      await trx.commit().execute()
      return db.selectFrom('tracker.audit').select('what').orderBy('what').execute()
    },
    'one connection for several statements': () =>
      db.connection().execute(async (one) => {
        await sql`SET application_name = 'tracker'`.execute(one)
        return (await sql`SHOW application_name`.execute(one)).rows
      }),
  }
}

function errorScenarios(db: Database): Scenarios {
  return {
    'unique violation': () =>
      db.insertInto('person').values({ name: 'x', email: 'bob@x', preferences: '{}' }).execute(),
    'foreign key violation': () =>
      db
        .insertInto('comment')
        .values({ ticket_id: id(9), author_id: 1, body: 'x' })
        .execute(),
    'check violation': () =>
      db.updateTable('ticket').set({ priority: -1 }).where('number', '=', 1).execute(),
    'cascading delete, set null': async () => {
      await db.deleteFrom('ticket').where('number', '=', 3).execute()
      await sql`UPDATE ticket SET reporter_id = 1`.execute(db)
      await db.deleteFrom('person').where('email', '=', 'bob@x').execute()
      return db.selectFrom('comment').select(['author_id', 'body']).orderBy('body').execute()
    },
    'no result': () =>
      db.selectFrom('person').selectAll().where('id', '=', 99).executeTakeFirstOrThrow(),
  }
}
