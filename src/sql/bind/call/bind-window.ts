/** Calls with OVER, and window definitions. As with aggregates, a reference to the future column stands in the expression. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { FunctionCall as Ast } from '../../parse/ast/expression.ts'
import type { FrameBound as FrameBoundAst, WindowDefinition } from '../../parse/ast/select.ts'
import type { Expression, SortKey, WindowCall } from '../../plan/expression.ts'
import type { FrameBound, WindowNode } from '../../plan/plan-node.ts'
import { someDeep } from '../../plan/plan-tree.ts'
import { sameExpression } from '../../plan/same-expression.ts'
import { allowsWindows, clauseName } from '../context/expression-kind.ts'
import { type BoundWindow, inKind } from '../context/scope.ts'
import { bindExpression } from '../expression/bind-expression.ts'
import type { Binder } from '../expression/binder.ts'
import { bindWindowSort } from '../query/clause/sort-keys.ts'
import {
  coerceToBoolean,
  coerceToSpecificType,
  coerceToTarget,
  resolveUnknown,
} from '../resolve/coercion/coerce.ts'
import { deriveCollation } from '../resolve/collation.ts'
import { formatType } from '../resolve/format-type.ts'
import { resolveFunction } from '../resolve/candidate/resolve-function.ts'
import { requireGroupable } from '../resolve/type-support.ts'
import { TYPE } from '../resolve/type-oids.ts'
import { aggregateSignature } from './bind-aggregate.ts'
import type { ResolvedCall } from './bind-function.ts'

export function bindWindowCall(binder: Binder, node: Ast, call: ResolvedCall): Expression {
  const { scope, context } = binder
  checkWindowSyntax(binder, node, call)
  const filterAst = node.filter
  const filter =
    filterAst === undefined
      ? undefined
      : inKind(scope, 'filter', () =>
          coerceToBoolean(context, bindExpression(binder, filterAst), 'FILTER'),
        )
  const { over } = node
  const { query } = scope
  if (over === undefined || query === undefined) {
    throw new SqlError('42P20', `window functions are not allowed in ${clauseName(scope.kind)}`, {
      position: node.position,
    })
  }
  const window = bindWindow(binder, over)
  const derived = deriveCollation(context, call.resultType, call.args)
  const bound: WindowCall = {
    kind: 'window',
    procedure: call.proc.oid,
    signature: aggregateSignature(context, call.proc),
    args: call.args,
    ...(filter === undefined ? {} : { filter }),
    isAggregate: call.proc.kind === 'a',
    inputCollation: derived.input,
    type: call.resultType,
    typmod: -1,
    collation: derived.collation,
    position: node.position,
  }
  const column = context.newColumn(call.proc.name, bound)
  const shared = query.windows.find((one) => sameWindow(one.window, window))?.window ?? window
  query.windows.push({ call: bound, column, window: shared })
  return {
    kind: 'column',
    column: column.id,
    name: column.name,
    type: bound.type,
    typmod: -1,
    collation: bound.collation,
    position: node.position,
  }
}

function checkWindowSyntax(binder: Binder, node: Ast, call: ResolvedCall): void {
  const { scope } = binder
  const { position } = node
  if (!allowsWindows(scope.kind)) {
    const message =
      scope.kind === 'windowArgument'
        ? 'window function calls cannot be nested'
        : `window functions are not allowed in ${clauseName(scope.kind)}`
    throw new SqlError('42P20', message, { position })
  }
  const { query } = scope
  const nested = call.args.some((arg) =>
    someDeep(
      arg,
      (one) =>
        one.kind === 'column' && query?.windows.some((w) => w.column.id === one.column) === true,
    ),
  )
  if (nested) throw new SqlError('42P20', 'window function calls cannot be nested', { position })
  if (node.distinct) {
    throw new SqlError('0A000', 'DISTINCT is not implemented for window functions', { position })
  }
  if (call.proc.kind === 'a') {
    if (node.orderBy.length > 0) {
      throw new SqlError('0A000', 'aggregate ORDER BY is not implemented for window functions', {
        position,
      })
    }
    if (call.proc.aggregateKind !== 'n' && call.proc.aggregateKind !== undefined) {
      throw new SqlError(
        '0A000',
        `OVER is not supported for ordered-set aggregate ${call.proc.name}`,
        { position },
      )
    }
  } else if (node.filter !== undefined) {
    throw new SqlError('0A000', 'FILTER is not implemented for non-aggregate window functions', {
      position,
    })
  }
}

function sameWindow(a: BoundWindow, b: BoundWindow): boolean {
  // why: sameExpression compares any plain tree structurally
  const tree = (window: BoundWindow): Expression =>
    ({ ...window, name: undefined }) as unknown as Expression
  return a === b || sameExpression(tree(a), tree(b))
}

/** OVER name, OVER (…), and the entries of WINDOW. */
export function bindWindow(binder: Binder, definition: WindowDefinition): BoundWindow {
  const isReference =
    definition.name !== undefined &&
    definition.reference === undefined &&
    definition.partitionBy.length === 0 &&
    definition.orderBy.length === 0 &&
    definition.frame === undefined
  if (isReference && definition.name !== undefined) {
    return findWindow(binder, definition.name, definition.position)
  }
  return defineWindow(binder, definition)
}

