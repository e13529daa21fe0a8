/**
 * Which rows of which tables a cursor stands on, for UPDATE and DELETE … WHERE CURRENT OF: the row ids of the tables that a cursor's
 * query reads travel with its rows, as columns that nobody else sees.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../errors/sql-state.ts'
import { datumAt } from '../../../storage/vector.ts'
import type { Batch } from '../../../storage/vector.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { TYPE } from '../../bind/resolve/type-oids.ts'
import type { LockingClause, Query } from '../../parse/ast/select.ts'
import type { ColumnId } from '../../plan/expression.ts'
import type { BoundQuery, OutputColumn, PlanNode, ScanNode } from '../../plan/plan-node.ts'
import { columnReference } from '../../plan/plan-tree.ts'
import type { PlannedQuery } from '../statement/plan/planned-query.ts'

interface RowIdColumn {
  readonly relation: Oid
  readonly alias: string
  /** Its place among the query's columns. */
  readonly column: number
}

export interface UpdatableTables {
  readonly columns: readonly RowIdColumn[]
  /** FOR UPDATE and its like: such a cursor may join and sort. */
  readonly locks: boolean
  /** Without: one scan and nothing that changes the order of its rows. */
  readonly isSimple: boolean
}

interface Extended {
  readonly plan: PlanNode
  /** Added at the end of each side's output. */
  readonly added: readonly AddedColumn[]
}
interface AddedColumn {
  readonly scan: ScanNode
  readonly output: OutputColumn
}

const ROW_ID = { name: '', type: TYPE.int8, typmod: -1, collation: 0 as Oid } // no type of text: no collation

/** The query with row ids as further columns of its plan; `into` takes note of them. */
export function withRowIds(bound: BoundQuery, into: AddedColumn[]): BoundQuery {
  let nextColumnId = bound.nextColumnId
  const newId = (): ColumnId => nextColumnId++ as ColumnId // continues the binder's counter
  const { plan, added } = extend(bound.plan, newId)
  into.push(...added)
  return { ...bound, plan, nextColumnId }
}

function extend(node: PlanNode, newId: () => ColumnId): Extended {
  switch (node.kind) {
    case 'scan': {
      const output = { ...ROW_ID, id: newId() }
      const sources = [...node.sources, { kind: 'rowId' } as const]
      const plan = { ...node, sources, output: [...node.output, output] }
      return { plan, added: [{ scan: node, output }] }
    }
    case 'project': {
      const { plan: input, added } = extend(node.input, newId)
      const columns = added.map(({ output }) => output)
      const expressions = [...node.expressions, ...columns.map(columnReference)]
      return { plan: { ...node, input, expressions, output: [...node.output, ...columns] }, added }
    }
    case 'filter':
    case 'sort':
    case 'limit': {
      const { plan: input, added } = extend(node.input, newId)
      const output = [...node.output, ...added.map((column) => column.output)]
      return { plan: { ...node, input, output }, added }
    }
    case 'lockRows': {
      const { plan: input, added } = extend(node.input, newId)
      const output = [...node.output, ...added.map((column) => column.output)]
      // A row is locked when it is fetched.
      return { plan: { ...node, input, output, oneByOne: true }, added }
    }
    case 'join':
      return extendJoin(node, newId)
    default:
      return { plan: node, added: [] }
  }
}

function extendJoin(node: Extract<PlanNode, { kind: 'join' }>, newId: () => ColumnId): Extended {
  const isOneSided = node.type === 'semi' || node.type === 'anti'
  const left = extend(node.left, newId)
  const right = isOneSided ? { plan: node.right, added: [] } : extend(node.right, newId)
  const width = node.left.output.length
  const output = [...left.plan.output, ...node.output.slice(width)]
  output.push(...right.added.map((column) => column.output))
  const plan = { ...node, left: left.plan, right: right.plan, output }
  return { plan, added: [...left.added, ...right.added] }
}

/** After planning: where the row ids have come to lie. */
export function updatableTables(
  { plan, prepared }: PlannedQuery,
  added: readonly AddedColumn[],
  locking: readonly LockingClause[],
): UpdatableTables {
  const columns = added.flatMap(({ scan, output }) => {
    const column = prepared.columns.findIndex(({ id }) => id === output.id)
    const isMeant = locking.length === 0 || locking.some((clause) => locksAlias(clause, scan.alias))
    return column < 0 || !isMeant
      ? []
      : [{ relation: scan.relation.oid, alias: scan.alias, column }]
  })
  return { columns, locks: locking.length > 0, isSimple: isSimpleScan(plan) }
}

function locksAlias({ relations }: LockingClause, alias: string): boolean {
  return relations.length === 0 || relations.some(({ name }) => name === alias)
}

function isSimpleScan(plan: PlanNode): boolean {
  switch (plan.kind) {
    case 'scan':
    case 'indexScan':
      return true
    case 'project':
    case 'filter':
    case 'limit':
      return isSimpleScan(plan.input)
    default:
      return false
  }
}

export function lockingClauses(query: Query): readonly LockingClause[] {
  return query.kind === 'select' ? query.locking : []
}

/** The id of the row of the table that the cursor stands on; undefined for the missing side of an outer join. */
export function currentRowId(
  cursor: string,
  { columns, locks, isSimple }: UpdatableTables,
  table: { readonly oid: Oid; readonly name: string },
  current: Batch | undefined,
): number | undefined {
  const found = columns.filter(({ relation }) => relation === table.oid)
  const [column] = found
  const complain = (what: string): SqlError =>
    new SqlError(SQLSTATE.INVALID_CURSOR_STATE, `cursor "${cursor}" ${what}`)
  const named = `table "${table.name}"`
  if (locks && found.length > 1) {
    throw complain(`has multiple FOR UPDATE/SHARE references to ${named}`)
  }
  if (locks && column === undefined) {
    throw complain(`does not have a FOR UPDATE/SHARE reference to ${named}`)
  }
  if (column === undefined || found.length > 1 || (!locks && !isSimple)) {
    throw complain(`is not a simply updatable scan of ${named}`)
  }
  const vector = current?.columns[column.column]
  if (vector === undefined) throw complain('is not positioned on a row')
  const id = datumAt(vector, 0)
  return id === null ? undefined : Number(id)
}
