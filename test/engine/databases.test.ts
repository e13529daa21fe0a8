/** Several databases in a branch: making, copying, dropping and renaming them; what they share and what they do not. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Branch } from '../../src/durable/branch.ts'
import { enterDatabase } from '../../src/durable/databases/enter-database.ts'
import { SqlError } from '../../src/errors/sql-error.ts'
import { TestClient, memoryPlatform, openMemoryBranch } from './memory-branch.ts'

let branch: Branch
let main: TestClient

beforeEach(async () => {
  branch = await openMemoryBranch()
  main = new TestClient(branch)
})

/** 'SQLSTATE message (detail)' */
async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    const { detail } = error.fields
    return `${error.code} ${error.message}${detail === undefined ? '' : ` (${detail})`}`
  }
  return 'no error'
}

const names = async (): Promise<readonly (string | null)[]> =>
  (await main.rows('SELECT datname FROM pg_database ORDER BY 1')).map(([name]) => name ?? null)

describe('a new branch', () => {
  test('has the databases of a new cluster and its own', async () => {
    const rows = await main.rows(`SELECT datname, datistemplate, datallowconn,
      shobj_description(oid, 'pg_database') FROM pg_database ORDER BY oid`)
    expect(rows).toEqual([
      ['template1', 't', 't', 'default template for new databases'],
      ['template0', 't', 'f', 'unmodifiable empty database'],
      ['lakelet', 'f', 't', null],
      ['postgres', 'f', 't', 'default administrative connection database'],
    ])
  })

  test('makes those that came with it when somebody looks into them', async () => {
    const before = branch.store.roots.trees.size
    const other = await TestClient.in(branch, 'postgres')
    expect(branch.store.roots.trees.size).toBeGreaterThan(before)
    await other.query('CREATE TABLE t (id int)')
    expect(await failure(main.query('SELECT * FROM t'))).toBe('42P01 relation "t" does not exist')
    expect(await other.rows('SELECT current_database(), current_catalog')).toEqual([
      ['postgres', 'postgres'],
    ])
  })
})

