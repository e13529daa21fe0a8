/** From a written operator and its operand types to one pg_operator row (oper() and left_oper()). */
import { SqlError } from '../../../../errors/sql-error.ts'
import type { Catalog, Oid, OperatorInfo } from '../../../catalog/catalog.ts'
import type { BindContext } from '../../context/bind-context.ts'
import { type Candidate, selectCandidate, usableCandidates } from './candidates.ts'
import { isBinaryCoercible } from '../coercion/coercion-path.ts'
import { formatType } from '../format-type.ts'
import { schemaRank } from './function-candidates.ts'
import { baseType } from '../type-facts.ts'
import { NO_OID, TYPE } from '../type-oids.ts'

export interface OperatorName {
  readonly schema?: string | undefined
  readonly name: string
}

interface OperatorCandidate extends Candidate {
  readonly operator: OperatorInfo
}

/** `left` is undefined for a prefix operator. */
export function resolveOperator(
  context: BindContext,
  name: OperatorName,
  left: Oid | undefined,
  right: Oid,
  position: number | undefined,
): OperatorInfo {
  const operator = findOperator(context, name, left, right)
  if (operator === 'ambiguous' || operator === undefined) {
    throw operatorError(context, name, left, right, operator === 'ambiguous', position)
  }
  return operator
}

type Found = OperatorInfo | 'ambiguous' | undefined

/** Answers are kept as long as their catalog: the same few operators make up most of any statement. */
const known = new WeakMap<Catalog, Map<string, Found>>()

export function findOperator(
  context: BindContext,
  name: OperatorName,
  left: Oid | undefined,
  right: Oid,
): Found {
  let answers = known.get(context.catalog)
  if (answers === undefined) known.set(context.catalog, (answers = new Map()))
  const path = name.schema ?? context.searchPath.join('\0')
  const key = `${name.name}\0${left ?? ''}\0${right}\0${path}`
  const before = answers.get(key)
  if (before !== undefined) return before
  const found = searchOperator(context, name, left, right)
  answers.set(key, found)
  return found
}

function searchOperator(
  context: BindContext,
  name: OperatorName,
  left: Oid | undefined,
  right: Oid,
): Found {
  const all = context.catalog.operatorsNamed(name.schema, name.name, context.searchPath)
  const arity = all.filter((one) => (one.left === NO_OID) === (left === undefined))
  const operators = arity.length > 1 ? dropShadowed(context, arity) : arity
  const exact = exactOperator(context, operators, left, right)
  if (exact !== undefined) return exact
  const actual = left === undefined ? [right] : [left, right]
  const candidates = operators.map((operator): OperatorCandidate => ({
    operator,
    args: left === undefined ? [operator.right] : [operator.left, operator.right],
  }))
  const usable = usableCandidates(context.catalog, actual, candidates)
  if (usable.length <= 1) return usable[0]?.operator
  return selectCandidate(context.catalog, actual, usable)?.operator ?? 'ambiguous'
}

function dropShadowed(
  context: BindContext,
  operators: readonly OperatorInfo[],
): readonly OperatorInfo[] {
  if (operators.every((one) => one.schema === 'pg_catalog')) return operators
  const rank = (one: OperatorInfo): number => schemaRank(context.searchPath, one.schema)
  return operators.filter((one) =>
    operators.every(
      (other) => other.left !== one.left || other.right !== one.right || rank(one) <= rank(other),
    ),
  )
}

/** Exact match; an unknown operand first counts as the other's type (its base type for a domain). */
function exactOperator(
  context: BindContext,
  operators: readonly OperatorInfo[],
  left: Oid | undefined,
  right: Oid,
): OperatorInfo | undefined {
  const at = (l: Oid, r: Oid): OperatorInfo | undefined =>
    operators.find((one) => one.left === l && one.right === r)
  if (left === undefined) return at(NO_OID, right)
  if (left === TYPE.unknown && right === TYPE.unknown) return undefined
  if (left !== TYPE.unknown && right !== TYPE.unknown) return at(left, right)
  const known = left === TYPE.unknown ? right : left
  const exact = at(known, known)
  if (exact !== undefined) return exact
  const base = baseType(context.catalog, known)
  return base === known ? undefined : at(base, base)
}

function operatorError(
  context: BindContext,
  name: OperatorName,
  left: Oid | undefined,
  right: Oid,
  ambiguous: boolean,
  position: number | undefined,
): SqlError {
  const written = name.schema === undefined ? name.name : `${name.schema}.${name.name}`
  const leftText = left === undefined ? '' : `${formatType(context, left)} `
  const signature = `${leftText}${written} ${formatType(context, right)}`
  if (ambiguous) {
    const hint =
      'Could not choose a best candidate operator. You might need to add explicit type casts.'
    return new SqlError('42725', `operator is not unique: ${signature}`, { hint, position })
  }
  const hint =
    left === undefined
      ? 'No operator matches the given name and argument type. You might need to add an explicit type cast.'
      : 'No operator matches the given name and argument types. You might need to add explicit type casts.'
  return new SqlError('42883', `operator does not exist: ${signature}`, { hint, position })
}

/** An operator that takes the type as it is, for sorting, grouping and comparing rows. */
export function compatibleOperator(
  context: BindContext,
  name: string,
  left: Oid,
  right: Oid,
): OperatorInfo | undefined {
  const found = findOperator(context, { schema: 'pg_catalog', name }, left, right)
  if (found === undefined || found === 'ambiguous') return undefined
  const fits =
    isBinaryCoercible(context.catalog, left, found.left) &&
    isBinaryCoercible(context.catalog, right, found.right)
  return fits ? found : undefined
}
