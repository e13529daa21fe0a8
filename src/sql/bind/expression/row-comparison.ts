/** (a, b) = (c, d), (a, b) < (c, d), IS DISTINCT FROM between rows. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Oid } from '../../catalog/catalog.ts'
import type { Expression, RowConstructor } from '../../plan/expression.ts'
import type { BindContext } from '../context/bind-context.ts'
import type { OperatorName } from '../resolve/candidate/resolve-operator.ts'
import { compareFunction } from '../resolve/type-support.ts'
import { TYPE } from '../resolve/type-oids.ts'
import {
  booleanResult,
  makeAnd,
  makeDistinct,
  makeNot,
  makeOperator,
  makeOr,
} from './make-operator.ts'

const ORDER_OPERATIONS = ['<', '<=', '>', '>='] as const
type OrderOperation = (typeof ORDER_OPERATIONS)[number]

export function compareRows(
  context: BindContext,
  name: OperatorName,
  left: readonly Expression[],
  right: readonly Expression[],
  position: number | undefined,
): Expression {
  if (left.length !== right.length) {
    throw new SqlError('42601', 'unequal number of entries in row expressions', { position })
  }
  if (left.length === 0) {
    throw new SqlError('0A000', 'cannot compare rows of zero length', { position })
  }
  const pairs = left.map((one, i) =>
    makeOperator(context, one, right[i] ?? one, { name, position }),
  )
  for (const pair of pairs) {
    if (pair.type !== TYPE.bool) {
      throw new SqlError('42804', 'row comparison operator must yield type boolean, not type', {
        position,
      })
    }
  }
  if (pairs.length === 1 || name.name === '=') return makeAnd(pairs, position)
  if (name.name === '<>' || name.name === '!=') return makeOr(pairs, position)
  const operation = ORDER_OPERATIONS.find((one) => one === name.name)
  if (operation === undefined) {
    throw new SqlError(
      '0A000',
      `could not determine interpretation of row comparison operator ${name.name}`,
      {
        hint: 'Row comparison operators must be associated with btree operator families.',
        position,
      },
    )
  }
  return orderedComparison(context, operation, pairs, position)
}

/** The pairwise operators settled the types; the order comes from the types' comparison functions. */
function orderedComparison(
  context: BindContext,
  operation: OrderOperation,
  pairs: readonly Expression[],
  position: number | undefined,
): Expression {
  const left: Expression[] = []
  const right: Expression[] = []
  const procedures: Oid[] = []
  for (const pair of pairs) {
    if (pair.kind !== 'call') continue
    const [a, b] = pair.args
    if (a === undefined || b === undefined) continue
    const procedure = crossTypeCompare(context, a.type, b.type)
    if (procedure === undefined) {
      throw new SqlError(
        '0A000',
        `could not determine interpretation of row comparison operator ${operation}`,
        {
          hint: 'Row comparison operators must be associated with btree operator families.',
          position,
        },
      )
    }
    left.push(a)
    right.push(b)
    procedures.push(procedure)
  }
  return { kind: 'rowCompare', operation, left, right, procedures, ...booleanResult(position) }
}

/** int4 against int8 and such have comparison functions of their own, named by the operators' families. */
function crossTypeCompare(context: BindContext, left: Oid, right: Oid): Oid | undefined {
  if (left === right) return compareFunction(context, left)
  const short = (type: Oid): string => {
    const { name } = context.catalog.type(type)
    return name.replace('int', '').replace('float', '')
  }
  const names = [
    `btint${short(left)}${short(right)}cmp`,
    `btfloat${short(left)}${short(right)}cmp`,
    `${context.catalog.type(left).name}_cmp_${context.catalog.type(right).name}`,
    'bttextcmp',
  ]
  for (const name of names) {
    const [proc] = context.catalog.functionsNamed('pg_catalog', name, context.searchPath)
    if (proc?.argumentTypes[0] === left && proc.argumentTypes[1] === right) return proc.oid
  }
  return compareFunction(context, left)
}

export function bindRowDistinct(
  context: BindContext,
  left: RowConstructor,
  right: RowConstructor,
  negated: boolean,
  position: number | undefined,
): Expression {
  if (left.fields.length !== right.fields.length) {
    throw new SqlError('42601', 'unequal number of entries in row expressions', { position })
  }
  const pairs = left.fields.map((one, i) =>
    makeDistinct(context, one, right.fields[i] ?? one, false, position),
  )
  const distinct: Expression =
    pairs.length === 0
      ? { kind: 'constant', value: false, ...booleanResult(position) }
      : makeOr(pairs, position)
  return negated ? makeNot(distinct, position) : distinct
}