describe('CREATE DATABASE', () => {
  test('makes a database of its own', async () => {
    await main.query('CREATE TABLE t (id int)')
    expect((await main.query('CREATE DATABASE shop')).tag).toBe('CREATE DATABASE')
    const shop = await TestClient.in(branch, 'shop')
    expect(await failure(shop.query('SELECT * FROM t'))).toBe('42P01 relation "t" does not exist')
    await shop.script('CREATE TABLE t (name text); INSERT INTO t VALUES ($$shop$$)')
    await main.query('INSERT INTO t VALUES (1)')
    expect(await shop.rows('SELECT * FROM t')).toEqual([['shop']])
    expect(await main.rows('SELECT * FROM t')).toEqual([['1']])
    await branch.run(branch.store.check())
  })

  test('takes everything over from a template, and nothing later', async () => {
    await main.query('CREATE DATABASE model')
    const model = await TestClient.in(branch, 'model')
    await model.script(`
      CREATE TYPE mood AS ENUM ('sad', 'ok');
      CREATE TABLE a (id serial PRIMARY KEY, mood mood DEFAULT 'ok', note text);
      CREATE INDEX ON a (note);
      CREATE VIEW v AS SELECT note FROM a;
      CREATE SEQUENCE s START 7;
      INSERT INTO a (note) SELECT 'n' || i FROM generate_series(1, 2000) AS i;
      SELECT nextval('s')`)
    await model.leave()
    await main.query('CREATE DATABASE copy TEMPLATE model')
    const copy = await TestClient.in(branch, 'copy')
    const again = await TestClient.in(branch, 'model')
    await again.query(`DELETE FROM a WHERE id > 10`)
    await copy.query(`UPDATE a SET note = 'changed' WHERE id = 3`)
    await copy.query(`INSERT INTO a (note) VALUES ('new') RETURNING id`)
    expect(await copy.rows(`SELECT count(*), max(id), (SELECT count(*) FROM v) FROM a`)).toEqual([
      ['2001', '2001', '2001'],
    ])
    expect(await copy.rows(`SELECT id, mood FROM a WHERE note = 'changed'`)).toEqual([['3', 'ok']])
    expect(await again.rows(`SELECT count(*) FROM a WHERE note = 'changed'`)).toEqual([['0']])
    expect(await again.rows(`SELECT count(*), nextval('s') FROM a`)).toEqual([['10', '8']])
    expect(await copy.rows(`SELECT nextval('s'), nextval('s')`)).toEqual([['8', '9']])
    await branch.run(branch.store.check())
  })

  test('is found again after a restart, with and without a checkpoint', async () => {
    const platform = memoryPlatform()
    for (const checkpointed of [false, true]) {
      const first = await openMemoryBranch(platform)
      const client = new TestClient(first)
      const name = `d${checkpointed}`
      await client.query(`CREATE DATABASE ${name}`)
      const inside = await TestClient.in(first, name)
      await inside.script('CREATE TABLE t AS SELECT generate_series(1, 500) AS i')
      await inside.leave()
      await client.query(`CREATE DATABASE ${name}_copy TEMPLATE ${name}`)
      const inCopy = await TestClient.in(first, `${name}_copy`)
      await inCopy.query('DELETE FROM t WHERE i > 400')
      await inCopy.leave()
      if (checkpointed) await first.store.checkpoint()
    }
    const reopened = await openMemoryBranch(platform)
    await reopened.run(reopened.store.check())
    for (const [name, count] of Object.entries({
      dfalse: 500,
      dtrue_copy: 400,
      dfalse_copy: 400,
    })) {
      const client = await TestClient.in(reopened, name)
      expect(await client.rows('SELECT count(*) FROM t'), name).toEqual([[String(count)]])
      await client.query('INSERT INTO t VALUES (0)')
    }
    await reopened.run(reopened.store.check())
  })

  test('fails as in PostgreSQL', async () => {
    await main.script('CREATE ROLE alice LOGIN')
    await main.query('CREATE DATABASE shop')
    const cases = {
      'CREATE DATABASE shop': '42P04 database "shop" already exists',
      'CREATE DATABASE x TEMPLATE nosuch': '3D000 template database "nosuch" does not exist',
      'CREATE DATABASE x OWNER nosuch': '42704 role "nosuch" does not exist',
      "CREATE DATABASE x ENCODING 'nope'": '42704 nope is not a valid encoding name',
      "CREATE DATABASE x ENCODING 'LATIN1'": '0A000 encoding LATIN1 is not supported yet',
      "CREATE DATABASE x LC_COLLATE 'de_DE.utf8'":
        '22023 new collation (de_DE.utf8) is incompatible with the collation of the template database (C)',
      'CREATE DATABASE x TABLESPACE nope': '42704 tablespace "nope" does not exist',
      'CREATE DATABASE x CONNECTION LIMIT -5': '22023 invalid connection limit: -5',
      'CREATE DATABASE x NONSENSE 1': '42601 option "nonsense" not recognized',
      'CREATE DATABASE x OWNER alice OWNER alice': '42601 conflicting or redundant options',
    }
    for (const [statement, expected] of Object.entries(cases)) {
      expect(await failure(main.query(statement)), statement).toBe(expected)
    }
    await main.query('BEGIN')
    const inBlock = '25001 CREATE DATABASE cannot run inside a transaction block'
    expect(await failure(main.query('CREATE DATABASE x'))).toBe(inBlock)
    await main.query('ROLLBACK')
    expect(await failure(main.script('CREATE DATABASE x; SELECT 1'))).toBe(inBlock)
    const alice = new TestClient(branch, 'alice')
    expect(await failure(alice.query('CREATE DATABASE x'))).toBe(
      '42501 permission denied to create database',
    )
    await main.query('ALTER ROLE alice CREATEDB')
    expect(await failure(alice.query('CREATE DATABASE x TEMPLATE shop'))).toBe(
      '42501 permission denied to copy database "shop"',
    )
    await alice.query("CREATE DATABASE x ENCODING 'utf-8' LC_COLLATE 'C' CONNECTION LIMIT 3")
    expect(await names()).toEqual(['lakelet', 'postgres', 'shop', 'template0', 'template1', 'x'])
  })

  test('wants the template for itself', async () => {
    await main.query('CREATE DATABASE shop')
    const shop = await TestClient.in(branch, 'shop')
    expect(await failure(main.query('CREATE DATABASE x TEMPLATE shop'))).toBe(
      '55006 source database "shop" is being accessed by other users (There is 1 other session using the database.)',
    )
    // It may be the one's own.
    await shop.query('CREATE DATABASE x TEMPLATE shop')
    // One that is about to leave is waited for.
    const waiting = main.query('CREATE DATABASE y TEMPLATE shop')
    setTimeout(() => void shop.leave(), 50)
    await waiting
    expect(await names()).toContain('y')
  })
})

