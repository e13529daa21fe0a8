/**
 * Statements that a session keeps by name: PREPARE, EXECUTE and DEALLOCATE, and those that the extended protocol parsed. Both
 * share one space of names; only the protocol knows the unnamed statement.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import type { Datum } from '../../../storage/vector.ts'
import { datumAt } from '../../../storage/vector.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { ONE_ROW } from '../../execute/expression/kernel.ts'
import type { ParsedStatement, Statement as Syntax } from '../../parse/ast/statement.ts'
import type { ExecuteStatement, PrepareStatement } from '../../parse/ast/utility.ts'
import { SessionDdlServices } from './ddl/ddl-services.ts'
import { planQuery } from './plan/planned-query.ts'
import type { QueryEnvironment } from './plan/planned-query.ts'
import type { Statement } from './plan/statement-cache.ts'
import type { ResultColumn } from '../result/statement-result.ts'

export interface PreparedStatement {
  readonly name: string
  readonly text: string
  /** undefined: an empty statement. */
  readonly syntax: Syntax | undefined
  /** Where its plans are kept. */
  readonly statement: Statement
  /** As the client declared them: 0 where it left the type open; empty when it declared none. */
  readonly declaredTypes: readonly Oid[]
  /** As declared or inferred. */
  readonly parameterTypes: readonly Oid[]
  /** What it returned when it was prepared; undefined when it returns no rows. */
  readonly columns: readonly ResultColumn[] | undefined
  /** By PREPARE, not by a protocol message. */
  readonly isFromSql: boolean
  /** The PREPARE, if it was one. */
  readonly parsed?: ParsedStatement
  readonly preparedAtMicros: number
  /** How often it has run. */
  runs: number
}

/** What one session may keep; a text takes some 70 times its length as a tree and a plan, and something in any case. */
const KEPT_BYTES = 48 << 20
const BYTES_PER_CHARACTER = 70
const STATEMENT_BYTES = 8 << 10

/** By name. The unnamed statement is '': it lives until the next one, and is not worth keeping. */
export class PreparedStatements extends Map<string, PreparedStatement> {
  /** Changes with every change of a statement. */
  version = 0

  #bytes = 0

  /** Raises 53200 when the session keeps too many. */
  override set(name: string, statement: PreparedStatement): this {
    const bytes = bytesOf(statement)
    if (name !== '' && this.#bytes + bytes > KEPT_BYTES) throw tooManyStatements()
    this.delete(name)
    this.#bytes += bytes
    return super.set(name, statement)
  }
  override delete(name: string): boolean {
    this.version++
    const old = this.get(name)
    if (old !== undefined) this.#bytes -= bytesOf(old)
    return super.delete(name)
  }
  override clear(): void {
    this.version++
    this.#bytes = 0
    super.clear()
  }
}

function bytesOf({ text }: PreparedStatement): number {
  return STATEMENT_BYTES + text.length * BYTES_PER_CHARACTER
}

function tooManyStatements(): SqlError {
  return new SqlError(SQLSTATE.OUT_OF_MEMORY, 'too many prepared statements', {
    hint: "Close statements that are not needed any more, with DEALLOCATE or the protocol's Close.",
  })
}

export function prepareStatement(
  prepared: PreparedStatements,
  { name, statement, argumentTypes }: PrepareStatement,
  environment: QueryEnvironment,
  { text, parsed }: { readonly text: string; readonly parsed: ParsedStatement },
): void {
  if (!isBindable(statement)) throw unsupported(`PREPARE of ${statement.kind}`)
  const services = new SessionDdlServices(environment)
  const declared = argumentTypes.map(
    (type) => services.resolveTypeName(type, environment.catalog).type,
  )
  const { bound, columns } = planQuery(statement, environment, declared)
  addPrepared(prepared, {
    name,
    text,
    syntax: statement,
    statement: { parsed: [], plans: [] },
    declaredTypes: declared,
    parameterTypes: bound.parameters,
    columns: columns.length > 0 || bound.command === 'SELECT' ? columns : undefined,
    isFromSql: true,
    parsed,
    preparedAtMicros: environment.session.statementTimestamp,
    runs: 0,
  })
}

/** Raises 42P05 when there is one of that name. */
export function addPrepared(prepared: PreparedStatements, statement: PreparedStatement): void {
  const { name } = statement
  if (prepared.has(name)) {
    throw new SqlError(
      SQLSTATE.DUPLICATE_PREPARED_STATEMENT,
      `prepared statement "${name}" already exists`,
    )
  }
  prepared.set(name, statement)
}

export function unnamedStatementMissing(): SqlError {
  return new SqlError(
    SQLSTATE.INVALID_SQL_STATEMENT_NAME,
    'unnamed prepared statement does not exist',
  )
}

export function findPrepared(prepared: PreparedStatements, name: string): PreparedStatement {
  const statement = prepared.get(name)
  if (statement !== undefined) return statement
  throw new SqlError(
    SQLSTATE.INVALID_SQL_STATEMENT_NAME,
    `prepared statement "${name}" does not exist`,
  )
}

export function deallocate(prepared: PreparedStatements, name: string | undefined): void {
  if (name === undefined) return prepared.clear()
  findPrepared(prepared, name)
  prepared.delete(name)
}

/** The arguments of EXECUTE, coerced to the parameters' types. */
export function evaluateArguments(
  { name, parameterTypes }: PreparedStatement,
  { args }: ExecuteStatement,
  services: SessionDdlServices,
  catalog: CatalogSnapshot,
): readonly (Datum | null)[] {
  if (args.length !== parameterTypes.length) {
    throw new SqlError(
      SQLSTATE.SYNTAX_ERROR,
      `wrong number of parameters for prepared statement "${name}"`,
      {
        detail: `Expected ${parameterTypes.length} parameters but got ${args.length}.`,
      },
    )
  }
  return args.map((arg, index) => {
    const target = { type: parameterTypes[index]!, typmod: -1, columnName: `$${index + 1}` }
    const [value] = services.evaluator([arg], { catalog, purpose: 'default', columns: [], target })(
      ONE_ROW,
    )
    return datumAt(value!, 0)
  })
}
