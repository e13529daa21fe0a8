/**
 * A query ready to run: bound, optimized, its operators built and its kernels compiled. Good for as long as the catalog
 * version stands; runs any number of times, also interleaved.
 */
import type { TransactionAccess, TreeId } from '../../../../storage/access.ts'
import { datumAt } from '../../../../storage/vector.ts'
import type { Datum } from '../../../../storage/vector.ts'
import { SqlError, attempt } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import { bindQuery } from '../../../bind/bind-query.ts'
import { BindContext } from '../../../bind/context/bind-context.ts'
import { columnDefault, tableRules } from '../../../bind/modify/table-rules.ts'
import { coerceToTarget } from '../../../bind/resolve/coercion/coerce.ts'
import { coerceToDomain } from '../../../bind/resolve/coercion/domain.ts'
import type { BindableStatement } from '../../../bind/bind-query.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import type { Catalog, Oid } from '../../../catalog/catalog.ts'
import { systemRelations } from '../../../catalog/system-relations/system-relations.ts'
import { prepare } from '../../../execute/build-operator.ts'
import type { PreparedPlan } from '../../../execute/build-operator.ts'
import type { EvaluationSession } from '../../../execute/evaluation-session.ts'
import { ExecutionContext } from '../../../execute/execution-context.ts'
import type { DeferredConstraints } from '../../../execute/operators/modify/deferred/deferred-constraints.ts'
import { MemoryBudget } from '../../../execute/memory/memory-budget.ts'
import type { ColumnId, Expression } from '../../../plan/expression.ts'
import type { TransactionLocks } from '../../../lock/transaction-locks.ts'
import { optimize } from '../../../plan/optimize.ts'
import type { OptimizeOptions } from '../../../plan/optimize.ts'
import type { BoundQuery, PlanNode } from '../../../plan/plan-node.ts'
import { walkPlan } from '../../../plan/plan-tree.ts'
import type { RuleContext } from '../../../plan/rules/rule.ts'
import { readerOf } from '../../../types/value-text.ts'
import { receiverOf } from '../../../types/wire/receive-value.ts'
import { relationLocks } from './relation-locks.ts'
import type { RelationLock } from './relation-locks.ts'
import { checkPrivileges } from './check-privileges.ts'
import type { Database } from '../../database.ts'
import type { ResultColumn } from '../../result/statement-result.ts'
import type { StatementSpill } from '../../limits/statement-spill.ts'
import { baseTypeAndTypmod } from '../../../catalog/base-type.ts'

/** A larger work_mem is taken for this. */
const MOST_WORK_MEMORY_BYTES = 32 << 20

export interface PlannedQuery {
  readonly bound: BoundQuery
  readonly plan: PlanNode
  readonly prepared: PreparedPlan
  readonly columns: readonly ResultColumn[]
  /** The stored tables it reads, and how large they were when it was planned. */
  readonly sizes: readonly TableSize[]
  /** Taken before it runs. */
  readonly relationLocks: readonly RelationLock[]
}

/** Its tables are locked, its parameters read: nothing is done yet. */
export interface ReadyQuery {
  readonly query: PlannedQuery
  readonly values: readonly (Datum | null)[]
  readonly environment: QueryEnvironment
}

interface TableSize {
  readonly tree: TreeId
  readonly magnitude: number
}

/** Everything that planning and running a query needs to know of where it runs. */
export interface QueryEnvironment {
  readonly database: Database
  readonly catalog: CatalogSnapshot
  readonly access: TransactionAccess
  readonly locks?: TransactionLocks | undefined
  readonly deferred?: DeferredConstraints | undefined
  readonly session: EvaluationSession
  /** Of the statement; who runs it closes it. */
  readonly spill: StatementSpill
  /** Instead of the session's: a stored query runs under the search path it was written under. */
  readonly searchPath?: readonly string[]
  /** Operators may hold so much, whatever work_mem says. */
  readonly mostMemoryBytes?: number
}

export interface PlanOptions extends OptimizeOptions {
  /** Changes the bound query before it is optimized. */
  readonly reshape?: (bound: BoundQuery) => BoundQuery
}

