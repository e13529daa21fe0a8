/** WITH RECURSIVE t AS (initial UNION [ALL] step): the checks of parse_cte.c, then the two terms. */
import { SqlError } from '../../../errors/sql-error.ts'
import type {
  CommonTable,
  FromItem,
  Query,
  SelectQuery,
  SetOperationQuery,
} from '../../parse/ast/select.ts'
import type { Expression } from '../../plan/expression.ts'
import type { OutputColumn, PlanNode } from '../../plan/plan-node.ts'
import type { BindContext } from '../context/bind-context.ts'
import { Scope } from '../context/scope.ts'
import { coerceToCommonType, resolveUnknown } from '../resolve/coercion/coerce.ts'
import { selectCommonType, selectCommonTypmod } from '../resolve/coercion/common-type.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import { baseElementType } from '../resolve/type-facts.ts'
import { NO_OID, TYPE } from '../resolve/type-oids.ts'
import { equalityOperator } from '../resolve/type-support.ts'
import { bindSelectQuery } from './bind-query-node.ts'
import { commonTableEntry, wrapWith, bindWith } from './bind-with.ts'
import { coerceColumns, openColumns } from './coerce-columns.ts'
import { countReferences, findReferences, referencesTable } from './find-references.ts'

function invalid(message: string, position: number | undefined): SqlError {
  return new SqlError('42P19', message, { position })
}

export function bindRecursive(
  context: BindContext,
  table: CommonTable,
  query: Query,
  scope: Scope,
  id: number,
): PlanNode {
  const union = checkForm(table, query)
  const ctes = bindWith(context, union.with, scope, false)
  const initial = bindSelectQuery(context, union.left, new Scope(scope)).plan
  const output = initial.output.map((column) => context.newColumn(column.name, column))
  scope.commonTables.push({
    ...commonTableEntry(table, id, output, false),
    isSelf: true,
  })
  const step = bindSelectQuery(context, union.right, new Scope(scope), { keepUnknown: true }).plan
  if (step.output.length !== initial.output.length) {
    throw new SqlError('42601', 'each UNION query must have the same number of columns', {
      position: openColumns(step).values[0]?.position,
    })
  }
  const coerced = coerceStep(context, table, initial, step)
  if (!union.all) requireHashable(context, output)
  const plan: PlanNode = {
    kind: 'recursiveUnion',
    cte: id,
    all: union.all,
    initial,
    step: coerced,
    output,
  }
  return ctes.length === 0 ? plan : wrapWith(ctes, plan)
}

/** UNION keeps the rows seen so far in a hash table, as PostgreSQL does. */
function requireHashable(context: BindContext, output: readonly OutputColumn[]): void {
  const hashable = output.every(({ type }) => {
    const element = baseElementType(context.catalog, type)
    const operator = equalityOperator(context, element === NO_OID ? type : element)
    return type === TYPE.record || operator?.canHash === true
  })
  if (hashable) return
  throw new SqlError('0A000', 'could not implement recursive UNION', {
    detail: 'All column datatypes must be hashable.',
  })
}

/** The table's types are the initial term's; the step must fit them without widening. */
function coerceStep(
  context: BindContext,
  table: CommonTable,
  initial: PlanNode,
  step: PlanNode,
): PlanNode {
  return coerceColumns(context, step, (value, i) => {
    const column = initial.output[i]
    if (column === undefined) return value
    const common = selectCommonType(context, [asValue(column), value], 'UNION')
    const coerced = resolveUnknown(context, coerceToCommonType(context, value, common, 'UNION'))
    const typmod = selectCommonTypmod([asValue(column), coerced], common)
    if (common !== column.type || typmod !== column.typmod) {
      const { catalog, searchPath } = context
      const from = formatTypeName(catalog, column.type, column.typmod, searchPath)
      const to = formatTypeName(catalog, common, typmod, searchPath)
      throw new SqlError(
        '42804',
        `recursive query "${table.name}" column ${i + 1} has type ${from} in non-recursive term but type ${to} overall`,
        {
          hint: 'Cast the output of the non-recursive term to the correct type.',
          position: openColumns(initial).values[i]?.position,
        },
      )
    }
    return coerced
  })
}

