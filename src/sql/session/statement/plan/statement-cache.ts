/**
 * Statements by their text: parsed once, planned once per catalog version, role, search path and settings. Shared by all sessions
 * of a branch, so that the same query from a thousand connections is planned once.
 */
import type { TransactionAccess } from '../../../../storage/access.ts'
import type { ParsedStatement, Statement as Syntax } from '../../../parse/ast/statement.ts'
import { parse } from '../../../parse/parse.ts'
import type { Database } from '../../database.ts'
import { refuseOtherDatabases } from '../other-database.ts'
import { isOutgrown } from './planned-query.ts'
import type { PlannedQuery } from './planned-query.ts'

export interface Statement {
  readonly parsed: readonly ParsedStatement[]
  /** Plans of the one statement, oldest first. */
  readonly plans: CachedPlan[]
}

/** What a plan depends on besides the text. */
export interface PlanConditions {
  readonly catalogVersion: number
  /** Privileges are checked when the plan is made. */
  readonly user: string
  readonly searchPath: readonly string[]
  /** Those settings that steer how literals are read. */
  readonly settings: string
}

export interface FreshPlan {
  readonly planned: PlannedQuery
  /** Right only now: not to be kept. */
  readonly isMomentary: boolean
}

interface CachedPlan {
  readonly conditions: PlanConditions
  readonly planned: PlannedQuery
}

/** Plans kept per statement: old catalog versions are dropped with the oldest. */
const MAX_PLANS_PER_STATEMENT = 4
/** A tree and a plan take memory by the length of their text, and as much as for so many characters in any case. */
const STATEMENT_WEIGHT = 120
/** Longer texts are not worth their memory. */
const MAX_CACHED_TEXT = 16_384
/** An INSERT of so many rows of literals is not expected again. */
const DATA_ROWS_MIN = 4
const LITERALS: ReadonlySet<string> = new Set([
  'string',
  'integer',
  'number',
  'boolean',
  'null',
  'default',
])

/** The same text with other declared parameter types is another statement: it has other plans. */
export function parsedStatement(
  database: Database,
  text: string,
  parameterTypes: readonly number[] = [],
): Statement {
  const key = parameterTypes.length === 0 ? text : `${parameterTypes.join(',')}\0${text}`
  const cached = database.statements.get(key)
  if (cached !== undefined) return cached
  const parsed = parse(text)
  refuseOtherDatabases(text, parsed, database.name)
  const statement: Statement = { parsed, plans: [] }
  if (isWorthKeeping(text, statement))
    database.statements.set(key, statement, STATEMENT_WEIGHT + text.length)
  return statement
}

/** Rows of literals are data: they hardly come twice, and as a tree they take many times the memory of their text. */
function isWorthKeeping(text: string, { parsed }: Statement): boolean {
  return text.length <= MAX_CACHED_TEXT && !parsed.some(({ statement }) => isData(statement))
}

function isData(statement: Syntax): boolean {
  if (statement.kind !== 'insert' || statement.source?.kind !== 'values') return false
  const { rows } = statement.source
  return (
    rows.length >= DATA_ROWS_MIN && rows.at(-1)?.every((value) => LITERALS.has(value.kind)) === true
  )
}

export function cachedPlan(
  { plans }: Statement,
  conditions: PlanConditions,
  access: TransactionAccess,
  plan: () => FreshPlan,
): PlannedQuery {
  let place = plans.length - 1
  while (place >= 0 && !isSame(plans[place]!.conditions, conditions)) place--
  const cached = plans[place]?.planned
  if (cached !== undefined && !isOutgrown(cached, access)) return cached
  const { planned, isMomentary } = plan()
  if (isMomentary) return planned
  if (cached !== undefined) plans.splice(place, 1)
  else if (plans.length >= MAX_PLANS_PER_STATEMENT) plans.shift()
  plans.push({ conditions, planned })
  return planned
}

function isSame(a: PlanConditions, b: PlanConditions): boolean {
  if (a.catalogVersion !== b.catalogVersion || a.user !== b.user || a.settings !== b.settings) {
    return false
  }
  const path = a.searchPath
  const other = b.searchPath
  if (path === other) return true
  return path.length === other.length && path.every((schema, i) => schema === other[i])
}