export function planQuery(
  syntax: BindableStatement,
  environment: QueryEnvironment,
  parameterTypes: readonly Oid[] = [],
  options?: PlanOptions,
): PlannedQuery {
  const { database, catalog, session } = environment
  const query = bindQuery(syntax, {
    catalog,
    searchPath: environment.searchPath ?? session.searchPath,
    session,
    typeIo: database.typeIo,
    parameterTypes,
  })
  const bound = options?.reshape?.(query) ?? query
  checkPrivileges(catalog, session.currentUser, bound)
  const plan = optimize(bound.plan, ruleContext(bound, environment), options)
  const prepared = prepare(plan, { catalog, functions: database.functions, io: database.typeIo })
  const sizes = tableSizes(plan, environment.access)
  const columns = describeColumns(bound, catalog)
  const locks = relationLocks(bound.accesses, plan)
  return { bound, plan, prepared, columns, sizes, relationLocks: locks }
}

/** A plan made for tables of another order of magnitude may be far from the best one now. */
export function isOutgrown(query: PlannedQuery, access: TransactionAccess): boolean {
  return query.sizes.some(({ tree, magnitude }) => magnitudeOf(tree, access) !== magnitude)
}

function tableSizes(plan: PlanNode, access: TransactionAccess): readonly TableSize[] {
  const sizes: TableSize[] = []
  walkPlan(plan, (node) => {
    if (node.kind !== 'scan' && node.kind !== 'indexScan') return
    sizes.push({ tree: node.tree, magnitude: magnitudeOf(node.tree, access) })
  })
  return sizes
}

/** Changes with every factor of eight; tables of a few rows are all alike. */
function magnitudeOf(tree: TreeId, access: TransactionAccess): number {
  const rows = access.hasTree(tree) ? access.rowCount(tree) : 0
  return rows < 64 ? 0 : Math.floor(Math.log2(rows) / 3)
}

function describeColumns(bound: BoundQuery, catalog: Catalog): readonly ResultColumn[] {
  return bound.columns.map((column) => ({
    name: column.name,
    table: column.table,
    attribute: column.attribute,
    type: column.type,
    typeLength: catalog.type(column.type).length,
    typmod: column.typmod,
  }))
}

function ruleContext(bound: BoundQuery, environment: QueryEnvironment): RuleContext {
  const { access } = environment
  let nextColumnId = bound.nextColumnId
  return {
    catalog: environment.catalog,
    newColumnId: () => nextColumnId++ as ColumnId, // the counter continues the binder's
    statistics: (tree) => (access.hasTree(tree) ? access.statistics(tree) : undefined),
    foldConstant: (expression) => foldConstant(expression, environment),
  }
}

/** Runs the expression over one row; an error in it is left for execution to raise. */
function foldConstant(
  expression: Expression,
  environment: QueryEnvironment,
): Expression | undefined {
  const { type, typmod, collation } = expression
  const id = 1 as ColumnId // the plan has this one column only
  const plan: PlanNode = {
    kind: 'project',
    input: { kind: 'oneRow', output: [] },
    expressions: [expression],
    output: [{ id, name: 'constant', type, typmod, collation }],
  }
  return attempt(() => {
    const value = firstValue(plan, environment)
    return { kind: 'constant', value, type, typmod, collation, position: expression.position }
  })
}

/** Raises what the value violates of the domain's constraints. */
export function checkDomainValue(
  domain: Oid,
  value: Datum | null,
  environment: QueryEnvironment,
): void {
  const context = bindContext(environment)
  const info = baseTypeAndTypmod(environment.catalog, domain, -1)
  const { collation } = environment.catalog.type(domain)
  const input: Expression = { kind: 'constant', value, ...info, collation }
  const checked = coerceToDomain(context, input, domain)
  const output = [context.newColumn('value', checked)]
  firstValue(
    { kind: 'project', input: { kind: 'oneRow', output: [] }, expressions: [checked], output },
    environment,
  )
}

function firstValue(plan: PlanNode, environment: QueryEnvironment): Datum | null {
  const { database, catalog } = environment
  const prepared = prepare(plan, { catalog, functions: database.functions, io: database.typeIo })
  for (const item of prepared.run(executionContext(environment, []))) {
    if (item.kind === 'batch' && item.length > 0) return datumAt(item.columns[0]!, 0)
  }
  return null
}

