/** A library's tables. drizzle-kit makes migrations of them, the application's queries have their types. */
import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgSchema,
  pgTable,
  pgView,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'

export const condition = pgEnum('condition', ['new', 'used', 'broken'])

export const member = pgTable(
  'member',
  {
    id: uuid().primaryKey().defaultRandom(),
    email: varchar({ length: 120 }).notNull().unique('member_email'),
    name: text().notNull(),
    joined: date().notNull().default('2026-01-01'),
    settings: jsonb().$type<{ theme?: string }>().notNull().default({}),
    sponsorId: uuid('sponsor_id'),
  },
  (table) => [
    index('member_name').on(sql`lower(${table.name})`),
    check('email_has_at', sql`${table.email} LIKE '%@%'`),
    foreignKey({ columns: [table.sponsorId], foreignColumns: [table.id], name: 'member_sponsor' }),
  ],
)

export const book = pgTable(
  'book',
  {
    id: serial().primaryKey(),
    isbn: text().notNull(),
    edition: integer().notNull().default(1),
    title: text().notNull(),
    price: numeric({ precision: 8, scale: 2 }),
    subjects: text().array().notNull().default([]),
    pages: bigint({ mode: 'number' }),
    titleLower: text('title_lower').generatedAlwaysAs(sql`lower(title)`),
  },
  (table) => [
    unique('book_isbn_edition').on(table.isbn, table.edition),
    index('book_price')
      .on(table.price.desc().nullsLast(), table.id)
      .where(sql`${table.price} > 0`),
  ],
)

export const copy = pgTable(
  'copy',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 100 }),
    bookId: integer('book_id')
      .notNull()
      .references(() => book.id, { onDelete: 'cascade', onUpdate: 'cascade' }),
    condition: condition().notNull().default('new'),
    isLost: boolean('is_lost').notNull().default(false),
  },
  (table) => [index('copy_book').using('btree', table.bookId)],
)

export const loan = pgTable(
  'loan',
  {
    copyId: integer('copy_id')
      .notNull()
      .references(() => copy.id),
    memberId: uuid('member_id')
      .notNull()
      .references(() => member.id, { onDelete: 'restrict' }),
    since: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    returnedAt: timestamp('returned_at'),
  },
  (table) => [
    primaryKey({ name: 'loan_key', columns: [table.copyId, table.memberId, table.since] }),
    uniqueIndex('one_loan_a_copy')
      .on(table.copyId)
      .where(sql`returned_at IS NULL`),
  ],
)

export const lost = pgView('lost_copy').as((qb) =>
  qb
    .select({ id: copy.id, bookId: copy.bookId })
    .from(copy)
    .where(sql`is_lost`),
)

export const archive = pgSchema('archive')
export const oldLoan = archive.table('old_loan', {
  id: serial().primaryKey(),
  what: text().notNull(),
})

export const memberRelations = relations(member, ({ one, many }) => ({
  sponsor: one(member, {
    fields: [member.sponsorId],
    references: [member.id],
    relationName: 'sponsor',
  }),
  sponsored: many(member, { relationName: 'sponsor' }),
  loans: many(loan),
}))
export const bookRelations = relations(book, ({ many }) => ({ copies: many(copy) }))
export const copyRelations = relations(copy, ({ one, many }) => ({
  book: one(book, { fields: [copy.bookId], references: [book.id] }),
  loans: many(loan),
}))
export const loanRelations = relations(loan, ({ one }) => ({
  copy: one(copy, { fields: [loan.copyId], references: [copy.id] }),
  member: one(member, { fields: [loan.memberId], references: [member.id] }),
}))