describe('DROP DATABASE', () => {
  test('leaves nothing', async () => {
    const before = branch.store.roots.trees.size
    await main.query('CREATE DATABASE shop')
    const shop = await TestClient.in(branch, 'shop')
    await shop.script('CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE)')
    await shop.leave()
    await main.script(
      `COMMENT ON DATABASE shop IS 'hello'; ALTER DATABASE shop SET work_mem = '1MB'`,
    )
    expect((await main.query('DROP DATABASE shop')).tag).toBe('DROP DATABASE')
    expect(branch.store.roots.trees.size).toBe(before)
    expect(await main.rows('SELECT * FROM pg_db_role_setting')).toEqual([])
    expect(await main.rows(`SELECT * FROM pg_shdescription WHERE description = 'hello'`)).toEqual(
      [],
    )
    expect(await failure(TestClient.in(branch, 'shop'))).toBe(
      '3D000 database "shop" does not exist',
    )
    // A new one of the same name is new.
    await main.query('CREATE DATABASE shop')
    const again = await TestClient.in(branch, 'shop')
    expect(await again.rows(`SELECT to_regclass('t')`)).toEqual([[null]])
    await branch.run(branch.store.check())
  })

  test('fails as in PostgreSQL', async () => {
    await main.query('CREATE DATABASE shop')
    await main.query('CREATE ROLE alice LOGIN')
    const shop = await TestClient.in(branch, 'shop')
    const second = await TestClient.in(branch, 'shop')
    expect(await failure(main.query('DROP DATABASE shop'))).toBe(
      '55006 database "shop" is being accessed by other users (There are 2 other sessions using the database.)',
    )
    expect(await failure(shop.query('DROP DATABASE shop'))).toBe(
      '55006 cannot drop the currently open database',
    )
    expect(await failure(main.query('DROP DATABASE template1'))).toBe(
      '42809 cannot drop a template database',
    )
    expect(await failure(main.query('DROP DATABASE nosuch'))).toBe(
      '3D000 database "nosuch" does not exist',
    )
    expect((await main.query('DROP DATABASE IF EXISTS nosuch')).tag).toBe('DROP DATABASE')
    const alice = new TestClient(branch, 'alice')
    expect(await failure(alice.query('DROP DATABASE shop'))).toBe(
      '42501 must be owner of database shop',
    )
    await main.query('BEGIN')
    expect(await failure(main.query('DROP DATABASE shop'))).toBe(
      '25001 DROP DATABASE cannot run inside a transaction block',
    )
    await main.query('ROLLBACK')
    await shop.leave()
    await second.leave()
    await main.query('DROP DATABASE shop')
  })

  test('WITH (FORCE) ends the sessions in it', async () => {
    await main.query('CREATE DATABASE shop')
    const database = await branch.databases.named('shop')
    let isTold = false
    const terminate = (): void => {
      isTold = true
      session.close()
    }
    const control = { cancel: terminate, terminate }
    const session = database.newSession({ user: 'lakelet', control })
    await main.query('DROP DATABASE shop WITH (FORCE)')
    expect(isTold).toBe(true)
    expect(await names()).not.toContain('shop')
  })
})

