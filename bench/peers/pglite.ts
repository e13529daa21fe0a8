import { PGlite } from '@electric-sql/pglite'
import type { Peer } from './peer.ts'

/**
 * PostgreSQL as WebAssembly, in memory, in process. Prepared statements go the fastest way it has: a named statement, then
 * Bind, Execute and Sync in one buffer of the wire protocol.
 */
export async function openPglite(): Promise<Peer> {
  const database = await PGlite.create()
  let names = 0
  return {
    name: 'pglite',
    run: async (text) => {
      await database.exec(text)
    },
    prepare: async (text) => {
      const name = `statement_${names++}`
      countRows(
        await database.execProtocolRaw(
          concat(message('P', cString(name), cString(text), int16(0)), sync()),
        ),
      )
      return async (...parameters) =>
        countRows(await database.execProtocolRaw(execution(name, parameters)))
    },
    close: () => database.close(),
  }
}

const encoder = new TextEncoder()

/** Bind with text parameters, Execute, Sync. */
function execution(name: string, parameters: readonly (number | string)[]): Uint8Array {
  const values = parameters.flatMap((parameter) => {
    const bytes = encoder.encode(String(parameter))
    return [int32(bytes.length), bytes]
  })
  const bind = message(
    'B',
    cString(''),
    cString(name),
    int16(0),
    int16(parameters.length),
    ...values,
    int16(0),
  )
  return concat(bind, message('E', cString(''), int32(0)), sync())
}

/** DataRow messages of an answer; an ErrorResponse throws. */
function countRows(answer: Uint8Array): number {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength)
  let rows = 0
  for (let at = 0; at < answer.length; at += 1 + view.getInt32(at + 1)) {
    const type = String.fromCharCode(answer[at]!)
    if (type === 'D') rows++
    if (type === 'E') throw new Error(new TextDecoder().decode(answer.subarray(at)))
  }
  return rows
}

function sync(): Uint8Array {
  return message('S')
}

function message(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts)
  return concat(encoder.encode(type), int32(body.length + 4), body)
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function cString(text: string): Uint8Array {
  return encoder.encode(`${text}\0`)
}

function int16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255)
}

function int32(value: number): Uint8Array {
  return Uint8Array.of(value >> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255)
}
