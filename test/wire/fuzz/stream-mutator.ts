/**
 * Makes hostile streams of recorded ones: bits flipped, bytes cut out, lengths that lie, messages of several clients shuffled,
 * doubled and left out. Mostly the client's login stays whole, so that the damage is done inside.
 */
import { readFileSync } from 'node:fs'
import { serialize } from 'pg-protocol'
import type { SeededRandom } from '../../../src/storage/platform/memory/seeded-random.ts'

interface Stream {
  /** Requests for encryption, startup message and password. */
  readonly login: readonly Buffer[]
  readonly messages: readonly Buffer[]
}

const STARTUP_CODE_OFFSET = 4
const ENCRYPTION_CODES: ReadonlySet<number> = new Set([80877103, 80877104])
const TERMINATE = 'X'.charCodeAt(0)
const PASSWORD = 'p'.charCodeAt(0)

/** Kinds of messages that the recorded clients had no use for. */
const SPECIAL_STARTUPS: readonly Buffer[] = [
  startup(80877102, Buffer.alloc(8, 7)), // CancelRequest of nobody
  startup(80877102, Buffer.alloc(200)),
  startup((3 << 16) | 2, cString('user', 'lakelet', '_pq_.unknown', '1', '')),
  startup(2 << 16, cString('user', 'lakelet', '')),
  startup(3 << 16, cString('user', 'nobody', 'database', 'nowhere', '')),
  startup(3 << 16, cString('database', 'lakelet', '')),
  startup(3 << 16, cString('user', 'lakelet', 'options', '-c no_such=1', '')),
]
const SPECIAL_MESSAGES: readonly Buffer[] = [
  Buffer.from('F\0\0\0\x10\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1'),
  serialize.copyFail('no more'),
  serialize.copyDone(),
  serialize.copyData(Buffer.from('1\t2\n')),
  serialize.flush(),
  serialize.close({ type: 'P', name: '' }),
  serialize.describe({ type: 'S', name: 'missing' }),
  serialize.execute({ portal: 'missing', rows: 1 }),
  serialize.bind({ statement: 'missing', values: [Buffer.from([1]), null] }),
  serialize.parse({ name: 'long', text: `SELECT '${'x'.repeat(5000)}'`, types: [25, 0, 4711] }),
  serialize.query('BEGIN; UPDATE kept SET note = note WHERE id > 1'),
  serialize.query('CREATE TEMP TABLE mine AS SELECT 1 AS one; DROP TABLE mine'),
  serialize.query('COPY item (id, label) FROM STDIN'),
  serialize.query('COPY item FROM STDIN WITH (FORMAT binary)'),
  serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', 'n,,n=*,r=nonce'),
  serialize.sendSCRAMClientFinalMessage('c=biws,r=nonce,p=AAAA'),
  serialize.end(),
]

const STREAMS = readRecorded()

export class StreamMutator {
  readonly #random: SeededRandom

  constructor(random: SeededRandom) {
    this.#random = random
  }

  next(): Uint8Array {
    const { login, messages } = this.#pick(STREAMS)
    const keepsLogin = this.#random.next() < 0.85
    const start = keepsLogin ? Buffer.concat(login) : this.#damaged(this.#startup(login))
    const body = this.#damaged(Buffer.concat(this.#shuffled(messages)))
    return Buffer.concat([start, body])
  }

  /** In pieces of random sizes. */
  *pieces(bytes: Uint8Array): Generator<Uint8Array> {
    const most = this.#pick([1 << 20, 400, 60, 7])
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + this.#below(most)
      yield bytes.subarray(at, end)
      at = end
    }
  }

  #startup(login: readonly Buffer[]): Buffer {
    const chosen = this.#random.next() < 0.4 ? [this.#pick(SPECIAL_STARTUPS)] : login
    return Buffer.concat(chosen)
  }

  #shuffled(messages: readonly Buffer[]): readonly Buffer[] {
    const list = [...messages]
    for (let changes = this.#below(6); changes > 0; changes--) {
      const at = this.#below(list.length + 1)
      switch (this.#below(5)) {
        case 0:
          list.splice(at, 1)
          break
        case 1:
          list.splice(at, 0, this.#pick(SPECIAL_MESSAGES))
          break
        case 2:
          list.splice(at, 0, ...list.slice(at, at + this.#below(4)))
          break
        case 3:
          list.splice(at, 0, ...list.splice(this.#below(list.length), 1))
          break
        default:
          list.splice(at, 0, this.#pick(this.#pick(STREAMS).messages))
      }
    }
    return list
  }

  #damaged(bytes: Buffer): Buffer {
    let damaged: Buffer = Buffer.from(bytes)
    for (let changes = this.#below(5); changes > 0 && damaged.length > 8; changes--) {
      damaged = this.#hit(damaged)
    }
    const isCut = this.#random.next() < 0.2
    return isCut ? damaged.subarray(0, this.#below(damaged.length)) : damaged
  }

  #hit(bytes: Buffer): Buffer {
    const at = this.#below(bytes.length - 4)
    switch (this.#below(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#below(8))
        return bytes
      case 1:
        bytes[at] = this.#below(256)
        return bytes
      case 2:
        bytes.writeInt32BE(this.#pick([-1, 0, 3, 4, 0x7fffffff, 1 << 20, -0x80000000]), at)
        return bytes
      case 3:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.#below(20))])
      case 4: {
        const noise = Buffer.from(Array.from({ length: this.#below(30) }, () => this.#below(256)))
        return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)])
      }
      default:
        bytes.copyWithin(at, this.#below(bytes.length))
        return bytes
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]! // no list is empty
  }
}

function startup(code: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeInt32BE(8 + body.length)
  header.writeInt32BE(code, STARTUP_CODE_OFFSET)
  return Buffer.concat([header, body])
}

function cString(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.map((part) => `${part}\0`).join(''))
}

function readRecorded(): readonly Stream[] {
  const url = new URL('recorded-streams.json', import.meta.url)
  const recorded = JSON.parse(readFileSync(url, 'utf8')) as { readonly bytes: string }[] // scripts/record-streams.ts wrote it
  return recorded.map(({ bytes }) => split(Buffer.from(bytes, 'base64')))
}

/** Startup messages have no tag; the password is the first message that has one. */
function split(bytes: Buffer): Stream {
  const login: Buffer[] = []
  let at = 0
  for (let isStartup = false; !isStartup;) {
    isStartup = !ENCRYPTION_CODES.has(bytes.readInt32BE(at + STARTUP_CODE_OFFSET))
    const end = at + bytes.readInt32BE(at)
    login.push(bytes.subarray(at, end))
    at = end
  }
  const messages: Buffer[] = []
  while (at < bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (login.at(-1)?.[0] !== PASSWORD) login.push(bytes.subarray(at, end))
    else if (bytes[at] !== TERMINATE) messages.push(bytes.subarray(at, end))
    at = end
  }
  return { login, messages }
}