describe('ALTER DATABASE', () => {
  test('renames, gives away, limits', async () => {
    await main.script('CREATE ROLE alice LOGIN CREATEDB; CREATE ROLE bob LOGIN')
    await main.query('CREATE DATABASE shop')
    await main.query('ALTER DATABASE shop RENAME TO store')
    await main.query('ALTER DATABASE store OWNER TO alice')
    await main.query('ALTER DATABASE store CONNECTION LIMIT 5')
    await main.query('ALTER DATABASE store IS_TEMPLATE true')
    expect(
      await main.rows(`SELECT pg_get_userbyid(datdba), datconnlimit, datistemplate
        FROM pg_database WHERE datname = 'store'`),
    ).toEqual([['alice', '5', 't']])
    expect(await failure(main.query('ALTER DATABASE lakelet RENAME TO x'))).toBe(
      '0A000 current database cannot be renamed',
    )
    expect(await failure(main.query('ALTER DATABASE store RENAME TO lakelet'))).toBe(
      '42P04 database "lakelet" already exists',
    )
    expect(
      await failure(new TestClient(branch, 'bob').query('ALTER DATABASE store RENAME TO y')),
    ).toBe('42501 must be owner of database store')
    const inside = await TestClient.in(branch, 'store', 'alice')
    expect(await inside.rows('SELECT current_database()')).toEqual([['store']])
    // Who owns a database owns its public schema.
    await inside.query('CREATE TABLE t (id int)')
    const bob = await TestClient.in(branch, 'store', 'bob')
    expect(await failure(bob.query('CREATE TABLE u (id int)'))).toBe(
      '42501 permission denied for schema public',
    )
  })

  test('decides who may come in', async () => {
    await main.script('CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN')
    await main.query('CREATE DATABASE shop')
    await main.script(
      'REVOKE CONNECT ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO alice',
    )
    expect((await enterDatabase(branch, 'shop', 'alice')).name).toBe('shop')
    expect(await failure(enterDatabase(branch, 'shop', 'bob'))).toBe(
      '42501 permission denied for database "shop" (User does not have CONNECT privilege.)',
    )
    await main.query('ALTER DATABASE shop ALLOW_CONNECTIONS false')
    expect(await failure(enterDatabase(branch, 'shop', 'lakelet'))).toBe(
      '55000 database "shop" is not currently accepting connections',
    )
    expect(await failure(enterDatabase(branch, 'template0', 'lakelet'))).toBe(
      '55000 database "template0" is not currently accepting connections',
    )
    expect(await failure(enterDatabase(branch, 'nosuch', 'lakelet'))).toBe(
      '3D000 database "nosuch" does not exist',
    )
  })

  test('SET: settings that sessions begin with', async () => {
    await main.script('CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN')
    await main.query('CREATE DATABASE shop')
    await main.script(`
      ALTER ROLE ALL SET work_mem = '1MB';
      ALTER DATABASE shop SET work_mem = '2MB';
      ALTER ROLE alice SET work_mem = '3MB';
      ALTER ROLE alice IN DATABASE shop SET work_mem = '4MB';
      ALTER ROLE alice SET search_path = a, "B c", public;
      ALTER DATABASE shop SET my.thing TO 'x'`)
    const show = async (database: string, user: string): Promise<unknown> =>
      (await TestClient.in(branch, database, user)).rows('SHOW work_mem')
    expect(await show('lakelet', 'bob')).toEqual([['1MB']])
    expect(await show('shop', 'bob')).toEqual([['2MB']])
    expect(await show('lakelet', 'alice')).toEqual([['3MB']])
    expect(await show('shop', 'alice')).toEqual([['4MB']])
    const alice = await TestClient.in(branch, 'shop', 'alice')
    await alice.query('SET work_mem = 64')
    await alice.query('RESET work_mem')
    expect(
      await alice.rows(`SELECT current_setting('search_path'), current_setting('my.thing')`),
    ).toEqual([['a, "B c", public', 'x']])
    expect(
      await main.rows(`SELECT setconfig FROM pg_db_role_setting ORDER BY setdatabase, setrole`),
    ).toEqual([
      ['{work_mem=1MB}'],
      ['{work_mem=3MB,"search_path=a, \\"B c\\", public"}'],
      ['{work_mem=2MB,my.thing=x}'],
      ['{work_mem=4MB}'],
    ])
    await main.query('ALTER ROLE alice RESET ALL')
    await main.query('ALTER ROLE alice IN DATABASE shop RESET work_mem')
    expect(await show('shop', 'alice')).toEqual([['2MB']])
    expect(await failure(main.query('ALTER DATABASE shop SET nosuchthing = 1'))).toBe(
      '42704 unrecognized configuration parameter "nosuchthing"',
    )
    expect(
      await failure(new TestClient(branch, 'bob').query('ALTER ROLE ALL SET work_mem = 64')),
    ).toBe(
      '42501 permission denied to alter setting (Only roles with the SUPERUSER attribute may alter settings globally.)',
    )
  })
})

