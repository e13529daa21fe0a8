/**
 * Statements by their text: parsed once, planned once per catalog version, search path and parameter types. Shared by all
 * sessions of a branch, so that the same query from a thousand connections is planned once.
 */
import type { TransactionAccess } from '../../storage/access.ts'
import type { ParsedStatement } from '../parse/ast/statement.ts'
import { parse } from '../parse/parse.ts'
import type { Database } from './database.ts'
import { isOutgrown } from './planned-query.ts'
import type { PlannedQuery } from './planned-query.ts'

export interface Statement {
  readonly parsed: readonly ParsedStatement[]
  /** Plans of the one statement, by what they depend on. */
  readonly plans: Map<string, PlannedQuery>
}

/** Plans kept per statement: old catalog versions are dropped with the oldest. */
const MAX_PLANS_PER_STATEMENT = 4
/** Longer texts (bulk inserts) are not worth their memory. */
const MAX_CACHED_TEXT = 16_384

export function parsedStatement(database: Database, text: string): Statement {
  const cached = database.statements.get(text)
  if (cached !== undefined) return cached
  const statement: Statement = { parsed: parse(text), plans: new Map() }
  if (text.length <= MAX_CACHED_TEXT) database.statements.set(text, statement)
  return statement
}

export function cachedPlan(
  statement: Statement,
  key: string,
  access: TransactionAccess,
  plan: () => PlannedQuery,
): PlannedQuery {
  const cached = statement.plans.get(key)
  if (cached !== undefined && !isOutgrown(cached, access)) return cached
  const planned = plan()
  if (statement.plans.size >= MAX_PLANS_PER_STATEMENT) {
    const [oldest] = statement.plans.keys()
    if (oldest !== undefined) statement.plans.delete(oldest)
  }
  statement.plans.set(key, planned)
  return planned
}
