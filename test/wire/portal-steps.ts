/** Portals of the protocol and cursors of SQL in one conversation: what is sent between two ReadyForQuery, and answers as text. */
import { serialize as S } from 'pg-protocol'
import type { RawMessage } from './raw-client.ts'

export const PORTAL_STEPS: readonly (readonly Uint8Array[])[] = [
  [
    S.query(
      "create table t(a int primary key, b text); insert into t select g, 'r'||g from generate_series(1,5) g",
    ),
  ],
  [S.query('begin')],
  [
    S.parse({ name: '', text: 'select a from t order by a' }),
    S.bind({ portal: 'p' }),
    S.execute({ portal: 'p', rows: 2 }),
    S.sync(),
  ],
  [S.query('fetch 1 from p')],
  [S.query('move 1 in p')],
  [S.execute({ portal: 'p', rows: 0 }), S.sync()],
  [S.execute({ portal: 'p', rows: 0 }), S.sync()],
  [S.query('select name, statement, is_holdable, is_binary, is_scrollable from pg_cursors')],
  [S.query('fetch prior from p')],
  [S.query('rollback')],
  [S.query('begin')],
  [S.query('declare c cursor for select a, b from t')],
  [S.execute({ portal: 'c', rows: 2 }), S.sync()],
  [S.describe({ type: 'P', name: 'c' }), S.sync()],
  [S.parse({ name: 'f', text: 'fetch 2 from c' }), S.describe({ type: 'S', name: 'f' }), S.sync()],
  [
    S.bind({ portal: '', statement: 'f' }),
    S.describe({ type: 'P', name: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [
    S.bind({ portal: '', statement: 'f', binary: true }),
    S.describe({ type: 'P', name: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [S.close({ type: 'P', name: 'c' }), S.sync()],
  [S.bind({ portal: '', statement: 'f' }), S.execute({ portal: '' }), S.sync()],
  [S.query('rollback')],
  [S.parse({ name: 'g', text: 'fetch 2 from zz' }), S.describe({ type: 'S', name: 'g' }), S.sync()],
  [S.query('begin')],
  [
    S.parse({ name: '', text: 'declare d cursor for select a, $1::text as x from t where a > $2' }),
    S.describe({ type: 'S', name: '' }),
    S.bind({ portal: '', values: ['hello', '2'] }),
    S.describe({ type: 'P', name: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [S.query('fetch all from d')],
  [S.query('select name, statement from pg_cursors')],
  [
    S.parse({ name: '', text: 'select name, statement from pg_cursors order by 1' }),
    S.bind({ portal: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [S.query('declare bin binary cursor for select a from t')],
  [S.query('fetch 1 from bin')],
  [S.execute({ portal: 'bin', rows: 1 }), S.sync()],
  [
    S.parse({ name: '', text: 'fetch 1 from bin' }),
    S.bind({ portal: '' }),
    S.describe({ type: 'P', name: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [S.query('rollback')],
  [S.query('begin')],
  [
    S.parse({
      name: '',
      text: "insert into t select g, 'n' from generate_series(10,14) g returning a",
    }),
    S.bind({ portal: 'w' }),
    S.execute({ portal: 'w', rows: 2 }),
    S.sync(),
  ],
  [S.query('select count(*) from t')],
  [S.query('fetch 1 from w')],
  [S.execute({ portal: 'w', rows: 0 }), S.sync()],
  [S.execute({ portal: 'w', rows: 0 }), S.sync()],
  [S.query('rollback')],
  [S.query('begin')],
  [
    S.parse({ name: '', text: 'insert into t values (20)' }),
    S.bind({ portal: 'w' }),
    S.execute({ portal: 'w', rows: 0 }),
    S.execute({ portal: 'w', rows: 0 }),
    S.sync(),
  ],
  [S.query('rollback')],
  [S.query('begin')],
  [
    S.parse({ name: '', text: 'select a from t order by a' }),
    S.bind({ portal: 's' }),
    S.execute({ portal: 's', rows: 1 }),
    S.sync(),
  ],
  [S.query('savepoint x')],
  [
    S.parse({ name: '', text: 'select a from t order by a desc' }),
    S.bind({ portal: 's2' }),
    S.execute({ portal: 's2', rows: 1 }),
    S.sync(),
  ],
  [S.query('delete from t')],
  [S.query('rollback to x')],
  [S.execute({ portal: 's', rows: 1 }), S.sync()],
  [S.execute({ portal: 's2', rows: 1 }), S.sync()],
  [S.query('rollback')],
  [S.query('begin')],
  [S.parse({ name: '', text: 'select a from t order by a' }), S.bind({ portal: 's' }), S.sync()],
  [S.query('delete from t')],
  [S.execute({ portal: 's', rows: 0 }), S.sync()],
  [S.query('rollback')],
  [S.query('begin')],
  [
    S.parse({ name: 'e', text: 'explain (costs off) select 1' }),
    S.bind({ portal: '', statement: 'e' }),
    S.execute({ portal: '', rows: 1 }),
    S.execute({ portal: '', rows: 1 }),
    S.sync(),
  ],
  [S.query('rollback')],
  [
    S.parse({ name: '', text: 'declare oo cursor for select 1' }),
    S.bind({ portal: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [
    S.parse({ name: '', text: 'declare oo cursor with hold for select 1' }),
    S.bind({ portal: '' }),
    S.execute({ portal: '' }),
    S.sync(),
  ],
  [S.query('fetch 2 from oo')],
  [S.query('close oo')],
  [S.query('select 1; select 2')],
  [S.query('begin')],
  [S.query('declare "" cursor for select 1')],
  [S.query('fetch from ""')],
  [S.query('rollback')],
]

/** Each message in a few words: tag, fields of rows, errors without their places in PostgreSQL's source. */
export function shown(messages: readonly RawMessage[]): string {
  return messages.map(shownMessage).join(' ')
}

function shownMessage({ tag, body }: RawMessage): string {
  switch (tag) {
    case 'D':
      return `D:${body
        .subarray(2)
        .toString('latin1')
        .replaceAll(/[^\x20-\x7e]/g, '.')}`
    case 'C':
      return `C:${body.toString('latin1').slice(0, -1)}`
    case 'E':
    case 'N': {
      const fields = body.toString().split('\0')
      return `${tag}:${fields.filter((field) => /^[CMDHS]/.test(field)).join('|')}`
    }
    case 'T':
      return `T:${shownColumns(body)}`
    case 'Z':
      return `Z:${body.toString()}`
    default:
      return tag
  }
}

/** Names and formats. */
function shownColumns(body: Buffer): string {
  const columns: string[] = []
  let at = 2
  for (let i = 0; i < body.readInt16BE(0); i++) {
    const end = body.indexOf(0, at)
    columns.push(`${body.subarray(at, end).toString()}/${body.readInt16BE(end + 17)}`)
    at = end + 19
  }
  return columns.join(',')
}
