/** A result as psql prints it: aligned columns, a row count. */
import type { QueryAnswer } from './http-client.ts'

export function printTable({ fields, rows, command, rowCount }: QueryAnswer): string {
  if (fields.length === 0) return rowCount === null ? `${command}\n` : `${command} ${rowCount}\n`
  const names = fields.map((field) => field.name)
  const widths = names.map((name, column) =>
    rows.reduce((width, row) => Math.max(width, (row[column] ?? '').length), name.length),
  )
  const line = (values: readonly (string | null)[]): string =>
    values
      .map((value, column) => ` ${(value ?? '').padEnd(widths[column]!)} `)
      .join('|')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+')
  const count = rows.length === 1 ? '(1 row)' : `(${rows.length} rows)`
  return `${[line(names), rule, ...rows.map(line), count].join('\n')}\n\n`
}
