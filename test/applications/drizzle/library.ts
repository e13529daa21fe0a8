/** A library with Drizzle: drizzle-kit migrates, node-postgres connects, relational queries as Drizzle writes them. */
import {
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  gte,
  inArray,
  isNull,
  like,
  sql,
  sum,
} from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { Pool } from 'pg'
import type { Scenarios } from '../../runtime/clients/scenario.ts'
import { DrizzleKit, MIGRATIONS_FOLDER } from './drizzle-kit.ts'
import * as schema from './schema.ts'

type Database = NodePgDatabase<typeof schema>

const { book, copy, loan, lost, member, oldLoan } = schema
const ANN = '00000000-0000-4000-8000-000000000001'
const BOB = '00000000-0000-4000-8000-000000000002'
const SINCE = new Date(Date.UTC(2026, 2, 1, 9, 30, 15, 123))

export function libraryScenarios(pool: Pool, url: string): Scenarios {
  const db = drizzle({ client: pool, schema })
  return {
    ...migrationScenarios(db, pool, url),
    ...writeScenarios(db),
    ...relationScenarios(db),
    ...querySenarios(db),
    ...transactionScenarios(db),
    ...errorScenarios(db),
  }
}

function migrationScenarios(db: Database, pool: Pool, url: string): Scenarios {
  const kit = new DrizzleKit(url)
  const tables = async (): Promise<unknown> =>
    (
      await pool.query(`SELECT table_schema, table_name, column_name, data_type, column_default, is_nullable
        FROM information_schema.columns WHERE table_schema IN ('public', 'archive') ORDER BY 1, 2, ordinal_position`)
    ).rows
  return {
    'push makes the tables': async () => ({ statements: await kit.push(), tables: await tables() }),
    'push again changes next to nothing': () => kit.push(),
    'pull reads the schema back': () => kit.pull(),
    'push puts back what was changed by hand': async () => {
      await pool.query(`ALTER TABLE book DROP CONSTRAINT book_isbn_edition; DROP INDEX member_name;
        ALTER TABLE member ALTER COLUMN name DROP NOT NULL; ALTER TABLE copy DROP COLUMN is_lost CASCADE;
        ALTER TABLE member ALTER COLUMN joined SET DEFAULT '2000-01-01'`)
      return kit.push()
    },
    'drizzle-kit migrate': async () => {
      await pool.query(
        'DROP SCHEMA public CASCADE; DROP SCHEMA archive CASCADE; CREATE SCHEMA public',
      )
      return { output: await kit.migrate(), tables: await tables() }
    },
    'the migrator of the ORM finds nothing left to do': async () => {
      await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER })
      return (await pool.query('SELECT id, hash FROM drizzle.__drizzle_migrations')).rows
    },
  }
}

function writeScenarios(db: Database): Scenarios {
  return {
    'insert and return': () =>
      db
        .insert(member)
        .values([
          { id: ANN, email: 'ann@x.org', name: 'Ann', settings: { theme: 'dark' } },
          { id: BOB, email: 'bob@x.org', name: 'Bob', joined: '2026-05-06', sponsorId: ANN },
        ])
        .returning(),
    'books with arrays and numerics': () =>
      db
        .insert(book)
        .values([
          {
            isbn: '1',
            title: 'A first',
            price: '12.50',
            subjects: ['sql', 'say "hi"'],
            pages: 120,
          },
          { isbn: '2', title: 'B second', price: '7', pages: 9_007_199_254_740_991 },
          { isbn: '2', edition: 2, title: 'B again' },
        ])
        .returning(),
    copies: () =>
      db
        .insert(copy)
        .values([{ bookId: 1 }, { bookId: 1, condition: 'used' }, { bookId: 2, isLost: true }])
        .returning(),
    loans: () =>
      db
        .insert(loan)
        .values([
          { copyId: 100, memberId: ANN, since: SINCE, returnedAt: new Date(Date.UTC(2026, 2, 9)) },
          { copyId: 100, memberId: BOB, since: SINCE },
          { copyId: 101, memberId: BOB, since: SINCE },
        ])
        .returning(),
    'another schema': () => db.insert(oldLoan).values({ what: 'x' }).returning(),
    upsert: () =>
      db
        .insert(book)
        .values({ isbn: '1', title: 'A changed', price: '13' })
        .onConflictDoUpdate({
          target: [book.isbn, book.edition],
          set: { title: sql`excluded.title || '!'`, price: sql`${book.price} + excluded.price` },
        })
        .returning({ title: book.title, price: book.price, lower: book.titleLower }),
    'do nothing': () =>
      db.insert(member).values({ email: 'ann@x.org', name: 'x' }).onConflictDoNothing().returning(),
    'update from a sub-query': () =>
      db
        .update(member)
        .set({ settings: sql`${member.settings} || '{"late":true}'` })
        .where(
          inArray(
            member.id,
            db.select({ id: loan.memberId }).from(loan).where(isNull(loan.returnedAt)),
          ),
        )
        .returning({ name: member.name, settings: member.settings }),
    'delete returning': () => db.delete(oldLoan).where(eq(oldLoan.id, 1)).returning(),
  }
}

