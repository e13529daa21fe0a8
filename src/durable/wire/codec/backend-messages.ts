/** What the server says, written into a MessageWriter. Layouts are those of PostgreSQL's "Message Formats". */
import type { SqlErrorFields } from '../../../errors/sql-error.ts'
import type { BlockStatus } from '../../../sql/session/transaction/running-transaction.ts'
import type { ResultColumn, ResultRow } from '../../../sql/session/result/statement-result.ts'
import type { FormatCode } from './frontend-messages.ts'
import type { MessageWriter } from './message-writer.ts'

/** ErrorResponse and NoticeResponse. */
export interface Report extends SqlErrorFields {
  readonly severity: string
  readonly code: string
  readonly message: string
}

export function authenticationOk(out: MessageWriter): void {
  authentication(out, 0)
}
export function authenticationCleartext(out: MessageWriter): void {
  authentication(out, 3)
}
export function authenticationSasl(out: MessageWriter, mechanisms: readonly string[]): void {
  out.begin('R')
  out.int32(10)
  for (const mechanism of mechanisms) out.string(mechanism)
  out.int8(0)
  out.end()
}
export function authenticationSaslContinue(out: MessageWriter, data: Uint8Array): void {
  authentication(out, 11, data)
}
export function authenticationSaslFinal(out: MessageWriter, data: Uint8Array): void {
  authentication(out, 12, data)
}

function authentication(out: MessageWriter, code: number, data?: Uint8Array): void {
  out.begin('R')
  out.int32(code)
  if (data !== undefined) out.bytes(data)
  out.end()
}

export function negotiateProtocolVersion(out: MessageWriter, unknown: readonly string[]): void {
  out.begin('v')
  out.int32(3 << 16)
  out.int32(unknown.length)
  for (const option of unknown) out.string(option)
  out.end()
}

export function parameterStatus(out: MessageWriter, name: string, value: string): void {
  out.begin('S')
  out.string(name)
  out.string(value)
  out.end()
}

export function backendKeyData(out: MessageWriter, processId: number, secretKey: Uint8Array): void {
  out.begin('K')
  out.int32(processId)
  out.bytes(secretKey)
  out.end()
}

export function readyForQuery(out: MessageWriter, status: BlockStatus): void {
  out.begin('Z')
  out.int8(status.charCodeAt(0))
  out.end()
}

export function rowDescription(
  out: MessageWriter,
  columns: readonly ResultColumn[],
  formats: readonly FormatCode[],
): void {
  out.begin('T')
  out.int16(columns.length)
  columns.forEach((column, index) => {
    out.string(column.name)
    out.int32(column.table)
    out.int16(column.attribute)
    out.int32(column.type)
    out.int16(column.typeLength)
    out.int32(column.typmod)
    out.int16(formats[index] ?? 0)
  })
  out.end()
}

export function dataRow(out: MessageWriter, row: ResultRow): void {
  out.begin('D')
  out.int16(row.length)
  for (const value of row) out.value(value)
  out.end()
}

export function commandComplete(out: MessageWriter, tag: string): void {
  out.begin('C')
  out.string(tag)
  out.end()
}

export function parameterDescription(out: MessageWriter, types: readonly number[]): void {
  out.begin('t')
  out.int16(types.length)
  for (const type of types) out.int32(type)
  out.end()
}

/** Messages that are a tag and nothing else. */
const BARE_TAGS = {
  parseComplete: '1',
  bindComplete: '2',
  closeComplete: '3',
  noData: 'n',
  portalSuspended: 's',
  emptyQuery: 'I',
  copyDone: 'c',
} as const

export function bare(out: MessageWriter, message: keyof typeof BARE_TAGS): void {
  out.begin(BARE_TAGS[message])
  out.end()
}

export function errorResponse(out: MessageWriter, report: Report): void {
  writeReport(out, 'E', report)
}
export function noticeResponse(out: MessageWriter, report: Report): void {
  writeReport(out, 'N', report)
}

function writeReport(out: MessageWriter, tag: string, report: Report): void {
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ['S', report.severity],
    ['V', report.severity],
    ['C', report.code],
    ['M', report.message],
    ['D', report.detail],
    ['H', report.hint],
    ['P', report.position],
    ['W', report.where],
    ['s', report.schema],
    ['t', report.table],
    ['c', report.column],
    ['d', report.dataType],
    ['n', report.constraint],
  ]
  out.begin(tag)
  for (const [code, value] of fields) {
    if (value === undefined) continue
    out.int8(code.charCodeAt(0))
    out.string(String(value))
  }
  out.int8(0)
  out.end()
}

export function notification(
  out: MessageWriter,
  processId: number,
  channel: string,
  payload: string,
): void {
  out.begin('A')
  out.int32(processId)
  out.string(channel)
  out.string(payload)
  out.end()
}

/** CopyInResponse (`in`) or CopyOutResponse (`out`): one format for all columns. */
export function copyResponse(
  out: MessageWriter,
  direction: 'in' | 'out',
  columns: number,
  format: FormatCode,
): void {
  out.begin(direction === 'in' ? 'G' : 'H')
  out.int8(format)
  out.int16(columns)
  for (let i = 0; i < columns; i++) out.int16(format)
  out.end()
}

export function copyData(out: MessageWriter, data: Uint8Array): void {
  out.begin('d')
  out.bytes(data)
  out.end()
}
