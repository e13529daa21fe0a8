/**
 * Results of `POST /sql` as JSON text. Rows are written straight into the text, with a limit on its size, so that a large
 * result fails early instead of filling memory.
 */
import type {
  ResultColumn,
  StatementResult,
  TextRow,
} from '../../sql/session/result/statement-result.ts'
import type { SqlRequestBody } from './sql-request.ts'
import { typedValue } from './typed-value.ts'

export interface ResultFormat {
  /** Values as PostgreSQL's text; otherwise as typed JSON. */
  readonly isRaw: boolean
  /** Rows as arrays; otherwise as objects by column name. */
  readonly isArrayMode: boolean
}

/** The body of the answer: one result, or those of a batch. */
export function responseJson(
  results: readonly StatementResult[],
  request: SqlRequestBody,
  format: ResultFormat,
): string {
  const json = results.map((result, index) => {
    const isArrayMode = request.queries[index]?.arrayMode ?? format.isArrayMode
    return resultJson(result, { ...format, isArrayMode })
  })
  return request.isBatch ? `{"results":[${json.join(',')}]}` : (json[0] ?? '{}')
}

/** The result of one statement as a JSON object. Key order is part of the protocol's habit. */
function resultJson(result: StatementResult, format: ResultFormat): string {
  const columns = result.columns ?? []
  const { command, rowCount } = splitTag(result.tag)
  return (
    `{"fields":[${columns.map(fieldJson).join(',')}]` +
    `,"rows":[${rowsJson(columns, result.rows, format)}]` +
    `,"command":${JSON.stringify(command)},"rowCount":${rowCount ?? 'null'},"rowAsArray":${format.isArrayMode}}`
  )
}

function fieldJson(column: ResultColumn): string {
  return JSON.stringify({
    name: column.name,
    dataTypeID: column.type,
    tableID: column.table,
    columnID: column.attribute,
    dataTypeSize: column.typeLength,
    dataTypeModifier: column.typmod,
    format: 'text',
  })
}

function rowsJson(
  columns: readonly ResultColumn[],
  rows: readonly TextRow[],
  format: ResultFormat,
): string {
  if (format.isRaw && format.isArrayMode) return JSON.stringify(rows).slice(1, -1)
  return rows.map((row) => rowJson(columns, row, format)).join(',')
}

function rowJson(columns: readonly ResultColumn[], row: TextRow, format: ResultFormat): string {
  const values = row.map((text, index) =>
    format.isRaw || text === null ? JSON.stringify(text) : typedValue(columns[index]!.type, text),
  )
  if (format.isArrayMode) return `[${values.join(',')}]`
  // As in any JSON object the last of several columns with one name wins.
  return `{${values.map((value, index) => `${JSON.stringify(columns[index]!.name)}:${value}`).join(',')}}`
}

/** 'INSERT 0 3' → INSERT, 3; 'CREATE TABLE' → CREATE, none. */
function splitTag(tag: string): {
  readonly command: string
  readonly rowCount: number | undefined
} {
  const words = tag.split(' ')
  const last = words.at(-1) ?? ''
  return { command: words[0] ?? '', rowCount: /^\d+$/.test(last) ? Number(last) : undefined }
}
