/** DDL end to end: names that PostgreSQL makes up, its errors, dependencies, and what the catalogs say afterwards. */
import { beforeEach, describe, expect, test } from 'vitest'
import { TestSession } from './memory-database.ts'

let session: TestSession
beforeEach(() => {
  session = new TestSession()
})

const CONSTRAINTS =
  'select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0 and oid >= 16384 order by 1'

describe('CREATE TABLE', () => {
  test('made-up names and definitions', () => {
    session.run(`create table t (
      id serial primary key, a varchar(10) not null default 'x', b int references t (id) on delete cascade check (b > 0),
      c text unique, check (b < id), unique (a, c) deferrable)`)
    expect(session.rows(CONSTRAINTS)).toEqual([
      't_a_c_key|UNIQUE (a, c) DEFERRABLE',
      't_b_check|CHECK ((b > 0))',
      't_b_fkey|FOREIGN KEY (b) REFERENCES t(id) ON DELETE CASCADE',
      't_c_key|UNIQUE (c)',
      't_check|CHECK ((b < id))',
      't_pkey|PRIMARY KEY (id)',
    ])
    expect(session.rows("select relname from pg_class where relkind = 'S'")).toEqual(['t_id_seq'])
  })

  test('long names are cut to 63 bytes, in the middle', () => {
    const [table, column] = ['t'.repeat(60), 'c'.repeat(60)]
    session.run(`create table ${table} (${column} int unique)`)
    expect(session.rows('select conname from pg_constraint where oid >= 16384')).toEqual([
      `${'t'.repeat(29)}_${'c'.repeat(29)}_key`,
    ])
  })

  test.each([
    [
      'create table e (a int primary key primary key)',
      '42P16 multiple primary keys for table "e" are not allowed',
    ],
    [
      'create table e (a int default 1 default 2)',
      '42601 multiple default values specified for column "a" of table "e"',
    ],
    [
      'create table e (a int null not null)',
      '42601 conflicting NULL/NOT NULL declarations for column "a" of table "e"',
    ],
    ['create table e (a int, a int)', '42701 column "a" specified more than once'],
    ['create table e (a int references nope)', '42P01 relation "nope" does not exist'],
    ['create table e (a nosuch)', '42704 type "nosuch" does not exist'],
    ['create table e (a int, primary key (b))', '42703 column "b" named in key does not exist'],
    [
      'create table e (a int, unique (a, a))',
      '42701 column "a" appears twice in unique constraint',
    ],
    [
      'create table e (a text generated always as identity)',
      '22023 identity column type must be smallint, integer, or bigint',
    ],
    ['create table e (ctid int)', '42701 column name "ctid" conflicts with a system column name'],
    ['create table e (a record)', '42P16 column "a" has pseudo-type record'],
    ['create table nos.e (a int)', '3F000 schema "nos" does not exist'],
    [
      'create table pg_catalog.e (a int)',
      '42501 permission denied to create "pg_catalog.e"\nDETAIL System catalog modifications are currently disallowed.',
    ],
    ['create table e (a serial[])', '0A000 array of serial is not implemented'],
    ['create table e (a int collate "C")', '42804 collations are not supported by type integer'],
  ])('%s', (sql, error) => {
    expect(session.error(sql)).toBe(error)
  })

  test('foreign keys need a unique index of comparable types', () => {
    session.run('create table p (id int primary key, b int)')
    expect(session.error('create table e (a int references p (b))')).toBe(
      '42830 there is no unique constraint matching given keys for referenced table "p"',
    )
    expect(session.error('create table e (a text references p)')).toBe(
      '42804 foreign key constraint "e_a_fkey" cannot be implemented\n' +
        'DETAIL Key columns "a" and "id" are of incompatible types: text and integer.',
    )
  })

  test('IF NOT EXISTS says so', () => {
    session.run('create table t (a int)')
    expect(session.error('create table t (a int)')).toBe('42P07 relation "t" already exists')
    expect(session.run('create table if not exists t (b int)').notices).toMatchObject([
      { code: '42P07', message: 'relation "t" already exists, skipping' },
    ])
  })

  test('LIKE INCLUDING ALL', () => {
    session.run(
      'create table t (a int primary key check (a > 0), b text default 1, c int generated always as identity)',
    )
    session.run('create table u (like t including all)')
    expect(
      session.rows("select conname from pg_constraint where conrelid = 'u'::regclass order by 1"),
    ).toEqual(['t_a_check', 'u_pkey'])
    expect(session.rows('insert into u (a) values (7) returning *')).toEqual(['7|1|1'])
  })
})