function findWindow(binder: Binder, name: string, position: number | undefined): BoundWindow {
  const found = binder.scope.query?.namedWindows.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new SqlError('42704', `window "${name}" does not exist`, { position })
}

/** A definition of its own, perhaps starting from a named one whose parts it may only extend. */
export function defineWindow(binder: Binder, definition: WindowDefinition): BoundWindow {
  const { context, scope } = binder
  const base =
    definition.reference === undefined
      ? undefined
      : findWindow(binder, definition.reference, definition.position)
  const orderBy = inKind(scope, 'windowOrder', () =>
    definition.orderBy.map((item) => bindWindowSort(binder, item)),
  )
  const partitionBy = inKind(scope, 'windowPartition', () =>
    definition.partitionBy.map((ast) => {
      const key = resolveUnknown(context, bindExpression(binder, ast))
      requireGroupable(context, key.type, key.position)
      return key
    }),
  )
  if (base !== undefined) checkOverride(definition, base, partitionBy, orderBy)
  const keys = base !== undefined && base.orderBy.length > 0 ? base.orderBy : orderBy
  return {
    name: definition.name,
    partitionBy: base?.partitionBy ?? partitionBy,
    orderBy: keys,
    frame: bindFrame(binder, definition, keys),
    hasFrame: definition.frame !== undefined,
  }
}

function checkOverride(
  definition: WindowDefinition,
  base: BoundWindow,
  partitionBy: readonly Expression[],
  orderBy: readonly SortKey[],
): void {
  const { position } = definition
  const name = definition.reference
  const fail = (message: string, hint?: string): never => {
    throw new SqlError('42P20', message, { position, hint })
  }
  if (partitionBy.length > 0) fail(`cannot override PARTITION BY clause of window "${name}"`)
  if (orderBy.length > 0 && base.orderBy.length > 0) {
    fail(`cannot override ORDER BY clause of window "${name}"`)
  }
  if (base.hasFrame) fail(`cannot copy window "${name}" because it has a frame clause`)
}

const DEFAULT_FRAME: WindowNode['frame'] = {
  mode: 'range',
  start: { kind: 'unboundedPreceding' },
  end: { kind: 'currentRow' },
  exclude: 'none',
}

function bindFrame(
  binder: Binder,
  definition: WindowDefinition,
  orderBy: readonly SortKey[],
): WindowNode['frame'] {
  const { frame, position } = definition
  if (frame === undefined) return DEFAULT_FRAME
  const hasOffset = 'offset' in frame.start || 'offset' in frame.end
  if (frame.mode === 'range' && hasOffset && orderBy.length !== 1) {
    throw new SqlError(
      '42P20',
      'RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column',
      { position },
    )
  }
  if (frame.mode === 'groups' && orderBy.length === 0) {
    throw new SqlError('42P20', 'GROUPS mode requires an ORDER BY clause', { position })
  }
  const key = orderBy[0]
  if (frame.mode === 'range' && hasOffset && key !== undefined) {
    return bindRangeFrame(binder, frame, key)
  }
  const bind = (bound: FrameBoundAst): FrameBound => bindCountBound(binder, bound, frame.mode)
  const { mode, exclude } = frame
  return { mode, exclude, start: bind(frame.start), end: bind(frame.end) }
}