export function executionContext(
  environment: QueryEnvironment,
  parameters: readonly (Datum | null)[],
): ExecutionContext {
  const { database, catalog, access, session } = environment
  return new ExecutionContext({
    session,
    catalog,
    access,
    locks: environment.locks,
    deferred: environment.deferred,
    parameters,
    memory: new MemoryBudget(workMemory(session.setting('work_mem'), environment.mostMemoryBytes)),
    spill: environment.spill,
    datumCodec: database.codec,
    systemRelations,
    tableRules: (relation) => tableRules(bindContext(environment), relation),
    columnDefault: (relation, column) => columnDefault(bindContext(environment), relation, column),
    coercion: ({ input, target, how }) =>
      coerceToTarget(bindContext(environment), input, target, how),
  })
}

/** Bytes; the setting is in kB. An isolate has 128 MB for everything, so more than a part of that cannot be had. */
function workMemory(
  setting: string | undefined,
  most = MOST_WORK_MEMORY_BYTES,
): number | undefined {
  return setting === undefined ? undefined : Math.min(Number(setting) * 1024, most)
}

/** For what execution itself has to bind: the rules of tables that foreign keys reach. */
function bindContext({ database, catalog, session }: QueryEnvironment): BindContext {
  const { searchPath } = session
  return new BindContext({
    catalog,
    searchPath,
    session,
    typeIo: database.typeIo,
    parameterTypes: [],
  })
}

/** A parameter as it came: text, or bytes in the type's binary form. */
export type ParameterInput = string | Uint8Array | null

/** Values of parameters. Raises 08P01 when there are too few or too many. */
export function readParameters(
  types: readonly Oid[],
  inputs: readonly ParameterInput[],
  environment: QueryEnvironment,
  names: { readonly statement: string; readonly portal: string } = { statement: '', portal: '' },
): readonly (Datum | null)[] {
  requireParameterCount(inputs.length, types.length, names.statement)
  return inputs.map((input, index) =>
    readParameter(input, index, types[index]!, environment, names.portal),
  )
}

export function requireParameterCount(given: number, needed: number, statement: string): void {
  if (given === needed) return
  throw new SqlError(
    SQLSTATE.PROTOCOL_VIOLATION,
    `bind message supplies ${given} parameters, but prepared statement "${statement}" requires ${needed}`,
  )
}

function readParameter(
  input: ParameterInput,
  index: number,
  type: Oid,
  environment: QueryEnvironment,
  portal: string,
): Datum | null {
  try {
    if (input === null) return readNull(type, environment)
    return typeof input === 'string'
      ? readDatum(input, type, environment)
      : readBinaryDatum(input, type, environment)
  } catch (error) {
    if (!(error instanceof SqlError) || error.fields.where !== undefined) throw error
    const portalName = portal === '' ? 'unnamed portal' : `portal "${portal}"`
    // The value itself is not shown, as PostgreSQL's log_parameter_max_length_on_error has it by default.
    const where = `${portalName} parameter $${index + 1}${typeof input === 'string' ? ` = '...'` : ''}`
    throw new SqlError(error.code, error.message, { ...error.fields, where })
  }
}

/** A domain may forbid it. */
function readNull(type: Oid, { catalog, session }: QueryEnvironment): null {
  if (catalog.type(type).typeType === 'd') session.checkDomain(type, null)
  return null
}

function readBinaryDatum(bytes: Uint8Array, type: Oid, environment: QueryEnvironment): Datum {
  const { database, catalog, session } = environment
  return receiverOf({ session, catalog, io: database.typeIo }, type)(bytes)
}

function readDatum(text: string, type: Oid, environment: QueryEnvironment): Datum {
  const { database, catalog, session } = environment
  if (text.includes('\0')) {
    throw new SqlError(
      SQLSTATE.CHARACTER_NOT_IN_REPERTOIRE,
      'invalid byte sequence for encoding "UTF8": 0x00',
    )
  }
  return readerOf({ session, catalog, io: database.typeIo }, type)(text)
}