describe('DROP', () => {
  beforeEach(() => {
    session.run(
      'create table t (a int primary key); create view v as select a from t; create view w as select a from v',
    )
  })

  test('is refused while others depend on it', () => {
    expect(session.error('drop table t')).toBe(
      '2BP01 cannot drop table t because other objects depend on it\n' +
        'DETAIL view v depends on table t\nview w depends on view v\n' +
        'HINT Use DROP ... CASCADE to drop the dependent objects too.',
    )
  })

  test('CASCADE takes them along and says so', () => {
    const { notices } = session.run('drop table t cascade')
    expect(notices).toMatchObject([
      {
        message: 'drop cascades to 2 other objects',
        detail: 'drop cascades to view v\ndrop cascades to view w',
      },
    ])
    for (const catalog of ['pg_class', 'pg_type', 'pg_constraint', 'pg_rewrite']) {
      expect(session.rows(`select count(*) from ${catalog} where oid >= 16384`)).toEqual(['0'])
    }
    expect(session.rows('select count(*) from pg_depend where objid >= 16384')).toEqual(['0'])
    expect(session.rows('select count(*) from pg_attribute where attrelid >= 16384')).toEqual(['0'])
  })

  test('of a part names its owner', () => {
    expect(session.error('drop index t_pkey')).toBe(
      '2BP01 cannot drop index t_pkey because constraint t_pkey on table t requires it\n' +
        'HINT You can drop constraint t_pkey on table t instead.',
    )
    expect(session.error('drop type t')).toBe(
      '2BP01 cannot drop type t because table t requires it\nHINT You can drop table t instead.',
    )
  })

  test.each([
    ['drop table nope', '42P01 table "nope" does not exist'],
    ['drop table v', '42809 "v" is not a table\nHINT Use DROP VIEW to remove a view.'],
    ['drop schema nope', '3F000 schema "nope" does not exist'],
    ['drop type nope', '42704 type "nope" does not exist'],
    ['drop function nope(int)', '42883 function nope(integer) does not exist'],
    ['drop table pg_class', '42501 permission denied: "pg_class" is a system catalog'],
  ])('%s', (sql, error) => {
    expect(session.error(sql)).toBe(error)
  })

  test('IF EXISTS', () => {
    expect(session.run('drop table if exists nope').notices).toMatchObject([
      { code: '00000', message: 'table "nope" does not exist, skipping' },
    ])
  })

  test('schema CASCADE', () => {
    session.run("create schema s; create table s.x (a serial); create type s.m as enum ('a')")
    session.run('drop schema s cascade')
    expect(session.rows("select count(*) from pg_type where typname in ('x', 'm')")).toEqual(['0'])
  })
})

describe('ALTER TABLE', () => {
  beforeEach(() => {
    session.run(
      "create table t (a int primary key, b text); insert into t values (1, 'x'), (2, '3')",
    )
  })

  test('ADD COLUMN fills existing rows', () => {
    session.run("alter table t add c int default 7, add d serial, add e text not null default 'q'")
    expect(session.rows('select * from t')).toEqual(['1|x|7|1|q', '2|3|7|2|q'])
    expect(session.error('alter table t add f int not null')).toBe(
      '23502 column "f" of relation "t" contains null values',
    )
  })

  test('TYPE with USING rewrites table and indexes', () => {
    session.run('alter table t alter a type bigint, alter b type int using length(b)')
    expect(session.rows('select a, b from t where a = 2')).toEqual(['2|1'])
    expect(session.error('alter table t alter a type date')).toBe(
      '42804 column "a" cannot be cast automatically to type date\nHINT You might need to specify "USING a::date".',
    )
  })

  test('DROP COLUMN keeps the others', () => {
    session.run(
      'alter table t add c int default 5; alter table t drop b; insert into t (a, c) values (3, 6)',
    )
    expect(session.rows('select * from t')).toEqual(['1|5', '2|5', '3|6'])
    expect(
      session.rows(
        "select attname, attisdropped from pg_attribute where attrelid = 't'::regclass and attnum = 2",
      ),
    ).toEqual(['........pg.dropped.2........|t'])
  })

  test('constraints are checked against the rows', () => {
    expect(session.error('alter table t add check (a > 1)')).toBe(
      '23514 check constraint "t_a_check" of relation "t" is violated by some row',
    )
    expect(
      session.error(
        'alter table t add foreign key (a) references t (a), add unique (b), add constraint t_pkey check (true)',
      ),
    ).toBe('42710 constraint "t_pkey" for relation "t" already exists')
    session.run("update t set b = 'x'")
    expect(session.error('alter table t add unique (b)')).toBe(
      '23505 could not create unique index "t_b_key"\nDETAIL Key (b)=(x) is duplicated.',
    )
  })

  test('RENAME follows into expressions and views', () => {
    session.run(
      'create index i on t (lower(b)) where a > 0; alter table t add check (a > 0); create view v as select t.a from t',
    )
    session.run('alter table t rename b to bb; alter table t rename to u')
    expect(session.rows("select pg_get_indexdef('i'::regclass)")).toEqual([
      'CREATE INDEX i ON public.u USING btree (lower(bb)) WHERE (a > 0)',
    ])
    expect(session.rows('select * from v')).toEqual(['1', '2'])
    expect(session.rows("select typname from pg_type where typrelid = 'u'::regclass")).toEqual([
      'u',
    ])
  })

  test('a rolled back change leaves nothing', () => {
    session.run('begin; alter table t add c int; drop table t; rollback')
    expect(session.rows('select * from t')).toEqual(['1|x', '2|3'])
  })
})

