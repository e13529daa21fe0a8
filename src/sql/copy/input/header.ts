/** HEADER match: the first line must name the columns, all of them and in their order. */
import type { SqlError } from '../../../errors/sql-error.ts'
import { atPlace } from '../error-context.ts'
import type { FieldReader } from './field-reader.ts'
import { badFormat } from './split/row-splitter.ts'

const NO_RULES = { forceNull: false, forceNotNull: false }

/** `fields` holds the header alone. */
export function checkHeader(
  fields: FieldReader,
  names: readonly string[],
  nullText: string,
  relation: string,
): void {
  const problem = headerProblem(fields, names, nullText)
  if (problem === undefined) return
  const line = fields.table.lines[0]!
  throw atPlace(problem, relation, { line, text: fields.rowText(0) })
}

function headerProblem(
  fields: FieldReader,
  names: readonly string[],
  nullText: string,
): SqlError | undefined {
  const count = fields.table.counts[0]!
  if (count !== names.length) {
    return badFormat(
      `wrong number of fields in header line: got ${count}, expected ${names.length}`,
    )
  }
  for (const [place, name] of names.entries()) {
    const mismatch = `column name mismatch in header line field ${place + 1}`
    if (fields.nulls(place, 1, NO_RULES) !== undefined) {
      return badFormat(`${mismatch}: got null value ("${nullText}"), expected "${name}"`)
    }
    const text = fields.text(place)
    if (text !== name) return badFormat(`${mismatch}: got "${text}", expected "${name}"`)
  }
  return undefined
}
