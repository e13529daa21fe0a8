/**
 * A statement with parameters in place of those literals that a plan need not know: column = literal in WHERE, new values in SET
 * and VALUES. All statements that differ in them alone can run with one plan.
 *
 * Other literals stay: they may steer how a statement is read (ORDER BY 1), bound (a cast) or planned (LIKE, ranges, LIMIT).
 */
import type { QualifiedName } from '../ast/common.ts'
import type { Expression } from '../ast/expression.ts'
import type { Assignment } from '../ast/modify.ts'
import type { ParsedStatement, Statement } from '../ast/statement.ts'
import type { PlainLiteral } from './literal-shape.ts'

/** What became of a literal of the text. */
export type LiteralSlot =
  | { readonly kind: 'fixed'; readonly value: string }
  | { readonly kind: 'parameter'; readonly number: number; readonly isNegated: boolean }

export interface ParameterizedStatement {
  readonly parsed: ParsedStatement
  /** By literal of the text. */
  readonly slots: readonly LiteralSlot[]
}

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*'])

/** undefined when it has no such literal. `literals` are those of `text`, all of which is the one statement. */
export function parameterize(
  text: string,
  parsed: ParsedStatement,
  literals: readonly PlainLiteral[],
): ParameterizedStatement | undefined {
  const parameterizer = new Parameterizer(text, literals)
  const statement = parameterizer.statement(parsed.statement)
  if (statement === undefined || parameterizer.parameters === 0) return undefined
  return { parsed: { ...parsed, statement }, slots: parameterizer.slots }
}

class Parameterizer {
  readonly #text: string
  readonly #literals: readonly PlainLiteral[]
  readonly slots: LiteralSlot[]
  parameters = 0

  constructor(text: string, literals: readonly PlainLiteral[]) {
    this.#text = text
    this.#literals = literals
    this.slots = literals.map(({ value }) => ({ kind: 'fixed', value }))
  }

  statement(statement: Statement): Statement | undefined {
    switch (statement.kind) {
      case 'select':
        return { ...statement, where: this.#where(statement) }
      case 'delete':
        return { ...statement, where: this.#where(statement) }
      case 'update': {
        const assignments = statement.assignments.map((one) => this.#assignment(one))
        return { ...statement, assignments, where: this.#where(statement) }
      }
      case 'insert': {
        const { source } = statement
        if (source?.kind !== 'values' || source.rows.length !== 1) return undefined
        const rows = source.rows.map((row) => row.map((value) => this.#literal(value)))
        return { ...statement, source: { ...source, rows } }
      }
      default:
        return undefined
    }
  }

  #assignment(assignment: Assignment): Assignment {
    if (assignment.kind !== 'single') return assignment
    return { ...assignment, value: this.#literal(assignment.value, true) }
  }

  #where({ where }: { readonly where?: Expression | undefined }): Expression | undefined {
    return where && this.#condition(where)
  }

  #condition(condition: Expression): Expression {
    if (condition.kind === 'and') {
      return { ...condition, args: condition.args.map((one) => this.#condition(one)) }
    }
    if (condition.kind !== 'binary' || nameOf(condition.operator) !== '=') return condition
    const { left, right } = condition
    if (left.kind === 'column') return { ...condition, right: this.#literal(right) }
    if (right.kind === 'column') return { ...condition, left: this.#literal(left) }
    return condition
  }

  /** Itself when it is no plain literal. Below an operator a string's type is for the operator to say: it stays. */
  #literal(expression: Expression, isArithmetic = false): Expression {
    if (expression.kind === 'integer' || expression.kind === 'string') {
      return this.#parameter(expression, String(expression.value)) ?? expression
    }
    if (!isArithmetic || expression.kind !== 'binary') return expression
    const { operator, left, right } = expression
    if (!ARITHMETIC.has(nameOf(operator) ?? '')) return expression
    return { ...expression, left: this.#operand(left), right: this.#operand(right) }
  }

  #operand(expression: Expression): Expression {
    return expression.kind === 'string' ? expression : this.#literal(expression, true)
  }

  #parameter({ kind, position = 0 }: Expression, value: string): Expression | undefined {
    const isNegated = this.#text[position - 1] === '-'
    const start = isNegated ? this.#text.slice(position).search(/\S/) + position : position - 1
    const index = this.#literals.findIndex((literal) => literal.start === start)
    const literal = this.#literals[index]
    // A string may go on in the next line, a name may be in quotes: what the grammar read has the last word.
    if (literal === undefined || literal.kind !== kind) return undefined
    if (literalValue(literal, isNegated) !== value) return undefined
    this.parameters++
    this.slots[index] = { kind: 'parameter', number: this.parameters, isNegated }
    return { kind: 'parameter', number: this.parameters, position }
  }
}

/** As an input function reads it. */
export function literalValue({ kind, value }: PlainLiteral, isNegated: boolean): string {
  if (kind === 'string') return value
  return `${isNegated ? '-' : ''}${Number(value)}`
}

function nameOf({ database, schema, name }: QualifiedName): string | undefined {
  return database === undefined && schema === undefined ? name : undefined
}
