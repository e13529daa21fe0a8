/** `lakelet sql -f` in workerd: what pg_dump writes, COPY blocks included, and where it stops. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { query } from '../../src/cli/http-client.ts'
import { runScript } from '../../src/cli/sql-command.ts'
import { CONNECTION, WorkerdLakelet } from './workerd-lakelet.ts'

let lakelet: WorkerdLakelet
let printed = ''

beforeAll(async () => {
  lakelet = await WorkerdLakelet.start()
}, 60_000)
afterAll(() => lakelet.stop())
afterEach(() => vi.restoreAllMocks())

async function runs(script: string): Promise<number> {
  printed = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  return runScript({ url: lakelet.sqlUrl, connectionString: CONNECTION }, 'dump.sql', script)
}

async function rows(text: string): Promise<readonly (readonly (string | null)[])[]> {
  return (await query({ url: lakelet.sqlUrl, connectionString: CONNECTION }, text)).rows
}

test('a dump with COPY blocks', async () => {
  const script = String.raw`
\restrict x
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.item (id integer NOT NULL, name text, note text);
--
-- Data for Name: item; Type: TABLE DATA
--
COPY public.item (id, name, note) FROM stdin;
1	pen; 'blue'	\N
2	ink	a\tb
\.


ALTER TABLE ONLY public.item ADD CONSTRAINT item_pkey PRIMARY KEY (id);
\unrestrict x
`
  expect(await runs(script), printed).toBe(0)
  expect(await rows('SELECT * FROM public.item ORDER BY id')).toEqual([
    ['1', "pen; 'blue'", null],
    ['2', 'ink', 'a\tb'],
  ])
})

test('what a script sets up holds to its end, blocks included', async () => {
  const script = `CREATE TEMPORARY TABLE draft (a int);
BEGIN;
INSERT INTO draft VALUES (1);
ROLLBACK;
BEGIN; INSERT INTO draft VALUES (2); COMMIT;
CREATE TABLE kept AS SELECT * FROM draft;`
  expect(await runs(script), printed).toBe(0)
  expect(await rows('SELECT a FROM kept')).toEqual([['2']])
})

test('it stops at the first error, names its line, and keeps what came before', async () => {
  const script = 'CREATE TABLE before_it (a int);\n\nSELECT nope;\nCREATE TABLE after_it (a int);\n'
  expect(await runs(script)).toBe(1)
  expect(printed).toContain('dump.sql:3: ERROR:  column "nope" does not exist (42703)')
  const names = "SELECT relname FROM pg_class WHERE relname IN ('before_it', 'after_it')"
  expect(await rows(names)).toEqual([['before_it']])
})

test('wrong data are told with their line', async () => {
  const script = 'CREATE TABLE number (a int);\nCOPY number FROM stdin;\n1\nx\n\\.\n'
  expect(await runs(script)).toBe(1)
  expect(printed).toContain(
    'dump.sql:2: ERROR:  invalid input syntax for type integer: "x" (22P02)',
  )
  expect(printed).toContain('CONTEXT:  COPY number, line 2, column a: "x"')
})
