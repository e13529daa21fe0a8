/**
 * The extended protocol's steps before a statement runs: Parse makes a prepared statement, Describe says what it takes and
 * gives, Bind reads the parameters' values. Each of them plans through the same cache as running does.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Statement as Syntax } from '../../parse/ast/statement.ts'
import { readParameters, requireParameterCount } from './plan/planned-query.ts'
import type { ParameterInput, QueryEnvironment } from './plan/planned-query.ts'
import { addPrepared, findPrepared, unnamedStatementMissing } from './prepared-statements.ts'
import type { PreparedStatement } from './prepared-statements.ts'
import { fetchedColumns, planCursor } from '../portal/cursor-commands.ts'
import { Portal } from '../portal/portal.ts'
import { currentPlan } from './plan/current-plan.ts'
import type { SessionState } from '../session-state.ts'
import { shownColumns, textColumn } from '../settings/set-command.ts'
import { parsedStatement } from './plan/statement-cache.ts'
import type { ResultColumn, ValueFormat } from '../result/statement-result.ts'

export interface ParseRequest {
  /** Empty: the unnamed statement, which the next one replaces. */
  readonly name: string
  readonly text: string
  /** 0 where the type is to be inferred. */
  readonly parameterTypes: readonly number[]
}

export interface BindRequest {
  readonly portal: string
  readonly statement: string
  readonly parameters: readonly ParameterInput[]
  /** None: all text; one: for all columns. */
  readonly formats: readonly ValueFormat[]
}

/** What a statement takes and gives; `columns` is undefined when it returns no rows. */
export interface Description {
  readonly parameterTypes: readonly Oid[]
  readonly columns: readonly ResultColumn[] | undefined
}

const UNKNOWN = 705 // pg_type.oid of unknown: as good as none

/** Raises 42601 for more than one statement. The text has one at most afterwards. */
export function parseOne(
  state: SessionState,
  { text, parameterTypes }: ParseRequest,
): Pick<PreparedStatement, 'statement' | 'declaredTypes'> {
  const declared = parameterTypes.map((type) => (type === UNKNOWN ? 0 : type) as Oid) // from the client: checked when planned
  const declaredTypes = declared.some((type) => type !== 0) ? declared : []
  const statement = parsedStatement(state.database, text, declaredTypes)
  if (statement.parsed.length > 1) {
    throw new SqlError(
      SQLSTATE.SYNTAX_ERROR,
      'cannot insert multiple commands into a prepared statement',
    )
  }
  return { statement, declaredTypes }
}

/** `environment` is undefined for statements that need no catalog: empty ones, and those that end transactions. */
export function prepareText(
  state: SessionState,
  request: ParseRequest,
  parts: Pick<PreparedStatement, 'statement' | 'declaredTypes'>,
  environment: QueryEnvironment | undefined,
): void {
  const { name, text } = request
  const syntax = parts.statement.parsed[0]?.statement
  if (name === '') state.prepared.delete('')
  const prepared = { ...parts, name, text, syntax, isFromSql: false }
  const { parameterTypes, columns } = describePlan(state, prepared, environment)
  const preparedAtMicros = state.database.nowMicros()
  addPrepared(state.prepared, { ...prepared, parameterTypes, columns, preparedAtMicros, runs: 0 })
}

export function namedStatement(state: SessionState, name: string): PreparedStatement {
  if (name === '' && !state.prepared.has('')) throw unnamedStatementMissing()
  return findPrepared(state.prepared, name)
}

/** As of now: the catalog may have changed since Parse. Raises 0A000 when the result would no longer be the same. */
export function describeStatement(
  state: SessionState,
  prepared: PreparedStatement,
  environment: QueryEnvironment | undefined,
): Description {
  const now = describePlan(state, prepared, environment)
  // A cursor of that name may have come and gone meanwhile.
  if (prepared.syntax?.kind === 'fetch') return now
  if (!isSameResult(now.columns, prepared.columns)) {
    throw new SqlError(SQLSTATE.FEATURE_NOT_SUPPORTED, 'cached plan must not change result type')
  }
  return now
}

export function bindPortal(
  state: SessionState,
  request: BindRequest,
  environment: QueryEnvironment | undefined,
): Portal {
  const statement = namedStatement(state, request.statement)
  const { columns } = describeStatement(state, statement, environment)
  const names = { statement: request.statement, portal: request.portal }
  const types = statement.parameterTypes
  requireParameterCount(request.parameters.length, types.length, names.statement)
  statement.runs++
  const values =
    environment === undefined ? [] : readParameters(types, request.parameters, environment, names)
  const formats = formatsFor(request.formats, columns?.length ?? 0)
  return new Portal({
    name: request.portal,
    text: statement.text,
    createdAtMicros: state.database.nowMicros(),
    bound: { statement, values, formats },
  })
}

function formatsFor(formats: readonly ValueFormat[], columns: number): readonly ValueFormat[] {
  const [only] = formats
  if (formats.length === 1 && only !== undefined) return Array.from({ length: columns }, () => only)
  if (formats.length === 0 || formats.length === columns) return formats
  throw new SqlError(
    SQLSTATE.PROTOCOL_VIOLATION,
    `bind message has ${formats.length} result formats but query has ${columns} columns`,
  )
}

function describePlan(
  state: SessionState,
  prepared: Pick<PreparedStatement, 'syntax' | 'statement' | 'declaredTypes'>,
  environment: QueryEnvironment | undefined,
): Description {
  const { syntax, statement, declaredTypes } = prepared
  if (environment === undefined || syntax === undefined)
    return { parameterTypes: [], columns: undefined }
  if (syntax.kind === 'declareCursor') {
    requireTypes(declaredTypes, environment)
    const { planned } = planCursor(syntax, environment, declaredTypes)
    return { parameterTypes: planned.bound.parameters, columns: undefined }
  }
  if (!isBindable(syntax))
    return { parameterTypes: [], columns: utilityColumns(state, syntax, environment) }
  requireTypes(declaredTypes, environment)
  const { bound, columns } = currentPlan(state, statement, syntax, environment, declaredTypes)
  const returnsRows = columns.length > 0 || bound.command === 'SELECT'
  return { parameterTypes: bound.parameters, columns: returnsRows ? columns : undefined }
}

/** SHOW, EXPLAIN and EXECUTE return rows without being queries. */
function utilityColumns(
  state: SessionState,
  syntax: Syntax,
  environment: QueryEnvironment,
): readonly ResultColumn[] | undefined {
  switch (syntax.kind) {
    case 'show':
      return shownColumns(syntax)
    case 'explain':
      return [textColumn('QUERY PLAN')]
    case 'execute':
      return describePlan(state, findPrepared(state.prepared, syntax.name), environment).columns
    case 'fetch':
      return fetchedColumns(state, syntax, ({ bound }) =>
        bound === undefined ? undefined : describePlan(state, bound.statement, environment).columns,
      )
    default:
      return undefined
  }
}

function requireTypes(types: readonly Oid[], { catalog }: QueryEnvironment): void {
  for (const type of types) {
    if (type === 0 || catalog.typeIfExists(type) !== undefined) continue
    throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, `type with OID ${type} does not exist`)
  }
}

function isSameResult(
  a: readonly ResultColumn[] | undefined,
  b: readonly ResultColumn[] | undefined,
): boolean {
  if (a === b || a === undefined || b === undefined) return a === b
  return (
    a.length === b.length &&
    a.every((column, index) => {
      const other = b[index]
      return (
        column.type === other?.type && column.typmod === other.typmod && column.name === other.name
      )
    })
  )
}
