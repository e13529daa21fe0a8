/** INSERT, UPDATE, DELETE, and what they share with MERGE and CREATE INDEX. */
import type * as raw from '@pgsql/types'
import { unsupported } from '../../../../errors/sql-error.ts'
import type {
  Assignment,
  AssignmentTarget,
  ConflictTarget,
  DeleteStatement,
  IndexElement,
  InsertStatement,
  OnConflictClause,
  Overriding,
  UpdateStatement,
} from '../../ast/modify.ts'
import type { SelectTarget } from '../../ast/select.ts'
import { optionalQualifiedName } from '../common.ts'
import {
  convertExpression,
  indirectionSteps,
  optionalExpression,
} from '../expression/expression.ts'
import { asKind, fromEnum, onlyKind } from '../raw-node.ts'
import type { Node } from '../raw-node.ts'
import type { SourceText } from '../source-text.ts'
import { fromItems, tableReference } from './from-item.ts'
import { queryNode, selectTargets } from './select.ts'
import { sortDirection, sortNulls } from './sort-item.ts'
import { withClause } from './with-clause.ts'

const OVERRIDING: Record<raw.OverridingKind, Overriding> = {
  OVERRIDING_NOT_SET: 'none',
  OVERRIDING_USER_VALUE: 'user',
  OVERRIDING_SYSTEM_VALUE: 'system',
}

export function overriding(kind: raw.OverridingKind | undefined): Overriding {
  return fromEnum(OVERRIDING, kind ?? 'OVERRIDING_NOT_SET', 'OVERRIDING')
}

export function insertStatement(node: raw.InsertStmt, source: SourceText): InsertStatement {
  return {
    kind: 'insert',
    with: withClause(node.withClause, source),
    table: tableReference(node.relation, source),
    columns: assignmentTargets(node.cols, source),
    overriding: overriding(node.override),
    source: node.selectStmt && queryNode(node.selectStmt, source),
    onConflict: node.onConflictClause && onConflict(node.onConflictClause, source),
    returning: returning(node.returningClause, source),
  }
}

export function updateStatement(node: raw.UpdateStmt, source: SourceText): UpdateStatement {
  return {
    kind: 'update',
    with: withClause(node.withClause, source),
    table: tableReference(node.relation, source),
    assignments: assignments(node.targetList, source),
    from: fromItems(node.fromClause, source),
    where: optionalExpression(node.whereClause, source),
    returning: returning(node.returningClause, source),
  }
}

export function deleteStatement(node: raw.DeleteStmt, source: SourceText): DeleteStatement {
  return {
    kind: 'delete',
    with: withClause(node.withClause, source),
    table: tableReference(node.relation, source),
    using: fromItems(node.usingClause, source),
    where: optionalExpression(node.whereClause, source),
    returning: returning(node.returningClause, source),
  }
}

export function returning(
  node: raw.ReturningClause | undefined,
  source: SourceText,
): SelectTarget[] {
  if (node?.options) throw unsupported('RETURNING WITH')
  return selectTargets(node?.exprs, source)
}

function assignmentTarget(node: raw.ResTarget, source: SourceText): AssignmentTarget {
  return {
    column: node.name ?? '',
    steps: indirectionSteps(node.indirection, source),
    position: source.position(node.location),
  }
}

export function assignmentTargets(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): AssignmentTarget[] {
  return (nodes ?? []).map((node) => assignmentTarget(onlyKind(node, 'ResTarget'), source))
}

/**
 * (a, b) = … comes as one entry per column, each with the whole source: only the first one's is
 * converted.
 */
export function assignments(nodes: readonly Node[] | undefined, source: SourceText): Assignment[] {
  const result: Assignment[] = []
  const list = nodes ?? []
  for (let i = 0; i < list.length;) {
    const node = onlyKind(list[i], 'ResTarget')
    const multiple = asKind(node.val, 'MultiAssignRef')
    const width = multiple?.ncolumns ?? 1
    if (multiple) {
      const targets = assignmentTargets(list.slice(i, i + width), source)
      const value = convertExpression(multiple.source, source)
      result.push({ kind: 'multiple', targets, source: value, position: targets[0]?.position })
    } else {
      const target = assignmentTarget(node, source)
      const value = convertExpression(node.val, source)
      result.push({ kind: 'single', target, value, position: target.position })
    }
    i += width
  }
  return result
}

function onConflict(node: raw.OnConflictClause, source: SourceText): OnConflictClause {
  return {
    action: node.action === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing',
    target: node.infer && conflictTarget(node.infer, source),
    assignments: assignments(node.targetList, source),
    where: optionalExpression(node.whereClause, source),
    position: source.position(node.location),
  }
}

function conflictTarget(node: raw.InferClause, source: SourceText): ConflictTarget {
  return {
    constraint: node.conname,
    elements: indexElements(node.indexElems, source),
    where: optionalExpression(node.whereClause, source),
    position: source.position(node.location),
  }
}

export function indexElement(node: Node | undefined, source: SourceText): IndexElement {
  const element = onlyKind(node, 'IndexElem')
  if (element.opclassopts) throw unsupported('operator class options')
  const direction = sortDirection(element.ordering)
  const expression = optionalExpression(element.expr, source)
  return {
    column: element.name,
    expression,
    collation: optionalQualifiedName(element.collation),
    operatorClass: optionalQualifiedName(element.opclass),
    direction: direction === 'using' ? 'default' : direction,
    nulls: sortNulls(element.nulls_ordering),
    position: expression?.position,
  }
}

export function indexElements(
  nodes: readonly Node[] | undefined,
  source: SourceText,
): IndexElement[] {
  return (nodes ?? []).map((node) => indexElement(node, source))
}
