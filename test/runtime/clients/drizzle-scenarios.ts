/** An application on `drizzle-orm/neon-http`: schema, CRUD, joins, relations, batch. */
import { neon } from '@neondatabase/serverless'
import {
  and,
  avg,
  count,
  desc,
  eq,
  gt,
  ilike,
  inArray,
  isNull,
  relations,
  sql,
  sum,
} from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/neon-http'
import * as pg from 'drizzle-orm/pg-core'
import type { Scenarios } from './scenario.ts'

const schema = pg.pgSchema('drizzle_test')
const status = schema.enum('status', ['draft', 'published'])
const author = schema.table('author', {
  id: pg.serial().primaryKey(),
  name: pg.varchar({ length: 100 }).notNull(),
  email: pg.text().notNull().unique(),
  born: pg.date(),
  rating: pg.numeric({ precision: 5, scale: 2 }),
  settings: pg.jsonb().$type<{ theme: string }>().default({ theme: 'light' }),
  tags: pg.text().array().notNull().default([]),
  isActive: pg.boolean('is_active').notNull().default(true),
  createdAt: pg.timestamp('created_at', { withTimezone: true }).notNull(),
})
const post = schema.table('post', {
  id: pg.integer().primaryKey().generatedAlwaysAsIdentity(),
  authorId: pg
    .integer('author_id')
    .notNull()
    .references(() => author.id, { onDelete: 'cascade' }),
  title: pg.text().notNull(),
  status: status().notNull().default('draft'),
  views: pg
    .bigint({ mode: 'bigint' })
    .notNull()
    .default(sql`0`),
  publishedAt: pg.timestamp('published_at', { mode: 'string' }),
})
const comment = schema.table('comment', {
  id: pg.uuid().primaryKey(),
  postId: pg
    .integer('post_id')
    .notNull()
    .references(() => post.id, { onDelete: 'cascade' }),
  body: pg.text().notNull(),
})
const authorRelations = relations(author, ({ many }) => ({ posts: many(post) }))
const postRelations = relations(post, ({ one, many }) => ({
  author: one(author, { fields: [post.authorId], references: [author.id] }),
  comments: many(comment),
}))
const commentRelations = relations(comment, ({ one }) => ({
  post: one(post, { fields: [comment.postId], references: [post.id] }),
}))
const tables = { author, post, comment, authorRelations, postRelations, commentRelations }

/** What drizzle-kit generates for the tables above. */
const MIGRATION = `DROP SCHEMA IF EXISTS drizzle_test CASCADE;
CREATE SCHEMA "drizzle_test";
CREATE TYPE "drizzle_test"."status" AS ENUM('draft', 'published');
CREATE TABLE "drizzle_test"."author" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" varchar(100) NOT NULL,
	"email" text NOT NULL,
	"born" date,
	"rating" numeric(5, 2),
	"settings" jsonb DEFAULT '{"theme":"light"}'::jsonb,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "author_email_unique" UNIQUE("email")
);
CREATE TABLE "drizzle_test"."comment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"post_id" integer NOT NULL,
	"body" text NOT NULL
);
CREATE TABLE "drizzle_test"."post" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "drizzle_test"."post_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"author_id" integer NOT NULL,
	"title" text NOT NULL,
	"status" "drizzle_test"."status" DEFAULT 'draft' NOT NULL,
	"views" bigint DEFAULT 0 NOT NULL,
	"published_at" timestamp
);
ALTER TABLE "drizzle_test"."comment" ADD CONSTRAINT "comment_post_id_post_id_fk" FOREIGN KEY ("post_id") REFERENCES "drizzle_test"."post"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "drizzle_test"."post" ADD CONSTRAINT "post_author_id_author_id_fk" FOREIGN KEY ("author_id") REFERENCES "drizzle_test"."author"("id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "post_author_index" ON "drizzle_test"."post" USING btree ("author_id","published_at" DESC NULLS LAST);`

const NOW = new Date(Date.UTC(2026, 10, 22, 10))
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

