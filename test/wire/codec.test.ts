/** The codec against another one: what pg-protocol writes we read, what we write it reads. */
import { describe, expect, test } from 'vitest'
import { parse, serialize } from 'pg-protocol'
import * as backend from '../../src/durable/wire/codec/backend-messages.ts'
import { decodeFrontend } from '../../src/durable/wire/codec/frontend-messages.ts'
import type { FrontendMessage } from '../../src/durable/wire/codec/frontend-messages.ts'
import { MessageFramer } from '../../src/durable/wire/codec/message-framer.ts'
import { MessageWriter } from '../../src/durable/wire/codec/message-writer.ts'
import { decodeStartup } from '../../src/durable/wire/codec/startup-message.ts'

const utf8 = new TextEncoder()

function framed(bytes: Uint8Array, chunkBytes = bytes.length): FrontendMessage[] {
  const framer = new MessageFramer()
  framer.leaveStartup()
  const messages: FrontendMessage[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    framer.append(bytes.subarray(at, at + chunkBytes))
    for (;;) {
      const message = framer.next()
      if (message === undefined) break
      messages.push(decodeFrontend(message))
    }
  }
  expect(framer.pendingBytes).toBe(0)
  return messages
}

describe('what clients say', () => {
  const conversation = Buffer.concat([
    serialize.parse({ name: 'stmt', text: 'SELECT $1, $2 -- ü€😀', types: [23, 0] }),
    serialize.bind({ portal: 'c', statement: 'stmt', values: ['a', null, Buffer.from([1, 2])] }),
    serialize.describe({ type: 'S', name: 'stmt' }),
    serialize.describe({ type: 'P', name: 'c' }),
    serialize.execute({ portal: 'c', rows: 10 }),
    serialize.close({ type: 'P', name: 'c' }),
    serialize.flush(),
    serialize.sync(),
    serialize.query('SELECT 1'),
    serialize.copyData(Buffer.from('a\tb\n')),
    serialize.copyDone(),
    serialize.copyFail('no'),
    serialize.end(),
  ])
  const expected = [
    { kind: 'parse', name: 'stmt', text: 'SELECT $1, $2 -- ü€😀', parameterTypes: [23, 0] },
    {
      kind: 'bind',
      portal: 'c',
      statement: 'stmt',
      parameterFormats: [0, 0, 1],
      parameters: ['a', null, Uint8Array.of(1, 2)],
      resultFormats: [0],
    },
    { kind: 'describe', target: 'statement', name: 'stmt' },
    { kind: 'describe', target: 'portal', name: 'c' },
    { kind: 'execute', portal: 'c', maxRows: 10 },
    { kind: 'close', target: 'portal', name: 'c' },
    { kind: 'flush' },
    { kind: 'sync' },
    { kind: 'query', text: 'SELECT 1' },
    { kind: 'copyData', data: utf8.encode('a\tb\n') },
    { kind: 'copyDone' },
    { kind: 'copyFail', reason: 'no' },
    { kind: 'terminate' },
  ]

  test.each([1, 2, 3, 7, 64, conversation.length])('in chunks of %d bytes', (chunkBytes) => {
    expect(framed(new Uint8Array(conversation), chunkBytes)).toEqual(expected)
  })

  test('startup', () => {
    const framer = new MessageFramer()
    framer.append(new Uint8Array(serialize.startup({ user: 'me', database: 'db' })))
    const message = framer.next()
    expect(decodeStartup(message?.body ?? new Uint8Array())).toEqual({
      kind: 'startup',
      minorVersion: 0,
      parameters: new Map([
        ['user', 'me'],
        ['database', 'db'],
        ['client_encoding', 'UTF8'],
      ]),
      unknownOptions: [],
    })
  })

  test('requests for encryption and for cancelling', () => {
    const bodyOf = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.subarray(4))
    expect(decodeStartup(bodyOf(serialize.requestSsl()))).toEqual({ kind: 'encryption' })
    expect(decodeStartup(bodyOf(serialize.cancel(7, 256)))).toEqual({
      kind: 'cancel',
      processId: 7,
      secretKey: Uint8Array.of(0, 0, 1, 0),
    })
  })

  test.each([
    ['a length below its own size', [0x51, 0, 0, 0, 3]],
    ['a negative length', [0x51, 0xff, 0xff, 0xff, 0xff]],
    ['a giant length', [0x51, 0x7f, 0xff, 0xff, 0xff]],
    ['a Sync of a megabyte', [0x53, 0, 0x10, 0, 0]],
    ['a type that does not exist', [0x21, 0, 0, 0, 4]],
    ['text without its end', [0x51, 0, 0, 0, 5, 0x41]],
    ['bytes after the end', [0x51, 0, 0, 0, 6, 0, 0]],
    ['more parameters than bytes', [0x42, 0, 0, 0, 10, 0, 0, 0xff, 0xff, 0, 0]],
    ['text that is not UTF-8', [0x51, 0, 0, 0, 6, 0xff, 0]],
  ])('%s is refused', (_, bytes) => {
    expect(() => framed(Uint8Array.from(bytes))).toThrow(/invalid|insufficient/)
  })
})

