/** COPY t TO STDOUT, COPY (query) TO STDOUT: a query like any other whose rows leave in one of COPY's formats. */
import { readOnlyTransaction } from '../../../errors/read-only-transaction.ts'
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { copiedColumns, refuseUnopened } from '../../bind/modify/bind-copy.ts'
import { isBindable } from '../../bind/bind-query.ts'
import type { BindableStatement } from '../../bind/bind-query.ts'
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { Relation } from '../../catalog/catalog.ts'
import { BinaryWriter } from '../../copy/output/binary-writer.ts'
import { CsvWriter } from '../../copy/output/csv-writer.ts'
import type { RowWriter } from '../../copy/output/row-writer.ts'
import { TextWriter } from '../../copy/output/text-writer.ts'
import type { CopyOptions } from '../../copy/options.ts'
import type { ParameterReference } from '../../parse/ast/expression.ts'
import type { RelationName } from '../../parse/ast/common.ts'
import type { CopyStatement } from '../../parse/ast/utility.ts'
import type { SelectQuery } from '../../parse/ast/select.ts'
import type { Statement } from '../../parse/ast/statement.ts'
import { ResultWriter } from '../result/result-writer.ts'
import type { ValueFormat } from '../result/statement-result.ts'
import { executionContext, planQuery } from '../statement/plan/planned-query.ts'
import type { PlannedQuery, QueryEnvironment } from '../statement/plan/planned-query.ts'
import { forcedColumns } from './forced-columns.ts'
import { requireChannel } from './run-copy.ts'
import { writesForGood } from '../statement/plan/current-plan.ts'
import type { CopyRun } from './run-copy.ts'

/** Returns how many rows were copied. */
export function* copyTo(run: CopyRun, options: CopyOptions): Task<number> {
  const { planned: query, environment } = yield* run.locked((now) => planCopied(run, now))
  if (run.isReadOnly && writesForGood(query)) throw readOnlyTransaction(query.bound.command)
  const names = query.columns.map((column) => column.name)
  const forced = forcedColumns('FORCE_QUOTE', options.forceQuote, names, query.copied)
  return yield* sendRows({ ...run, environment }, options, query, writerFor(options, forced))
}

/** The query's plan, and the table if it is one that is copied. */
function planCopied(
  { statement }: CopyRun,
  environment: QueryEnvironment,
): PlannedQuery & { readonly copied: Relation | undefined } {
  const { syntax, relation } = copiedQuery(statement, environment)
  const query = planQuery(syntax, environment)
  refuseParameters(query, syntax)
  return { ...query, copied: relation }
}

function* sendRows(
  run: CopyRun,
  { format }: CopyOptions,
  query: PlannedQuery,
  writer: RowWriter,
): Task<number> {
  const { environment } = run
  const valueFormat: ValueFormat = format === 'binary' ? 'binary' : 'text'
  const formats = query.columns.map(() => valueFormat)
  const values = new ResultWriter(query.bound.columns, environment, formats)
  const output = requireChannel(run).startOutput(query.columns.length, valueFormat)
  const header = writer.header(query.columns.map((column) => column.name))
  if (header !== undefined) output.row(header)
  let rows = 0
  for (const item of query.prepared.run(executionContext(environment, []))) {
    if (item.kind !== 'batch') {
      yield item
      continue
    }
    rows += item.length
    for (const row of values.rows(item)) output.row(writer.row(row))
    const until = output.backlog()
    if (until !== undefined) yield { kind: 'wait', until }
  }
  const trailer = writer.trailer()
  if (trailer !== undefined) output.row(trailer)
  output.finish()
  return rows
}

function writerFor(options: CopyOptions, forced: readonly boolean[]): RowWriter {
  switch (options.format) {
    case 'text':
      return new TextWriter(options)
    case 'csv':
      return new CsvWriter(options, forced)
    case 'binary':
      return new BinaryWriter()
  }
}

interface CopiedQuery {
  readonly syntax: BindableStatement
  readonly relation?: Relation
}

function copiedQuery(statement: CopyStatement, environment: QueryEnvironment): CopiedQuery {
  if (statement.relation !== undefined) {
    const relation = openTable(environment, statement.relation)
    return { relation, syntax: tableQuery(relation, statement.relation, statement.columns) }
  }
  return { syntax: requireQuery(statement.query) }
}

function requireQuery(query: Statement | undefined): BindableStatement {
  if (query === undefined || !isBindable(query)) {
    throw new SqlError('0A000', 'COPY query must not be a utility command')
  }
  if (query.kind === 'select' && query.into !== undefined) {
    throw new SqlError('0A000', 'COPY (SELECT INTO) is not supported')
  }
  if ('returning' in query && query.returning.length === 0) {
    throw new SqlError('0A000', 'COPY query must have a RETURNING clause')
  }
  return query
}

/** There is nobody to give them a value. */
function refuseParameters({ bound }: PlannedQuery, syntax: BindableStatement): void {
  if (bound.parameters.length === 0) return
  const { number, position } = findParameter(syntax) ?? { number: 1 }
  throw new SqlError('42P02', `there is no parameter $${number}`, { position })
}

function findParameter(node: unknown): ParameterReference | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if ('kind' in node && node.kind === 'parameter') return node as ParameterReference // by its kind
  for (const part of Object.values(node)) {
    const found = findParameter(part)
    if (found !== undefined) return found
  }
  return undefined
}

function openTable({ catalog, session }: QueryEnvironment, written: RelationName): Relation {
  const { schema, name } = written
  requireSchema(catalog, schema)
  const relation = catalog.findRelation(schema, name, session.searchPath)
  if (relation === undefined) {
    const shown = schema === undefined ? name : `${schema}.${name}`
    throw new SqlError('42P01', `relation "${shown}" does not exist`)
  }
  refuseKind(relation)
  return relation
}

/** COPY opens its table like other commands do, not like a query. */
export function requireSchema(catalog: CatalogSnapshot, schema: string | undefined): void {
  if (schema === undefined || catalog.hasSchema(schema)) return
  throw new SqlError('3F000', `schema "${schema}" does not exist`)
}

const REFUSED: Partial<Record<Relation['kind'], string>> = {
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  p: 'partitioned table',
}

function refuseKind({ kind, name }: Relation): void {
  if (kind === 'r') return
  refuseUnopened(kind, name)
  const refused = REFUSED[kind]
  if (refused === undefined) {
    const what = kind === 'S' ? 'sequence' : 'non-table relation'
    throw new SqlError('42809', `cannot copy from ${what} "${name}"`)
  }
  throw new SqlError('42809', `cannot copy from ${refused} "${name}"`, {
    hint: 'Try the COPY (SELECT ...) TO variant.',
  })
}

/** SELECT columns FROM ONLY t */
function tableQuery(
  relation: Relation,
  written: RelationName,
  names: readonly string[],
): SelectQuery {
  const { schema, name } = written
  return {
    kind: 'select',
    targets: copiedColumns(relation, names).map((column) => ({
      expression: { kind: 'column', parts: [name, column.name], star: false },
    })),
    from: [{ kind: 'table', relation: { schema, name }, only: true }],
    groupBy: [],
    groupDistinct: false,
    windows: [],
    orderBy: [],
    withTies: false,
    locking: [],
  }
}