/** ROWS n PRECEDING, GROUPS n FOLLOWING */
function bindCountBound(
  binder: Binder,
  bound: FrameBoundAst,
  mode: 'rows' | 'range' | 'groups',
): FrameBound {
  if (!('offset' in bound)) return bound
  const clause = mode === 'rows' ? 'ROWS' : 'GROUPS'
  const kind = mode === 'rows' ? 'frameRows' : 'frameGroups'
  const offset = inKind(binder.scope, kind, () => bindExpression(binder, bound.offset))
  checkNoColumns(binder, offset, clause)
  return {
    kind: bound.kind,
    offset: coerceToSpecificType(binder.context, offset, TYPE.int8, clause),
  }
}

function checkNoColumns(binder: Binder, offset: Expression, clause: string): void {
  const own = binder.scope.ownColumns
  if (!someDeep(offset, (one) => one.kind === 'column' && own.has(one.column))) return
  throw new SqlError('42P10', `argument of ${clause} must not contain variables`, {
    position: offset.position,
  })
}

/** RANGE '1 day' PRECEDING: in_range() of the ordering column's type decides the offset's type. */
function bindRangeFrame(
  binder: Binder,
  frame: NonNullable<WindowDefinition['frame']>,
  key: SortKey,
): WindowNode['frame'] {
  let inRange: Oid | undefined
  const bind = (bound: FrameBoundAst): FrameBound => {
    if (!('offset' in bound)) return bound
    const bound1 = inKind(binder.scope, 'frameRange', () => bindExpression(binder, bound.offset))
    checkNoColumns(binder, bound1, 'RANGE')
    const support = findInRange(binder, key.expression, bound1)
    inRange = support.procedure
    return { kind: bound.kind, offset: support.offset }
  }
  const start = bind(frame.start)
  const end = bind(frame.end)
  const base = { mode: frame.mode, exclude: frame.exclude, start, end }
  return inRange === undefined ? base : { ...base, inRange }
}

function findInRange(
  binder: Binder,
  key: Expression,
  offset: Expression,
): { readonly procedure: Oid; readonly offset: Expression } {
  const { context } = binder
  const name = { schema: 'pg_catalog', name: 'in_range' }
  const shape = { count: 5, names: [], variadicArray: false }
  const types = [key.type, key.type, offset.type, TYPE.bool, TYPE.bool]
  const found = resolveFunction(context, name, shape, types)
  if (found.kind === 'function') {
    const { proc } = found.candidate
    const type = proc.argumentTypes[2] ?? offset.type
    const coerced = coerceToTarget(context, offset, { type, typmod: -1 }, 'implicit')
    if (coerced !== undefined) return { procedure: proc.oid, offset: coerced }
  }
  const keyType = formatType(context, key.type)
  const offsetType = formatType(context, offset.type)
  const any = context.catalog
    .functionsNamed('pg_catalog', 'in_range', context.searchPath)
    .some((proc) => proc.argumentTypes[0] === key.type)
  if (!any) {
    throw new SqlError(
      '0A000',
      `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${keyType}`,
      { position: offset.position },
    )
  }
  if (found.kind === 'ambiguous') {
    throw new SqlError(
      '0A000',
      `RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type ${keyType} and offset type ${offsetType}`,
      { hint: 'Cast the offset value to the exact intended type.', position: offset.position },
    )
  }
  throw new SqlError(
    '0A000',
    `RANGE with offset PRECEDING/FOLLOWING is not supported for column type ${keyType} and offset type ${offsetType}`,
    { hint: 'Cast the offset value to an appropriate type.', position: offset.position },
  )
}