describe('what the server says', () => {
  async function read(write: (out: MessageWriter) => void): Promise<object[]> {
    const out = new MessageWriter()
    write(out)
    const messages: object[] = []
    const { Readable } = await import('node:stream')
    await parse(Readable.from([Buffer.from(out.take())]), (message) => messages.push(message))
    return messages
  }

  test('authentication', async () => {
    const messages = await read((out) => {
      backend.authenticationCleartext(out)
      backend.authenticationSasl(out, ['SCRAM-SHA-256'])
      backend.authenticationSaslContinue(out, utf8.encode('r=x'))
      backend.authenticationSaslFinal(out, utf8.encode('v=y'))
      backend.authenticationOk(out)
      backend.parameterStatus(out, 'TimeZone', 'UTC')
      backend.backendKeyData(out, 7, Uint8Array.of(0, 0, 1, 0))
      backend.readyForQuery(out, 'T')
    })
    expect(messages).toMatchObject([
      { name: 'authenticationCleartextPassword' },
      { name: 'authenticationSASL', mechanisms: ['SCRAM-SHA-256'] },
      { name: 'authenticationSASLContinue', data: 'r=x' },
      { name: 'authenticationSASLFinal', data: 'v=y' },
      { name: 'authenticationOk' },
      { name: 'parameterStatus', parameterName: 'TimeZone', parameterValue: 'UTC' },
      { name: 'backendKeyData', processID: 7, secretKey: 256 },
      { name: 'readyForQuery', status: 'T' },
    ])
  })

  test('results', async () => {
    const column = { name: 'ü', table: 16384, attribute: 2, type: 23, typeLength: 4, typmod: -1 }
    const long = 'x'.repeat(100_000)
    const messages = await read((out) => {
      backend.rowDescription(out, [column as never], [1])
      backend.dataRow(out, ['plain', 'ü€😀', null, Uint8Array.of(1, 2), '', long])
      backend.commandComplete(out, 'SELECT 1')
      backend.parameterDescription(out, [23, 25])
      for (const name of ['parseComplete', 'bindComplete', 'closeComplete', 'noData'] as const) {
        backend.bare(out, name)
      }
      backend.bare(out, 'portalSuspended')
      backend.bare(out, 'emptyQuery')
      backend.notification(out, 7, 'channel', 'payload')
      backend.copyResponse(out, 'in', 2, 0)
      backend.copyData(out, utf8.encode('a\n'))
      backend.bare(out, 'copyDone')
    })
    expect(messages).toMatchObject([
      {
        name: 'rowDescription',
        fields: [
          {
            name: 'ü',
            tableID: 16384,
            columnID: 2,
            dataTypeID: 23,
            dataTypeSize: 4,
            dataTypeModifier: -1,
            format: 'binary',
          },
        ],
      },
      { name: 'dataRow', fields: ['plain', 'ü€😀', null, '\u0001\u0002', '', long] },
      { name: 'commandComplete', text: 'SELECT 1' },
      { name: 'parameterDescription', dataTypeIDs: [23, 25] },
      { name: 'parseComplete' },
      { name: 'bindComplete' },
      { name: 'closeComplete' },
      { name: 'noData' },
      { name: 'portalSuspended' },
      { name: 'emptyQuery' },
      { name: 'notification', processId: 7, channel: 'channel', payload: 'payload' },
      { name: 'copyInResponse', columnTypes: [0, 0] },
      { name: 'copyData', chunk: Buffer.from('a\n') },
      { name: 'copyDone' },
    ])
  })

  test('errors with all their fields', async () => {
    const report = {
      severity: 'ERROR',
      code: '23505',
      message: 'm',
      detail: 'd',
      hint: 'h',
      position: 12,
      where: 'w',
      schema: 's',
      table: 't',
      column: 'c',
      dataType: 'dt',
      constraint: 'cn',
    }
    const [error, notice] = await read((out) => {
      backend.errorResponse(out, report)
      backend.noticeResponse(out, { severity: 'NOTICE', code: '00000', message: 'n' })
    })
    const { message, ...fields } = report
    expect(error).toMatchObject({ ...fields, position: '12', name: 'error' })
    expect((error as Error).message).toBe(message)
    expect(notice).toMatchObject({ name: 'notice', message: 'n', severity: 'NOTICE' })
  })
})