export function drizzleScenarios(connection: string): Scenarios {
  const client = neon(connection)
  const db = drizzle({ client, schema: tables })
  return {
    migrate: async () => {
      for (const text of MIGRATION.split(';\n')) await client.query(text)
    },
    'insert returning': () =>
      db
        .insert(author)
        .values([
          {
            name: 'Ada',
            email: 'ada@x',
            born: '1815-12-10',
            rating: '4.95',
            tags: ['math', 'a "b"'],
            createdAt: NOW,
          },
          {
            name: 'Grace',
            email: 'grace@x',
            settings: { theme: 'dark' },
            createdAt: NOW,
            isActive: false,
          },
          { name: 'Edsger', email: 'edsger@x', rating: '3.10', createdAt: NOW },
        ])
        .returning(),
    'insert posts': () =>
      db
        .insert(post)
        .values([
          {
            authorId: 1,
            title: 'Engines',
            status: 'published',
            views: 9007199254740993n,
            publishedAt: '2024-01-02 03:04:05',
          },
          { authorId: 1, title: 'Notes' },
          {
            authorId: 2,
            title: 'Compilers',
            status: 'published',
            views: 12n,
            publishedAt: '2024-02-02 00:00:00',
          },
        ])
        .returning({ id: post.id, status: post.status, views: post.views }),
    'insert comments': () =>
      db
        .insert(comment)
        .values(
          [1, 2, 3].map((n) => ({ id: uuid(n), postId: n === 3 ? 3 : 1, body: `comment ${n}` })),
        ),
    'select with conditions': () =>
      db
        .select()
        .from(author)
        .where(and(eq(author.isActive, true), ilike(author.name, '%D%'), gt(author.rating, '3')))
        .orderBy(desc(author.rating)),
    'select nothing': () => db.select().from(author).where(eq(author.name, 'Nobody')),
    'in array and null': () =>
      db
        .select({ title: post.title })
        .from(post)
        .where(and(inArray(post.id, [1, 2, 3]), isNull(post.publishedAt))),
    'left join': () =>
      db
        .select({ author: author.name, post: post.title, views: post.views })
        .from(author)
        .leftJoin(post, eq(post.authorId, author.id))
        .orderBy(author.id, post.id),
    'join of three, as objects': () =>
      db
        .select()
        .from(comment)
        .innerJoin(post, eq(comment.postId, post.id))
        .innerJoin(author, eq(post.authorId, author.id))
        .orderBy(comment.id),
    aggregates: () =>
      db
        .select({
          name: author.name,
          posts: count(post.id),
          views: sum(post.views),
          mean: avg(author.rating),
        })
        .from(author)
        .leftJoin(post, eq(post.authorId, author.id))
        .groupBy(author.id, author.name)
        .having(gt(count(post.id), 0))
        .orderBy(author.name),
    'sub-query and common table': () => {
      const busy = db.$with('busy').as(
        db
          .select({ id: post.authorId, n: count().as('n') })
          .from(post)
          .groupBy(post.authorId),
      )
      return db
        .with(busy)
        .select()
        .from(busy)
        .innerJoin(author, eq(author.id, busy.id))
        .orderBy(busy.n)
    },
    'relations, two levels': () =>
      db.query.author.findMany({
        with: {
          posts: {
            with: { comments: { orderBy: (c, { asc }) => asc(c.id) } },
            orderBy: (p, { asc }) => asc(p.id),
          },
        },
        orderBy: (a, { asc }) => asc(a.id),
      }),
    'relations with chosen columns': () =>
      db.query.post.findFirst({
        columns: { title: true, publishedAt: true },
        with: { author: { columns: { name: true, settings: true } } },
        where: (p, { eq }) => eq(p.id, 3),
        extras: { shout: sql<string>`upper(${post.title})`.as('shout') },
      }),
    'update returning': () =>
      db
        .update(post)
        .set({ views: sql`${post.views} + 1`, status: 'published' })
        .where(eq(post.id, 2))
        .returning(),
    upsert: () =>
      db
        .insert(author)
        .values({ name: 'Ada Lovelace', email: 'ada@x', createdAt: NOW })
        .onConflictDoUpdate({ target: author.email, set: { name: sql`excluded.name` } })
        .returning({ id: author.id, name: author.name }),
    'upsert that does nothing': () =>
      db
        .insert(author)
        .values({ name: 'X', email: 'ada@x', createdAt: NOW })
        .onConflictDoNothing()
        .returning(),
    'prepared with placeholders': async () => {
      const prepared = db
        .select({ name: author.name })
        .from(author)
        .where(eq(author.id, sql.placeholder('id')))
        .prepare('by_id')
      return [await prepared.execute({ id: 1 }), await prepared.execute({ id: 2 })]
    },
    batch: () =>
      db.batch([
        db.insert(post).values({ authorId: 3, title: 'Harmful' }).returning({ id: post.id }),
        db.update(author).set({ isActive: true }).where(eq(author.id, 2)),
        db.query.author.findMany({
          columns: { id: true, isActive: true },
          orderBy: (a, { asc }) => asc(a.id),
        }),
        db.select({ n: count() }).from(post),
      ]),
    count: () => db.$count(post, eq(post.status, 'published')),
    'execute raw': () =>
      db.execute(
        sql`SELECT ${1}::int AS one, ${'x'} AS text, now() > ${NOW.toISOString()}::timestamptz - interval '10 years' AS later`,
      ),
    'constraint error': () =>
      db.insert(author).values({ name: 'Twice', email: 'grace@x', createdAt: NOW }),
    'foreign key error': () => db.insert(post).values({ authorId: 99, title: 'Orphan' }),
    'delete cascades': async () => [
      await db.delete(author).where(eq(author.id, 1)).returning({ id: author.id }),
      await db.select({ n: count() }).from(post),
      await db.select({ id: comment.id }).from(comment),
    ],
  }
}