function relationScenarios(db: Database): Scenarios {
  return {
    'findMany, nested three deep': () =>
      db.query.member.findMany({
        orderBy: asc(member.email),
        with: {
          loans: {
            with: { copy: { with: { book: { columns: { title: true } } } } },
            orderBy: asc(loan.copyId),
          },
        },
      }),
    'findFirst with where, extras and limit': () =>
      db.query.book.findFirst({
        where: (fields, { ilike }) => ilike(fields.title, 'a%'),
        extras: { shout: sql<string>`upper(${book.title})`.as('shout') },
        with: { copies: { where: eq(copy.condition, 'used'), limit: 1 } },
      }),
    'one to one, to itself': () =>
      db.query.member.findMany({
        columns: { name: true },
        with: { sponsor: { columns: { name: true } }, sponsored: { columns: { name: true } } },
        orderBy: asc(member.name),
      }),
  }
}

function querySenarios(db: Database): Scenarios {
  return {
    'left join, group, having': () =>
      db
        .select({ title: book.title, copies: count(copy.id), price: sum(book.price) })
        .from(book)
        .leftJoin(copy, eq(copy.bookId, book.id))
        .groupBy(book.id)
        .having(({ copies }) => gte(copies, 0))
        .orderBy(desc(count(copy.id)), asc(book.id)),
    'a page': () =>
      db.select().from(book).orderBy(desc(book.price), asc(book.id)).limit(2).offset(1),
    exists: () =>
      db
        .select({ name: member.name })
        .from(member)
        .where(
          exists(
            db
              .select()
              .from(loan)
              .where(and(eq(loan.memberId, member.id), isNull(loan.returnedAt))),
          ),
        ),
    'with and sub-query': async () => {
      const open = db.$with('open').as(db.select().from(loan).where(isNull(loan.returnedAt)))
      return db.with(open).select({ n: count() }).from(open)
    },
    'a view': () => db.select().from(lost),
    'distinct on': () =>
      db
        .selectDistinctOn([book.isbn], { isbn: book.isbn, title: book.title })
        .from(book)
        .orderBy(book.isbn, desc(book.edition)),
    $count: () => db.$count(book, like(book.title, 'B%')),
    'union all': () =>
      db
        .select({ name: member.name })
        .from(member)
        .unionAll(db.select({ name: book.title }).from(book))
        .orderBy(sql`1`),
    prepared: async () => {
      const statement = db
        .select({ title: book.title })
        .from(book)
        .where(eq(book.id, sql.placeholder('id')))
        .prepare('book_by_id')
      return [
        await statement.execute({ id: 1 }),
        await statement.execute({ id: 3 }),
        await statement.execute({ id: 9 }),
      ]
    },
  }
}

function transactionScenarios(db: Database): Scenarios {
  return {
    'commits, with a nested transaction undone': async () => {
      await db.transaction(async (tx) => {
        await tx.insert(oldLoan).values({ what: 'outer' })
        await tx
          .transaction(async (inner) => {
            await inner.insert(oldLoan).values({ what: 'inner' })
            inner.rollback()
          })
          .catch(() => undefined)
      })
      return db.select({ what: oldLoan.what }).from(oldLoan)
    },
    'rolls back': async () => {
      const error = await db
        .transaction(async (tx) => {
          await tx.delete(loan)
          tx.rollback()
        })
        .catch((error: unknown) => error)
      return { error, left: await db.$count(loan) }
    },
    'isolation level and access mode': () =>
      db.transaction((tx) => tx.insert(oldLoan).values({ what: 'no' }), {
        isolationLevel: 'serializable',
        accessMode: 'read only',
      }),
  }
}

function errorScenarios(db: Database): Scenarios {
  return {
    'unique violation': () => db.insert(member).values({ email: 'ann@x.org', name: 'x' }),
    'partial unique index': () => db.insert(loan).values({ copyId: 101, memberId: ANN }),
    'foreign key violation': () => db.insert(copy).values({ bookId: 99 }),
    'restricted delete': () => db.delete(member).where(eq(member.id, BOB)),
    'check violation': () => db.insert(member).values({ id: ANN, email: 'nobody', name: 'x' }),
    'not-null violation': () =>
      db
        .update(book)
        .set({ title: sql`NULL` })
        .where(eq(book.id, 1)),
    'enum value': () => db.execute(sql`UPDATE copy SET condition = ${'lost'}`),
  }
}
