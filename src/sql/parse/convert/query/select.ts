/** SELECT, VALUES and set operations. */
import type * as raw from '@pgsql/types'
import type { Expression } from '../../ast/expression.ts'
import type {
  GroupItem,
  IntoTarget,
  LockingClause,
  OnCommit,
  Persistence,
  Query,
  SelectTarget,
} from '../../ast/select.ts'
import { options, relationName, relationNames } from '../common.ts'
import {
  convertExpression,
  convertExpressions,
  optionalExpression,
} from '../expression/expression.ts'
import { asKind, fromEnum, listItems, onlyKind, required, stringValues } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { fromItems } from './from-item.ts'
import { sortItems } from './sort-item.ts'
import { windowDefinition } from './window.ts'
import { withClause } from './with-clause.ts'

const SET_OPERATIONS = {
  SETOP_UNION: 'union',
  SETOP_INTERSECT: 'intersect',
  SETOP_EXCEPT: 'except',
} as const

export function convertQuery(node: raw.SelectStmt, source: SourceText): Query {
  if (node.valuesLists !== undefined) return valuesQuery(node, node.valuesLists, source)
  if (node.larg === undefined) return selectQuery(node, source)
  return {
    kind: 'setOperation',
    operation: fromEnum(SET_OPERATIONS, node.op as keyof typeof SET_OPERATIONS, 'set operation'),
    all: node.all ?? false,
    left: convertQuery(node.larg, source),
    right: convertQuery(required(node.rarg, 'the right query'), source),
    ...queryTail(node, source),
  }
}

/** The query of a node that the grammar allows to be nothing else. */
export function queryNode(node: Node | undefined, source: SourceText): Query {
  return convertQuery(onlyKind(node, 'SelectStmt'), source)
}

function queryTail(node: raw.SelectStmt, source: SourceText) {
  return {
    with: withClause(node.withClause, source),
    orderBy: sortItems(node.sortClause, source),
    limit: optionalExpression(node.limitCount, source),
    offset: optionalExpression(node.limitOffset, source),
    withTies: node.limitOption === 'LIMIT_OPTION_WITH_TIES',
    locking: (node.lockingClause ?? []).map((item) => locking(item, source)),
  }
}

function valuesQuery(node: raw.SelectStmt, lists: readonly Node[], source: SourceText): Query {
  const rows: Expression[][] = []
  for (const list of lists) rows.push(convertExpressions(listItems(list), source))
  return { kind: 'values', rows, ...queryTail(node, source) }
}

function selectQuery(node: raw.SelectStmt, source: SourceText): Query {
  return {
    kind: 'select',
    distinct: distinctClause(node.distinctClause, source),
    into: node.intoClause === undefined ? undefined : intoTarget(node.intoClause, source),
    targets: selectTargets(node.targetList, source),
    from: fromItems(node.fromClause, source),
    where: optionalExpression(node.whereClause, source),
    groupBy: groupItems(node.groupClause, source),
    groupDistinct: node.groupDistinct ?? false,
    having: optionalExpression(node.havingClause, source),
    windows: (node.windowClause ?? []).map((item) =>
      windowDefinition(onlyKind(item, 'WindowDef'), source),
    ),
    ...queryTail(node, source),
  }
}

/** Plain DISTINCT is a list of one empty node. */
function distinctClause(nodes: readonly Node[] | undefined, source: SourceText) {
  if (nodes === undefined) return undefined
  const isPlain = nodes.length === 1 && Object.keys(nodes[0] ?? {}).length === 0
  return isPlain ? [] : convertExpressions(nodes, source)
}

export function selectTargets(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): SelectTarget[] {
  return (nodes ?? []).map((node) => {
    const target = onlyKind(node, 'ResTarget')
    return {
      expression: convertExpression(target.val, source),
      alias: target.name,
      position: source.position(target.location),
    }
  })
}

const GROUPING_SETS = {
  GROUPING_SET_ROLLUP: 'rollup',
  GROUPING_SET_CUBE: 'cube',
  GROUPING_SET_SETS: 'sets',
} as const

function groupItems(nodes: readonly Node[] | undefined, source: SourceText): GroupItem[] {
  return (nodes ?? []).map((node): GroupItem => {
    const set = asKind(node, 'GroupingSet')
    if (set === undefined)
      return { kind: 'expression', expression: convertExpression(node, source) }
    const position = source.position(set.location)
    if (set.kind === 'GROUPING_SET_EMPTY') return { kind: 'empty', position }
    const kind = fromEnum(GROUPING_SETS, set.kind as keyof typeof GROUPING_SETS, 'grouping set')
    return { kind, items: groupItems(set.content, source), position }
  })
}

const LOCK_STRENGTHS = {
  LCS_FORKEYSHARE: 'keyShare',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'noKeyUpdate',
  LCS_FORUPDATE: 'update',
} as const
const LOCK_WAITS = {
  LockWaitBlock: 'block',
  LockWaitSkip: 'skipLocked',
  LockWaitError: 'nowait',
} as const

function locking(node: Node, source: SourceText): LockingClause {
  const clause = onlyKind(node, 'LockingClause')
  const strength = clause.strength as keyof typeof LOCK_STRENGTHS // LCS_NONE is never written
  return {
    strength: fromEnum(LOCK_STRENGTHS, strength, 'lock'),
    wait: fromEnum(LOCK_WAITS, clause.waitPolicy ?? 'LockWaitBlock', 'lock wait'),
    relations: relationNames(clause.lockedRels, source),
  }
}

const ON_COMMIT: Record<raw.OnCommitAction, OnCommit> = {
  ONCOMMIT_NOOP: 'none',
  ONCOMMIT_PRESERVE_ROWS: 'preserveRows',
  ONCOMMIT_DELETE_ROWS: 'deleteRows',
  ONCOMMIT_DROP: 'drop',
}

export function onCommitAction(action: raw.OnCommitAction | undefined): OnCommit {
  return fromEnum(ON_COMMIT, action ?? 'ONCOMMIT_NOOP', 'ON COMMIT')
}

export function persistence(relation: raw.RangeVar | undefined): Persistence {
  if (relation?.relpersistence === 't') return 'temporary'
  return relation?.relpersistence === 'u' ? 'unlogged' : 'permanent'
}

export function intoTarget(node: raw.IntoClause, source: SourceText): IntoTarget {
  return {
    relation: relationName(node.rel, source),
    persistence: persistence(node.rel),
    columns: stringValues(node.colNames),
    accessMethod: node.accessMethod,
    options: options(node.options, source),
    onCommit: onCommitAction(node.onCommit),
    tablespace: node.tableSpaceName,
  }
}