describe('types', () => {
  test('enums sort by their order', () => {
    session.run("create type m as enum ('a', 'c'); alter type m add value 'b' before 'c'")
    session.run("create table t (x m); insert into t values ('c'), ('a'), ('b')")
    expect(session.rows('select x from t order by x')).toEqual(['a', 'b', 'c'])
    expect(session.error("alter type m add value 'a'")).toBe('42710 enum label "a" already exists')
    expect(session.error('drop type m')).toContain('column x of table t depends on type m')
  })

  test('domains check', () => {
    session.run('create domain pos as int default 3 check (value > 0); create table t (a pos)')
    session.run('insert into t default values')
    expect(session.rows('select a from t')).toEqual(['3'])
    expect(session.error('insert into t values (-1)')).toBe(
      '23514 value for domain pos violates check constraint "pos_check"',
    )
  })
})

describe('range types', () => {
  test('come with multirange and constructors, and go with them', () => {
    session.run('create type floatrange as range (subtype = float8)')
    expect(session.rows('select floatmultirange(floatrange(1, 2), floatrange(4, 5))')).toEqual([
      '{[1,2),[4,5)}',
    ])
    session.run('drop type floatrange')
    expect(session.rows('select count(*) from pg_proc where oid >= 16384')).toEqual(['0'])
  })
})

describe('roles and privileges', () => {
  test('grants are kept in ACLs', () => {
    session.run(
      'create table t (a int); create role bob login; grant select, insert on t to bob with grant option',
    )
    expect(session.rows("select relacl from pg_class where relname = 't'")).toEqual([
      '{postgres=arwdDxtm/postgres,bob=a*r*/postgres}',
    ])
    session.run('revoke insert on t from bob')
    expect(
      session.rows(
        "select has_table_privilege('bob', 't', 'select'), has_table_privilege('bob', 't', 'insert')",
      ),
    ).toEqual(['t|f'])
    expect(session.error('drop role bob')).toBe(
      '2BP01 role "bob" cannot be dropped because some objects depend on it\nDETAIL privileges for table t',
    )
  })
})

describe('what the trees hold', () => {
  test('is what a fresh process reads', () => {
    session.run(
      'create table t (id serial primary key, a numeric(8, 2) default 1 check (a > 0)); create view v as select a from t',
    )
    session.run(
      "create type m as enum ('x'); alter table t add c m; comment on table t is 'hello'; grant select on t to public",
    )
    const [old, fresh] = [session.database.catalog, session.database.reload()]
    for (const name of ['t', 'v', 't_pkey', 't_id_seq']) {
      expect(fresh.findRelation(undefined, name, ['public'])).toEqual(
        old.findRelation(undefined, name, ['public']),
      )
    }
    expect(fresh.findType(undefined, 'm', ['public'])).toEqual(
      old.findType(undefined, 'm', ['public']),
    )
  })

  test('trees go away with their relations', () => {
    session.run('create table t (a int primary key); truncate t; alter table t add b int')
    const [table] = session.rows("select relfilenode from pg_class where relname = 't'")
    expect(session.database.hasTree(Number(table))).toBe(true)
    session.run('drop table t')
    expect(session.database.hasTree(Number(table))).toBe(false)
  })
})
