/** An application on Kysely over the Neon HTTP driver: schema builder, queries, JSON helpers, introspection. */
import { neon } from '@neondatabase/serverless'
import { Kysely, sql } from 'kysely'
import type { ColumnType, Generated } from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely/helpers/postgres'
import { neonDialect } from './neon-kysely-dialect.ts'
import type { Scenarios } from './scenario.ts'

interface Person {
  id: Generated<number>
  first_name: string
  last_name: string | null
  age: number
  created_at: ColumnType<Date, string | undefined, never>
  metadata: ColumnType<{ tags: string[] }, string, string>
}
interface Pet {
  id: Generated<string>
  name: string
  owner_id: number
  species: 'cat' | 'dog'
  weight: ColumnType<string, number>
}
interface Tables {
  person: Person
  pet: Pet
}

export function kyselyScenarios(connection: string): Scenarios {
  const db = new Kysely<Tables>({ dialect: neonDialect(neon(connection)) }).withSchema(
    'kysely_test',
  )
  return { ...schemaScenarios(db), ...queryScenarios(db) }
}

function schemaScenarios(db: Kysely<Tables>): Scenarios {
  return {
    'schema builder': async () => {
      await sql`DROP SCHEMA IF EXISTS kysely_test CASCADE`.execute(db)
      await db.schema.createSchema('kysely_test').execute()
      await db.schema
        .createTable('person')
        .addColumn('id', 'integer', (column) => column.generatedAlwaysAsIdentity().primaryKey())
        .addColumn('first_name', 'varchar(50)', (column) => column.notNull())
        .addColumn('last_name', 'text')
        .addColumn('age', 'integer', (column) => column.notNull().check(sql`age >= 0`))
        .addColumn('created_at', 'timestamptz', (column) =>
          column.notNull().defaultTo('2026-01-01T00:00:00Z'),
        )
        .addColumn('metadata', 'jsonb', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('pet')
        .addColumn('id', 'bigserial', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull().unique())
        .addColumn('owner_id', 'integer', (column) =>
          column.references('kysely_test.person.id').onDelete('cascade').notNull(),
        )
        .addColumn('species', 'text', (column) => column.notNull())
        .addColumn('weight', sql`numeric(6, 2)`, (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('pet_owner')
        .on('pet')
        .columns(['owner_id', 'species desc'])
        .execute()
      await db.schema
        .alterTable('person')
        .addColumn('nickname', 'text', (column) => column.defaultTo('none'))
        .execute()
      await db.schema
        .createView('adult')
        .as(db.selectFrom('person').where('age', '>=', 18).selectAll())
        .execute()
    },
    'introspection of tables': async () => {
      const tables = await db.introspection.getTables()
      return tables.filter(({ schema }) => schema === 'kysely_test')
    },
    'introspection of schemas': async () => {
      const schemas = await db.introspection.getSchemas()
      return schemas
        .map(({ name }) => name)
        .filter((name) => name === 'kysely_test' || name === 'public')
    },
  }
}

function queryScenarios(db: Kysely<Tables>): Scenarios {
  const people = [
    {
      first_name: 'Jennifer',
      last_name: 'Aniston',
      age: 50,
      metadata: JSON.stringify({ tags: ['a', 'b'] }),
    },
    { first_name: 'Arnold', last_name: null, age: 70, metadata: JSON.stringify({ tags: [] }) },
    { first_name: 'Kid', last_name: 'Young', age: 7, metadata: JSON.stringify({ tags: ['x'] }) },
  ]
  return {
    'insert returning': () => db.insertInto('person').values(people).returningAll().execute(),
    'insert, count of rows': () =>
      db
        .insertInto('pet')
        .values([
          { name: 'Catto', owner_id: 1, species: 'cat', weight: 4.25 },
          { name: 'Doggo', owner_id: 2, species: 'dog', weight: 30 },
          { name: 'Hammo', owner_id: 1, species: 'dog', weight: 12.5 },
        ])
        .executeTakeFirst(),
    'select with join': () =>
      db
        .selectFrom('person')
        .innerJoin('pet', 'pet.owner_id', 'person.id')
        .select(['person.first_name', 'pet.name as pet', 'pet.weight'])
        .where('person.age', '>', 18)
        .where((where) => where.or([where('species', '=', 'dog'), where('pet.name', 'like', 'C%')]))
        .orderBy('pet.id', 'desc')
        .execute(),
    'JSON helpers': () =>
      db
        .selectFrom('person')
        .select((select) => [
          'person.id',
          jsonArrayFrom(
            select
              .selectFrom('pet')
              .select(['pet.id', 'pet.name'])
              .whereRef('pet.owner_id', '=', 'person.id')
              .orderBy('pet.name'),
          ).as('pets'),
          jsonObjectFrom(
            select
              .selectFrom('pet')
              .select('pet.name')
              .whereRef('pet.owner_id', '=', 'person.id')
              .orderBy('weight')
              .limit(1),
          ).as('lightest'),
          jsonBuildObject({ first: select.ref('first_name'), last: select.ref('last_name') }).as(
            'name',
          ),
        ])
        .orderBy('person.id')
        .execute(),
    'group by, having, window': () =>
      db
        .selectFrom('pet')
        .select(({ fn }) => [
          'species',
          fn.countAll().as('n'),
          fn.sum('weight').as('weight'),
          sql<string>`rank() over (order by count(*) desc)`.as('rank'),
        ])
        .groupBy('species')
        .having(({ fn }) => fn.countAll(), '>', 0)
        .orderBy('species')
        .execute(),
    'common table expressions': () =>
      db
        .with('owners', (with_) => with_.selectFrom('pet').select('owner_id').distinct())
        .selectFrom('owners')
        .innerJoin('person', 'person.id', 'owners.owner_id')
        .select(['first_name', 'age'])
        .orderBy('age')
        .execute(),
    'data-modifying common table': () =>
      db
        .with('gone', (with_) =>
          with_.deleteFrom('pet').where('name', '=', 'Hammo').returning('owner_id'),
        )
        .selectFrom('gone')
        .selectAll()
        .execute(),
    'update from': () =>
      db
        .updateTable('pet')
        .from('person')
        .whereRef('person.id', '=', 'pet.owner_id')
        .where('person.first_name', '=', 'Jennifer')
        .set((set) => ({ weight: set('weight', '+', set.val('0.25')) as never }))
        .returning(['pet.name', 'weight'])
        .execute(),
    upsert: () =>
      db
        .insertInto('pet')
        .values({ name: 'Catto', owner_id: 2, species: 'cat', weight: 1 })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet((set) => ({ owner_id: set.ref('excluded.owner_id') })),
        )
        .returningAll()
        .executeTakeFirstOrThrow(),
    'JSON path': () =>
      db
        .selectFrom('person')
        .select((select) => [
          'id',
          select.ref('metadata', '->').key('tags').at(0).as('json'),
          select.ref('metadata', '->>').key('tags').as('text'),
        ])
        .orderBy('id')
        .execute(),
    'case and coalesce': () =>
      db
        .selectFrom('person')
        .select((select) => [
          select
            .case()
            .when('age', '<', 18)
            .then('minor')
            .when('age', '<', 65)
            .then('adult')
            .else('senior')
            .end()
            .as('group'),
          select.fn.coalesce('last_name', sql<string>`'-'`).as('last'),
        ])
        .orderBy('id')
        .execute(),
    'set operation, limit, offset': () =>
      db
        .selectFrom('person')
        .select('first_name as name')
        .unionAll(db.selectFrom('pet').select('name'))
        .orderBy('name')
        .limit(3)
        .offset(1)
        .execute(),
    view: () =>
      sql`SELECT first_name, p.nickname FROM kysely_test.adult a JOIN kysely_test.person p USING (first_name) ORDER BY 1`.execute(
        db,
      ),
    'delete, count of rows': () => db.deleteFrom('person').where('age', '<', 18).executeTakeFirst(),
    'constraint error': () =>
      db
        .insertInto('person')
        .values({ first_name: 'Bad', last_name: null, age: -1, metadata: '{}' })
        .execute(),
  }
}
