/**
 * The body of a function written in SQL, bound over the parameters of one call: a plan with `Parameter` expressions where the
 * body names its arguments, and columns of the function's result type.
 */
import { SqlError, unsupported } from '../../../errors/sql-error.ts'
import type { Oid, ProcInfo } from '../../catalog/catalog.ts'
import type { Statement } from '../../parse/ast/statement.ts'
import type { Query } from '../../parse/ast/select.ts'
import { parse } from '../../parse/parse.ts'
import type { Expression } from '../../plan/expression.ts'
import type { PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { type RangeItem, Scope } from '../context/scope.ts'
import { bindSelectQuery } from '../query/bind-query-node.ts'

/** A function nested deeper than this calls itself. */
const MAX_CALL_DEPTH = 40

/** Functions are immutable objects of a catalog version, so their syntax trees are kept as long as they are. */
const parsed = new WeakMap<ProcInfo, readonly Statement[]>()

export function bodyStatements(proc: ProcInfo): readonly Statement[] {
  let statements = parsed.get(proc)
  if (statements === undefined) {
    statements = parse(bodyText(proc.source)).map((one) => one.statement)
    parsed.set(proc, statements)
  }
  return statements
}

/** RETURN x and BEGIN ATOMIC … END are kept as PostgreSQL prints them. */
function bodyText(source: string): string {
  const atomic = /^BEGIN ATOMIC\b([^]*)\bEND\s*$/i.exec(source)
  if (atomic !== null) return (atomic[1] ?? '').replaceAll(/(^|;)\s*RETURN\b/g, '$1 SELECT')
  return source.replace(/^RETURN\b/, 'SELECT')
}

/** Binds the body for arguments of these types. */
export function bindBody(context: BindContext, proc: ProcInfo, types: readonly Oid[]): PlanNode {
  const { shared } = context
  if (shared.viewDepth >= MAX_CALL_DEPTH) throw unsupported('recursion of an SQL function')
  shared.viewDepth += 1
  try {
    return bindOnly(context.forFunction(types), proc, types)
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.position === undefined) throw error
    throw new SqlError(error.code, error.message, { ...error.fields, position: undefined })
  } finally {
    shared.viewDepth -= 1
  }
}

function bindOnly(context: BindContext, proc: ProcInfo, types: readonly Oid[]): PlanNode {
  const [query, ...more] = bodyStatements(proc)
  if (query === undefined || more.length > 0) {
    throw unsupported(`calling an SQL function of ${more.length + 1} statements`)
  }
  if (!isQuery(query)) throw unsupported('calling an SQL function that is not a query')
  const scope = new Scope()
  scope.items = [parameterItem(context, proc, types)]
  return bindSelectQuery(context, query, new Scope(scope)).plan
}

export function isQuery(statement: Statement): statement is Query {
  const { kind } = statement
  return kind === 'select' || kind === 'values' || kind === 'setOperation'
}

/** Parameters by name, alone or behind the function's; columns of the body's own tables come first. */
function parameterItem(context: BindContext, proc: ProcInfo, types: readonly Oid[]): RangeItem {
  const modes = proc.argumentModes
  const names = proc.argumentNames.filter((_, i) => {
    const mode = modes?.[i] ?? 'i'
    return mode !== 'o' && mode !== 't'
  })
  return {
    alias: proc.name,
    names: types.map((_, i) => names[i] ?? ''),
    column: (index) => parameterOf(context, types, index),
    origin: () => ({ table: 0, attribute: 0 }),
    wholeRow: () => {
      throw new SqlError('42703', `column "${proc.name}" does not exist`)
    },
    relationVisible: true,
    columnsVisible: true,
    lateralOnly: false,
    lateralAllowed: true,
    nullable: false,
  }
}

function parameterOf(context: BindContext, types: readonly Oid[], index: number): Expression {
  const type = types[index] ?? context.parameters.use(index, undefined)
  const { collation } = context.catalog.type(type)
  return { kind: 'parameter', index, type, typmod: -1, collation }
}
