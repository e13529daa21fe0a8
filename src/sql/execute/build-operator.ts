/**
 * From plan to something that runs: prepares one operator per node. The result may be kept as long as the catalog version
 * stands, and run any number of times, each time with an ExecutionContext of its own.
 */
import { unreachable } from '../../errors/sql-error.ts'
import type { BatchStream } from '../../storage/task.ts'
import type { ColumnKind } from '../../storage/vector.ts'
import type { OutputColumn, PlanNode } from '../plan/plan-node.ts'
import type { ExecutionContext, ExecutorEnvironment } from './execution-context.ts'
import { Compilation } from './expression/kernel.ts'
import { prepareAggregate } from './operators/group/aggregate.ts'
import { prepareDistinct } from './operators/group/distinct.ts'
import { prepareSetOperation } from './operators/group/set-operation.ts'
import { prepareApply } from './operators/join/apply.ts'
import { prepareJoin } from './operators/join/join.ts'
import { prepareInsert } from './operators/modify/insert.ts'
import { prepareMerge } from './operators/modify/merge.ts'
import { prepareDelete, prepareUpdate } from './operators/modify/update.ts'
import type { Operator, Preparation } from './operators/operator.ts'
import { prepareSort } from './operators/order/sort.ts'
import { prepareFilter } from './operators/row/filter.ts'
import { prepareLimit } from './operators/row/limit.ts'
import { prepareProjectSet } from './operators/row/project-set.ts'
import { prepareLockRows } from './operators/lock/lock-rows.ts'
import { prepareProject } from './operators/row/project.ts'
import { prepareRecursiveUnion } from './operators/shared/recursive-union.ts'
import { prepareCteScan, prepareWith } from './operators/shared/with.ts'
import { prepareFunctionScan } from './operators/source/function-scan.ts'
import { prepareIndexScan } from './operators/source/index-scan.ts'
import { prepareScan } from './operators/source/scan.ts'
import {
  prepareConstantRows,
  prepareEmpty,
  prepareOneRow,
  prepareValues,
} from './operators/source/simple.ts'
import { prepareWaitingCall } from './operators/source/waiting-call.ts'
import { prepareSystemScan } from './operators/source/system-scan.ts'
import { prepareWindow } from './operators/window/window.ts'

export interface PreparedPlan {
  readonly columns: readonly OutputColumn[]
  readonly kinds: readonly ColumnKind[]
  run(context: ExecutionContext): BatchStream
}

/** Raises 0A000 for functions that the library lacks, before anything runs. */
/** How many rows a node has made, in how many runs. */
export interface RowCount {
  rows: number
  loops: number
}

/** `counts`, when given, is filled while the plan runs: EXPLAIN ANALYZE. */
export function prepare(
  plan: PlanNode,
  environment: ExecutorEnvironment,
  counts?: Map<PlanNode, RowCount>,
): PreparedPlan {
  const preparation: Preparation = {
    compilation: new Compilation(environment),
    catalog: environment.catalog,
    prepare: (node) => {
      const operator = prepareNode(node, preparation)
      return counts === undefined ? operator : counted(operator, node, counts)
    },
  }
  const root = preparation.prepare(plan)
  return { columns: root.output, kinds: root.kinds, run: root.run }
}

function counted(operator: Operator, node: PlanNode, counts: Map<PlanNode, RowCount>): Operator {
  return {
    ...operator,
    run: function* countRows(context): BatchStream {
      const count = counts.get(node) ?? { rows: 0, loops: 0 }
      counts.set(node, count)
      count.loops++
      for (const item of operator.run(context)) {
        if (item.kind === 'batch') count.rows += item.length
        yield item
      }
    },
  }
}

function prepareNode(node: PlanNode, preparation: Preparation): Operator {
  switch (node.kind) {
    case 'oneRow':
      return prepareOneRow(node, preparation)
    case 'waitingCall':
      return prepareWaitingCall(node, preparation)
    case 'empty':
      return prepareEmpty(node, preparation)
    case 'scan':
      return prepareScan(node, preparation)
    case 'systemScan':
      return prepareSystemScan(node, preparation)
    case 'indexScan':
      return prepareIndexScan(node, preparation)
    case 'values':
      return prepareValues(node, preparation)
    case 'constantRows':
      return prepareConstantRows(node, preparation)
    case 'functionScan':
      return prepareFunctionScan(node, preparation)
    case 'project':
      return prepareProject(node, preparation)
    case 'projectSet':
      return prepareProjectSet(node, preparation)
    case 'filter':
      return prepareFilter(node, preparation)
    case 'join':
      return prepareJoin(node, preparation)
    case 'apply':
      return prepareApply(node, preparation)
    case 'aggregate':
      return prepareAggregate(node, preparation)
    default:
      return prepareOther(node, preparation)
  }
}

type OtherNode = Extract<
  PlanNode,
  {
    kind:
      | 'window'
      | 'distinct'
      | 'sort'
      | 'limit'
      | 'setOperation'
      | 'with'
      | 'cteScan'
      | 'recursiveUnion'
      | 'lockRows'
      | 'insert'
      | 'update'
      | 'delete'
      | 'merge'
  }
>

function prepareOther(node: OtherNode, preparation: Preparation): Operator {
  switch (node.kind) {
    case 'distinct':
      return prepareDistinct(node, preparation)
    case 'sort':
      return prepareSort(node, preparation)
    case 'limit':
      return prepareLimit(node, preparation)
    case 'setOperation':
      return prepareSetOperation(node, preparation)
    case 'with':
      return prepareWith(node, preparation)
    case 'cteScan':
      return prepareCteScan(node, preparation)
    case 'recursiveUnion':
      return prepareRecursiveUnion(node, preparation)
    case 'lockRows':
      return prepareLockRows(node, preparation)
    case 'window':
      return prepareWindow(node, preparation)
    case 'insert':
      return prepareInsert(node, preparation)
    case 'update':
      return prepareUpdate(node, preparation)
    case 'delete':
      return prepareDelete(node, preparation)
    case 'merge':
      return prepareMerge(node, preparation)
    default:
      return unreachable(node)
  }
}
