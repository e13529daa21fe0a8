/**
 * Statements whose texts differ in literals alone, as clients without parameters send them: parsed and planned once for all, the
 * literals as parameters (SQL Server calls it simple parameterization). A shape becomes a template when it comes a second time.
 *
 * PostgreSQL plans each text anew. What differs for the client: nothing, since a statement that fails before it has done
 * anything is run again as it was written, for the error that belongs to its text.
 */
import { TYPE } from '../../../bind/resolve/type-oids.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { ParsedStatement } from '../../../parse/ast/statement.ts'
import { literalShape } from '../../../parse/template/literal-shape.ts'
import type { LiteralShape, PlainLiteral } from '../../../parse/template/literal-shape.ts'
import { literalValue, parameterize } from '../../../parse/template/parameterize.ts'
import type { LiteralSlot } from '../../../parse/template/parameterize.ts'
import type { Database } from '../../database.ts'
import { parsedStatement } from './statement-cache.ts'
import type { Statement } from './statement-cache.ts'

/** What is known of a shape: that it was seen once, that it is none to be reused, or how to. */
export type StatementShape = 'seen' | 'unfit' | StatementTemplate

interface StatementTemplate {
  /** With parameters for literals. */
  readonly statement: Statement
  readonly parsed: ParsedStatement
  readonly parameterTypes: readonly Oid[]
  readonly slots: readonly LiteralSlot[]
  /** The first of its kind, as written: what it is counted as. */
  readonly written: ParsedStatement
}

/** A template with the literals of one text. */
export interface FilledTemplate extends Pick<
  StatementTemplate,
  'statement' | 'parsed' | 'parameterTypes' | 'written'
> {
  readonly parameters: readonly string[]
}

/** A template takes memory as so many characters do, and by its length. */
const TEMPLATE_WEIGHT = 120

/** undefined: the text is to be run as it is written. */
export function filledTemplate(database: Database, text: string): FilledTemplate | undefined {
  if (database.statements.get(text) !== undefined) return undefined
  const shaped = literalShape(text)
  if (shaped === undefined) return undefined
  const known = database.shapes.get(shaped.shape)
  if (known === 'unfit') return undefined
  if (known === undefined) {
    database.shapes.set(shaped.shape, 'seen', shaped.shape.length)
    return undefined
  }
  const template = known === 'seen' ? newTemplate(database, text, shaped) : known
  return template && filled(template, shaped.literals)
}

function newTemplate(
  database: Database,
  text: string,
  { shape, literals }: LiteralShape,
): StatementTemplate | undefined {
  const { parsed } = parsedStatement(database, text)
  const [written, ...others] = parsed
  const parameterized =
    written === undefined || others.length > 0 ? undefined : parameterize(text, written, literals)
  if (written === undefined || parameterized === undefined) {
    database.shapes.set(shape, 'unfit', shape.length)
    return undefined
  }
  const { slots } = parameterized
  const template: StatementTemplate = {
    statement: { parsed: [parameterized.parsed], plans: [] },
    parsed: parameterized.parsed,
    parameterTypes: parameterTypes(slots, literals),
    slots,
    written,
  }
  database.shapes.set(shape, template, TEMPLATE_WEIGHT + 2 * shape.length)
  return template
}

/** An integer is an int4; what a string is follows from where it stands. */
function parameterTypes(
  slots: readonly LiteralSlot[],
  literals: readonly PlainLiteral[],
): readonly Oid[] {
  const types: Oid[] = []
  for (const [i, slot] of slots.entries()) {
    if (slot.kind === 'fixed') continue
    types[slot.number - 1] = literals[i]?.kind === 'integer' ? TYPE.int4 : UNDECIDED
  }
  return types
}

const UNDECIDED = 0 as Oid // as in a Parse message without a type

function filled(
  { statement, parsed, parameterTypes, written, slots }: StatementTemplate,
  literals: readonly PlainLiteral[],
): FilledTemplate | undefined {
  const parameters: string[] = []
  for (const [i, slot] of slots.entries()) {
    const literal = literals[i]
    if (literal === undefined) return undefined
    if (slot.kind === 'parameter') {
      parameters[slot.number - 1] = literalValue(literal, slot.isNegated)
    } else if (literal.value !== slot.value) return undefined
  }
  return { statement, parsed, parameterTypes, written, parameters }
}
