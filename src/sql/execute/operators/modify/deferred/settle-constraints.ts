/**
 * Looks at what was put off: when a statement is over, when SET CONSTRAINTS … IMMEDIATE says so, and before COMMIT. What counts is
 * the state of now: rows that are gone do no harm, and keys that were lost may be there again.
 */
import type { Task } from '../../../../../storage/task.ts'
import type { Oid } from '../../../../catalog/catalog.ts'
import type { ExecutionContext } from '../../../execution-context.ts'
import type { Compilation } from '../../../expression/kernel.ts'
import { ForeignKeyChecks } from '../references/foreign-keys.ts'
import { splitRowIds } from '../references/referencing-rows.ts'
import type { TableWriter } from '../table-writer.ts'
import type { PendingCheck } from './deferred-constraints.ts'
import { checkDoubtful, portions } from './doubtful-keys.ts'

/** All of it, or what is not deferred by now. */
export function* settleConstraints(
  all: boolean,
  compilation: Compilation,
  context: ExecutionContext,
): Task<void> {
  const { deferred } = context
  if (deferred?.hasPending !== true) return
  const pending = deferred.take(all)
  if (pending.length === 0) return
  const checks = new ForeignKeyChecks(compilation, context)
  const writers = new Map<Oid, TableWriter>()
  for (const one of pending) {
    // Tables and constraints may have been dropped meanwhile.
    if (context.catalog.relation(one.table) === undefined) continue
    const writer = writers.get(one.table) ?? checks.writer(one.table)
    writers.set(one.table, writer)
    yield* settle(one, writer, checks, context)
  }
}

function* settle(
  { constraint: { oid }, rows, lost }: PendingCheck,
  writer: TableWriter,
  checks: ForeignKeyChecks,
  context: ExecutionContext,
): Task<void> {
  const index = writer.indexes.find((one) => one.index.deferral?.oid === oid)
  if (index !== undefined) {
    if (rows !== undefined) yield* checkDoubtful(writer, index, rows, context)
    return
  }
  yield* context.catchUp()
  const parents = writer.rules.foreignKeys.find((key) => key.oid === oid)
  if (parents !== undefined && rows !== undefined) {
    for (const ids of portions(rows.values())) {
      const found = yield* context.access.fetch(writer.tree, ids, allPositions(writer))
      yield* checks.checkParents(parents, writer, splitRowIds(found).rows)
    }
  }
  const children = writer.rules.referencedBy.find((key) => key.oid === oid)
  if (children !== undefined && lost !== undefined) yield* checks.checkLost(children, writer, lost)
}

function allPositions({ rules }: TableWriter): readonly number[] {
  return rules.row.map((_, position) => position)
}
