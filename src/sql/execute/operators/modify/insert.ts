/** INSERT, with or without ON CONFLICT. */
import { readOnlyTransaction } from '../../../../errors/read-only-transaction.ts'
import type { Task } from '../../../../storage/task.ts'
import type { Batch } from '../../../../storage/vector.ts'
import type { InsertNode } from '../../../plan/plan-node.ts'
import type { ExecutionContext } from '../../execution-context.ts'
import { layoutOf, makeOperator, type Operator, type Preparation } from '../operator.ts'
import type { ForeignKeyChecks } from './references/foreign-keys.ts'
import { type Changed, compileReturning, type Modification, modify } from './modify.ts'
import { ConflictInsert } from './on-conflict.ts'
import { TableWriter } from './table-writer.ts'

export function prepareInsert(node: InsertNode, preparation: Preparation): Operator {
  const input = preparation.prepare(node.input)
  const writer = new TableWriter(node.relation, node.tree, node.rules, preparation.compilation)
  const layout = layoutOf(node.rules.row)
  const returning = compileReturning(node.returning, node.output, layout, preparation)
  const prepareConflict =
    node.onConflict && ConflictInsert.prepare(node.onConflict, writer, preparation)
  const make = (): Modification => {
    const conflict = prepareConflict?.()
    const apply: Modification['apply'] =
      conflict === undefined
        ? (rows, checks, context) => insertRows(writer, rows, checks, context)
        : (rows, checks, context) => conflict.apply(rows, checks, context)
    return { input, returning, streams: node.streams === true, apply }
  }
  return makeOperator(node.output, preparation.catalog, (context) => {
    refuseReadOnly('INSERT', context)
    return modify(make, preparation, context)
  })
}

function* insertRows(
  writer: TableWriter,
  rows: Batch,
  checks: ForeignKeyChecks,
  context: ExecutionContext,
): Task<Changed> {
  const completed = writer.complete(rows, context)
  const rowIds = yield* writer.insert(completed, context)
  checks.note(writer, undefined, completed, rowIds)
  return { rows: completed, count: completed.length }
}

export function refuseReadOnly(command: string, { access }: ExecutionContext): void {
  if (!access.readOnly) return
  throw readOnlyTransaction(command)
}
