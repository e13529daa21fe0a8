/** What a client says after startup, decoded. Layouts are those of PostgreSQL's "Message Formats". */
import { ByteReader, protocolViolation } from './byte-reader.ts'
import type { FramedMessage } from './message-framer.ts'

/** 0 text, 1 binary. */
export type FormatCode = 0 | 1

export type FrontendMessage =
  /** PasswordMessage, SASLInitialResponse and SASLResponse share a tag: the state tells which it is. */
  | { readonly kind: 'password'; readonly body: Uint8Array }
  | { readonly kind: 'query'; readonly text: string }
  | ParseMessage
  | BindMessage
  | DescribeMessage
  | ExecuteMessage
  | CloseMessage
  | { readonly kind: 'flush' }
  | { readonly kind: 'sync' }
  | { readonly kind: 'terminate' }
  | { readonly kind: 'copyData'; readonly data: Uint8Array }
  | { readonly kind: 'copyDone' }
  | { readonly kind: 'copyFail'; readonly reason: string }
  | { readonly kind: 'functionCall' }

export interface ParseMessage {
  readonly kind: 'parse'
  /** Empty: the unnamed statement. */
  readonly name: string
  readonly text: string
  /** 0 where the type is to be inferred. */
  readonly parameterTypes: readonly number[]
}

export interface BindMessage {
  readonly kind: 'bind'
  readonly portal: string
  readonly statement: string
  readonly parameterFormats: readonly FormatCode[]
  /** Text as such. */
  readonly parameters: readonly (string | Uint8Array | null)[]
  readonly resultFormats: readonly FormatCode[]
}

export interface DescribeMessage {
  readonly kind: 'describe'
  readonly target: 'statement' | 'portal'
  readonly name: string
}

export interface ExecuteMessage {
  readonly kind: 'execute'
  readonly portal: string
  /** 0: all of them. */
  readonly maxRows: number
}

export interface CloseMessage {
  readonly kind: 'close'
  readonly target: 'statement' | 'portal'
  readonly name: string
}

/** Raises 08P01 for a tag or a layout that does not exist. */
export function decodeFrontend({ tag, body }: FramedMessage): FrontendMessage {
  return decodeBody(tag, body, new ByteReader(body))
}

function decodeBody(tag: number, body: Uint8Array, reader: ByteReader): FrontendMessage {
  switch (String.fromCharCode(tag)) {
    case 'Q':
      return ended(reader, { kind: 'query', text: reader.string() })
    case 'P':
      return ended(reader, decodeParse(reader))
    case 'B':
      return ended(reader, decodeBind(reader))
    case 'D':
      return ended(reader, { kind: 'describe', ...target(reader, 'DESCRIBE') })
    case 'E':
      return ended(reader, { kind: 'execute', portal: reader.string(), maxRows: reader.int32() })
    case 'C':
      return ended(reader, { kind: 'close', ...target(reader, 'CLOSE') })
    case 'H':
      return ended(reader, { kind: 'flush' })
    case 'S':
      return ended(reader, { kind: 'sync' })
    case 'X':
      return { kind: 'terminate' }
    case 'p':
      return { kind: 'password', body: body.slice() }
    case 'd':
      return { kind: 'copyData', data: body.slice() }
    case 'c':
      return { kind: 'copyDone' }
    case 'f':
      return ended(reader, { kind: 'copyFail', reason: reader.string() })
    case 'F':
      return { kind: 'functionCall' }
    default:
      throw protocolViolation(`invalid frontend message type ${tag}`)
  }
}

function ended<T>(reader: ByteReader, message: T): T {
  reader.end()
  return message
}

function decodeParse(reader: ByteReader): ParseMessage {
  const name = reader.string()
  const text = reader.string()
  return { kind: 'parse', name, text, parameterTypes: list(reader, () => reader.uint32()) }
}

function decodeBind(reader: ByteReader): BindMessage {
  const portal = reader.string()
  const statement = reader.string()
  const parameterFormats = list(reader, () => formatCode(reader))
  const parameters = list(reader, (index) => {
    const format = parameterFormats[parameterFormats.length === 1 ? 0 : index]
    return parameterValue(reader, format ?? 0)
  })
  const resultFormats = list(reader, () => formatCode(reader))
  return { kind: 'bind', portal, statement, parameterFormats, parameters, resultFormats }
}

function list<T>(reader: ByteReader, read: (index: number) => T): readonly T[] {
  const count = reader.count()
  const items: T[] = []
  for (let i = 0; i < count; i++) items.push(read(i))
  return items
}

function parameterValue(reader: ByteReader, format: FormatCode): string | Uint8Array | null {
  const length = reader.int32()
  if (length === -1) return null
  return format === 1 ? reader.bytes(length) : reader.text(length)
}

function formatCode(reader: ByteReader): FormatCode {
  const code = reader.int16()
  if (code === 0 || code === 1) return code
  throw protocolViolation(`unsupported format code: ${code}`)
}

function target(
  reader: ByteReader,
  command: string,
): { readonly target: 'statement' | 'portal'; readonly name: string } {
  const code = reader.int8()
  const name = reader.string()
  if (code === 0x53) return { target: 'statement', name } // 'S'
  if (code === 0x50) return { target: 'portal', name } // 'P'
  throw protocolViolation(`invalid ${command} message subtype ${code}`)
}