function asValue(column: OutputColumn): Expression {
  const { id, name, type, typmod, collation } = column
  return { kind: 'column', column: id, name, type, typmod, collation }
}

function checkForm(table: CommonTable, query: Query): SetOperationQuery {
  const { name, position } = table
  if (query.kind !== 'setOperation' || query.operation !== 'union') {
    throw invalid(
      `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      position,
    )
  }
  const at = (node: unknown): number | undefined => findReferences(node, name)[0]
  if (referencesTable(query.left, name)) {
    throw invalid(
      `recursive reference to query "${name}" must not appear within its non-recursive term`,
      at(query.left),
    )
  }
  const [sort] = query.orderBy
  if (sort !== undefined) {
    throw new SqlError('0A000', 'ORDER BY in a recursive query is not implemented', {
      position: sort.position,
    })
  }
  for (const clause of ['offset', 'limit'] as const) {
    if (query[clause] === undefined) continue
    throw new SqlError('0A000', `${clause.toUpperCase()} in a recursive query is not implemented`, {
      position: query[clause].position,
    })
  }
  if (query.locking.length > 0) {
    throw new SqlError('0A000', 'FOR UPDATE/SHARE in a recursive query is not implemented')
  }
  checkStep(name, query.right)
  return query
}

/** Where the recursive reference may not stand. */
function checkStep(name: string, step: Query): void {
  if (step.kind === 'setOperation') {
    const isWrong =
      step.operation === 'intersect' ||
      (step.operation === 'except' && referencesTable(step.right, name))
    if (isWrong && referencesTable(step, name)) {
      throw invalid(
        `recursive reference to query "${name}" must not appear within ${step.operation.toUpperCase()}`,
        findReferences(step, name)[0],
      )
    }
    if (countReferences(step, name) > 1) throw twice(name, step)
    checkStep(name, step.left)
    checkStep(name, step.right)
    return
  }
  if (step.kind === 'values') return
  for (const item of step.from) checkFrom(name, item)
  // FROM was looked at; a WITH of the step's own may pass the reference on.
  const { from: _, with: __, ...rest } = step
  if (referencesTable(rest, name)) {
    throw invalid(
      `recursive reference to query "${name}" must not appear within a subquery`,
      findReferences(rest, name)[0],
    )
  }
  if (countReferences(step.from, name) > 1) throw twice(name, step)
  checkAggregates(step)
}

function twice(name: string, step: Query): SqlError {
  return invalid(
    `recursive reference to query "${name}" must not appear more than once`,
    findReferences(step, name)[1],
  )
}

function checkFrom(name: string, item: FromItem): void {
  if (item.kind !== 'join') return
  const outer =
    (item.type === 'left' && referencesTable(item.right, name)) ||
    (item.type === 'right' && referencesTable(item.left, name)) ||
    (item.type === 'full' && referencesTable(item, name))
  if (outer) {
    throw invalid(
      `recursive reference to query "${name}" must not appear within an outer join`,
      findReferences(item, name)[0],
    )
  }
  checkFrom(name, item.left)
  checkFrom(name, item.right)
}

/** Only obvious ones are found here: the rows of a round are not all rows. */
function checkAggregates(step: SelectQuery): void {
  const names = new Set(['sum', 'count', 'min', 'max', 'avg', 'array_agg', 'string_agg'])
  for (const target of step.targets) {
    const { expression } = target
    if (expression.kind !== 'call' || expression.over !== undefined) continue
    if (!names.has(expression.name.name) || expression.name.schema !== undefined) continue
    throw invalid(
      "aggregate functions are not allowed in a recursive query's recursive term",
      expression.position,
    )
  }
}
