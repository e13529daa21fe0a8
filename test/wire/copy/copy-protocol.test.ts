/** COPY as clients speak it: extended protocol, giving up, cancelling, going away, and unmodified clients. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { serialize } from 'pg-protocol'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MemoryServer } from '../memory-server.ts'
import { RawClient } from '../raw-client.ts'
import { query } from './copy-conversation.ts'

const run = promisify(execFile)
const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)

let server: MemoryServer
let client: RawClient

beforeAll(async () => {
  server = await MemoryServer.start('cleartext')
  client = await RawClient.login(server.port, 'lakelet', 'lakelet')
})
afterAll(async () => {
  client.close()
  await server.stop()
})
beforeEach(async () => {
  await query(client, 'DROP TABLE IF EXISTS t; CREATE TABLE t (a int, b text)')
})

async function rows(): Promise<number> {
  const answers = await query(client, 'SELECT a FROM t')
  return answers.filter((answer) => answer.startsWith('D')).length
}

function tags(answers: readonly { readonly tag: string }[]): string {
  return answers.map(({ tag }) => tag).join('')
}

describe('extended protocol', () => {
  const start = [
    serialize.parse({ text: 'COPY t FROM STDIN' }),
    serialize.bind(),
    serialize.execute(),
  ]
  const data = serialize.copyData(Buffer.from('1\ta\n2\tb\n'))

  test('data, then Sync', async () => {
    client.send(...start)
    client.send(serialize.flush())
    expect(tags(await client.until('G'))).toBe('12G')
    client.send(data, serialize.copyDone(), serialize.sync())
    expect(tags(await client.until('Z'))).toBe('CZ')
    expect(await rows()).toBe(2)
  })

  test('a Sync that came too early is passed over', async () => {
    client.send(...start, serialize.sync())
    await client.until('G')
    client.send(data, serialize.copyDone(), serialize.sync())
    expect(tags(await client.until('Z'))).toBe('CZ')
    expect(await rows()).toBe(2)
  })

  test('after an error everything up to Sync is skipped', async () => {
    client.send(...start, serialize.flush())
    await client.until('G')
    client.send(serialize.copyData(Buffer.from('x\ta\n')), data, serialize.copyDone())
    client.send(serialize.parse({ text: 'SELECT 1' }), serialize.sync())
    expect(tags(await client.until('Z'))).toBe('EZ')
    expect(await query(client, 'SELECT 1')).toHaveLength(3)
  })

  test('COPY TO with a limit of rows gives all of them', async () => {
    await query(client, "INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    client.send(
      serialize.parse({ text: 'COPY t TO STDOUT' }),
      serialize.bind(),
      serialize.describe({ type: 'P' }),
      serialize.execute({ rows: 1 }),
      serialize.sync(),
    )
    expect(tags(await client.until('Z'))).toBe('12nHddcCZ')
  })
})

describe('simple protocol', () => {
  test('several COPYs in one query', async () => {
    client.send(serialize.query('COPY t FROM STDIN; COPY t FROM STDIN CSV; SELECT count(*) FROM t'))
    await client.until('G')
    client.send(serialize.copyData(Buffer.from('1\ta\n')), serialize.copyDone())
    await client.until('G')
    client.send(serialize.copyData(Buffer.from('2,b\n')), serialize.copyDone())
    expect(tags(await client.until('Z'))).toBe('CTDCZ')
  })

  test('an error comes at once; what is still sent is thrown away', async () => {
    client.send(serialize.query('COPY t FROM STDIN'))
    await client.until('G')
    // The end marker tells a batch to be complete.
    client.send(serialize.copyData(Buffer.from('x\ta\n\\.\n')))
    expect(tags(await client.until('Z'))).toBe('EZ')
    client.send(serialize.copyData(Buffer.from('1\ta\n')), serialize.copyDone())
    expect(await query(client, 'SELECT 1')).toHaveLength(3)
    expect(await rows()).toBe(0)
  })

  test('a message that does not belong there ends the connection', async () => {
    const other = await RawClient.login(server.port, 'lakelet', 'lakelet')
    other.send(serialize.query('COPY t FROM STDIN'))
    await other.until('G')
    other.send(serialize.query('SELECT 1'))
    const answers = (await other.until('none')).map(({ body }) => body.toString())
    expect(answers[0]).toContain('unexpected message type 0x51 during COPY from stdin')
    expect(answers.at(-1)).toContain('protocol synchronization was lost')
  })

  test('a view is no target, and the error says what to do', async () => {
    await query(client, 'CREATE OR REPLACE VIEW v AS SELECT 1 AS a')
    const [error] = await query(client, 'COPY v FROM STDIN')
    expect(error).toBe(
      'E C42809 | Mcannot copy to view "v" | HTo enable copying to a view, provide an INSTEAD OF INSERT trigger.',
    )
  })

  test('more than memory should hold waits and arrives', async () => {
    const line = Buffer.from(`1\t${'x'.repeat(1000)}\n`.repeat(1000))
    client.send(serialize.query('COPY t FROM STDIN'))
    await client.until('G')
    client.send(...Array.from({ length: 12 }, () => serialize.copyData(line)), serialize.copyDone())
    expect((await client.until('Z'))[0]?.body.toString()).toBe('COPY 12000\0')
    expect(server.branch.store.memory().spillBytes).toBe(0)
  })

  test('files and programs belong to no server', async () => {
    await query(client, 'DROP ROLE IF EXISTS copier; CREATE ROLE copier')
    expect((await query(client, "COPY t FROM '/etc/passwd'"))[0]).toMatch(/^E C0A000/)
    const answers = await query(client, "SET ROLE copier; COPY t TO PROGRAM 'ls'")
    expect(answers.join('\n')).toContain(
      'C42501 | Mpermission denied to COPY to or from an external program',
    )
    await query(client, 'RESET ROLE')
  })

  test('privileges, column by column', async () => {
    await query(
      client,
      'DROP ROLE IF EXISTS reader; CREATE ROLE reader; GRANT SELECT (a), INSERT (b) ON t TO reader',
    )
    await query(client, 'SET ROLE reader')
    expect((await query(client, 'COPY t (a) TO STDOUT'))[0]).toMatch(/^H/)
    expect((await query(client, 'COPY t TO STDOUT'))[0]).toContain('permission denied for table t')
    expect((await query(client, 'COPY t (b) FROM STDIN', { data: 'x\n' }))[1]).toBe('C COPY 1\0')
    expect((await query(client, 'COPY t (a) FROM STDIN'))[0]).toContain(
      'permission denied for table t',
    )
    await query(client, 'RESET ROLE')
  })

  test('read-only transactions', async () => {
    await query(client, 'BEGIN READ ONLY')
    expect((await query(client, 'COPY t FROM STDIN'))[0]).toContain(
      'C25006 | Mcannot execute COPY FROM in a read-only transaction',
    )
    await query(client, 'ROLLBACK')
  })
})

describe('ends that come from outside', () => {
  test('a cancel request ends a COPY that waits for data', async () => {
    const other = new pg.Client(server.url)
    await other.connect()
    const { rows: found } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const stream = other.query(from('COPY t FROM STDIN'))
    stream.write('1\ta\n')
    const failed = new Promise<Error>((resolve) => void stream.on('error', resolve))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await query(client, `SELECT pg_cancel_backend(${found[0]?.pid})`)
    expect(await failed).toMatchObject({ code: '57014' })
    await other.end()
    expect(await rows()).toBe(0)
  })

  test('a client that goes away leaves nothing behind', async () => {
    const other = await RawClient.login(server.port, 'lakelet', 'lakelet')
    other.send(serialize.query('COPY t FROM STDIN'))
    await other.until('G')
    other.send(serialize.copyData(Buffer.from('1\ta\n')))
    await new Promise((resolve) => setTimeout(resolve, 20))
    other.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await rows()).toBe(0)
    // Its lock has gone with it.
    expect((await query(client, 'DROP TABLE t')).at(-1)).toBe('Z I')
  })
})

describe('unmodified clients', () => {
  test('pg-copy-streams, there and back', async () => {
    const other = new pg.Client(server.url)
    await other.connect()
    const lines = Array.from({ length: 5000 }, (_, i) => `${i}\trow ${i}\n`)
    await pipeline(Readable.from(lines), other.query(from('COPY t FROM STDIN')))
    const received: Buffer[] = []
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        received.push(chunk)
        done()
      },
    })
    await pipeline(other.query(to('COPY t TO STDOUT')), sink)
    expect(Buffer.concat(received).toString()).toBe(lines.join(''))
    await other.end()
  })

  test('postgres.js, there and back', async () => {
    const sql = postgres(server.url)
    await pipeline(Readable.from(['1,a\n2,b\n']), await sql`COPY t FROM STDIN CSV`.writable())
    let text = ''
    for await (const chunk of await sql`COPY t TO STDOUT CSV`.readable()) text += String(chunk)
    expect(text).toBe('1,a\n2,b\n')
    await sql.end()
  })

  test.skipIf(!hasPsql)(String.raw`psql's \copy`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lakelet-copy-'))
    const [source, target] = [join(folder, 'in.csv'), join(folder, 'out.csv')]
    await writeFile(source, 'a,b\n1,"x, ""y"""\n2,\n')
    const { stdout } = await run('psql', [
      ...['-X', server.url],
      ...['-c', String.raw`\copy t from '${source}' csv header`],
      ...['-c', String.raw`\copy (select * from t order by a) to '${target}' csv header`],
    ])
    expect(stdout).toBe('COPY 2\nCOPY 2\n')
    expect(await readFile(target, 'utf8')).toBe('a,b\n1,"x, ""y"""\n2,\n')
    await rm(folder, { recursive: true })
  })
})