describe('databases of a branch share', () => {
  test('roles, at once and in all of them', async () => {
    const other = await TestClient.in(branch, 'postgres')
    await other.query('CREATE TABLE t (id int)')
    await main.query('CREATE ROLE alice LOGIN')
    await other.query('GRANT SELECT ON t TO alice')
    const alice = await TestClient.in(branch, 'postgres', 'alice')
    expect(await alice.rows('SELECT count(*) FROM t')).toEqual([['0']])
    // A command cannot change what another database says of the role.
    expect(await failure(main.query('ALTER ROLE alice RENAME TO carol'))).toBe(
      '0A000 renaming a role that has privileges in database "postgres" is not supported yet',
    )
    await other.query('ALTER ROLE alice RENAME TO carol')
    const carol = await TestClient.in(branch, 'postgres', 'carol')
    expect(await carol.rows('SELECT count(*) FROM t')).toEqual([['0']])
    expect(
      await main.rows(`SELECT rolname FROM pg_roles WHERE rolname IN ('alice', 'carol')`),
    ).toEqual([['carol']])
    await main.query('CREATE DATABASE shop OWNER carol')
    expect(await other.rows(`SELECT count(*) FROM pg_database WHERE datname = 'shop'`)).toEqual([
      ['1'],
    ])
  })

  test('a role goes only when no database needs it', async () => {
    const other = await TestClient.in(branch, 'postgres')
    await main.query('CREATE ROLE alice LOGIN')
    await other.script(
      'CREATE TABLE t (id int); CREATE TABLE u (id int); ALTER TABLE t OWNER TO alice; GRANT SELECT ON u TO alice',
    )
    expect(await failure(main.query('DROP ROLE alice'))).toBe(
      '2BP01 role "alice" cannot be dropped because some objects depend on it (2 objects in database postgres)',
    )
    await other.script('DROP TABLE t; REVOKE SELECT ON u FROM alice')
    await main.query('DROP ROLE alice')
  })

  test('no more: each has its own catalog, DDL and plans', async () => {
    const other = await TestClient.in(branch, 'postgres')
    await main.query('BEGIN')
    await main.query('CREATE TABLE t (a int)')
    // DDL elsewhere does not disturb it.
    await other.query('CREATE TABLE t (b text)')
    await main.query('COMMIT')
    for (let i = 0; i < 3; i++) {
      expect((await main.query('SELECT * FROM t')).columns?.[0]?.name).toBe('a')
      expect((await other.query('SELECT * FROM t')).columns?.[0]?.name).toBe('b')
    }
  })

  test('and none can name what is in another', async () => {
    const cross = '0A000 cross-database references are not implemented: '
    expect(await failure(main.query('SELECT * FROM other.public.x'))).toBe(
      `${cross}"other.public.x"`,
    )
    expect(await failure(main.query('CREATE TABLE other.public.x (a int)'))).toBe(
      `${cross}"other.public.x"`,
    )
    expect(await failure(main.query('DROP TABLE other.public.x'))).toBe(`${cross}"other.public.x"`)
    expect(await failure(main.query('SELECT other.public.f(1)'))).toBe(`${cross}other.public.f`)
    expect(await failure(main.query('SELECT 1::other.pg_catalog.int4'))).toBe(
      `${cross}other.pg_catalog.int4`,
    )
    await main.query('CREATE TABLE lakelet.public.x (a int)')
    expect(await main.rows('SELECT * FROM lakelet.public.x')).toEqual([])
  })
})

test('sizes', async () => {
  await main.query('CREATE DATABASE shop')
  const shop = await TestClient.in(branch, 'shop')
  await shop.query(
    'CREATE TABLE t AS SELECT i, repeat($$x$$, 20) FROM generate_series(1, 5000) AS i',
  )
  const [row] = await main.rows(`SELECT pg_database_size('shop') > 100000,
    pg_database_size('shop') > pg_database_size('lakelet'), pg_database_size(1234567)`)
  expect(row).toEqual(['t', 't', null])
  expect(await failure(main.query(`SELECT pg_database_size('nosuch')`))).toBe(
    '3D000 database "nosuch" does not exist',
  )
})

test('many databases: those without sessions are let go and opened again', async () => {
  for (let i = 0; i < 12; i++) {
    await main.query(`CREATE DATABASE d${i}`)
    const client = await TestClient.in(branch, `d${i}`)
    await client.query(`CREATE TABLE t AS SELECT ${i} AS i`)
    await client.leave()
  }
  expect([...branch.databases.all()].length).toBeLessThan(10)
  await main.query('CREATE ROLE alice')
  for (let i = 0; i < 12; i++) {
    const client = await TestClient.in(branch, `d${i}`)
    expect(
      await client.rows(`SELECT i, (SELECT count(*) FROM pg_roles WHERE rolname = 'alice') FROM t`),
    ).toEqual([[String(i), '1']])
    await client.leave()
  }
})

test('a session begins with no role that its user may not take', async () => {
  await main.script('CREATE ROLE alice LOGIN; CREATE ROLE team; GRANT team TO alice')
  const begin = (name: string, value: string) =>
    branch.main.newSession({ user: 'alice', settings: new Map([[name, value]]) })
  await expect(async () => begin('role', 'lakelet')).rejects.toMatchObject({
    code: '42501',
    message: 'permission denied to set role "lakelet"',
  })
  await expect(async () => begin('Session_Authorization', 'lakelet')).rejects.toMatchObject({
    code: '42501',
    message: 'permission denied to set session authorization "lakelet"',
  })
  expect(begin('role', 'team').user).toBe('alice')
  await main.script(
    `ALTER ROLE alice SET role = 'team'; ALTER DATABASE lakelet SET role = 'lakelet'`,
  )
  const who = 'SELECT current_user, session_user'
  expect(await new TestClient(branch, 'alice').rows(who)).toEqual([['team', 'alice']])
  await main.query('REVOKE team FROM alice')
  expect(await new TestClient(branch, 'alice').rows(who)).toEqual([['alice', 'alice']])
})
