import { expect, test } from 'vitest'
import { splitStatements } from '../../src/sql/parse/split-statements.ts'

function texts(script: string): readonly string[] {
  return splitStatements(script).map((part) => part.text)
}

test('semicolons inside quotes, comments and parentheses do not count', () => {
  const script = String.raw`select ';', E'a\';', ";", $$;$$, $x$ ; $$ $x$ -- ;
    /* ; /* ; */ ; */ from t; create rule r as on insert to t do (select 1; select 2);
    select 3`
  expect(texts(script)).toHaveLength(3)
  expect(texts(script)[2]).toBe('select 3')
})

test('doubled quotes', () => {
  expect(texts(`select 'it''s;', E'it''s;', "a"";";select 2;`)).toEqual([
    `select 'it''s;', E'it''s;', "a"";";`,
    'select 2;',
  ])
})

test('BEGIN ATOMIC bodies stay whole', () => {
  const body = `create or replace function f() returns int begin atomic
    select case when true then 1 end; select 2; end;`
  expect(texts(`${body} begin; commit;`)).toEqual([body, 'begin;', 'commit;'])
})

test('lines, psql commands and empty statements', () => {
  expect(
    splitStatements('-- head\n;;\n\nselect 1;\n\\d t\nselect\n2 \\gset x\n  select 3'),
  ).toEqual(
    [
      { kind: 'statement', text: '-- head\n;', line: 1 },
      { kind: 'statement', text: 'select 1;', line: 4 },
      { kind: 'metaCommand', text: '\\d t', line: 5 },
      { kind: 'statement', text: 'select\n2', line: 6 },
      { kind: 'metaCommand', text: '\\gset x', line: 7 },
      { kind: 'statement', text: 'select 3', line: 8 },
    ].slice(1),
  )
})

test('rows after COPY … FROM STDIN', () => {
  const script = "copy t (a, b) from stdin;\n1\tit's;\n2\t\\N\n\\.\nselect 1;"
  expect(splitStatements(script)).toEqual([
    {
      kind: 'statement',
      text: 'copy t (a, b) from stdin;',
      line: 1,
      copyData: "1\tit's;\n2\t\\N\n",
    },
    { kind: 'statement', text: 'select 1;', line: 5 },
  ])
})
