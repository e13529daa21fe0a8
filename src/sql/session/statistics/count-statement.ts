/** Notes each statement that has run, in databases that have the extension pg_stat_statements. */
import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.ts'
import type { ParsedStatement } from '../../parse/ast/statement.ts'
import type { SessionState } from '../session-state.ts'
import type { Settings } from '../settings/settings.ts'
import { normalizeQuery } from './normalize-query.ts'
import type { NormalizedQuery } from './normalize-query.ts'

const EXTENSION = 'pg_stat_statements'

/** By catalog: asked before every statement. */
const withExtension = new WeakMap<CatalogSnapshot, boolean>()
const normalized = new WeakMap<ParsedStatement, NormalizedQuery>()

export function isCounting({ settings }: SessionState, catalog: CatalogSnapshot): boolean {
  let hasExtension = withExtension.get(catalog)
  if (hasExtension === undefined) {
    hasExtension = catalog.data.rows('pg_extension').find('extname', EXTENSION) !== undefined
    withExtension.set(catalog, hasExtension)
  }
  return hasExtension && settings.derived(isTracked)
}

function isTracked(settings: Settings): boolean {
  return settings.get('pg_stat_statements.track') !== 'none'
}

/** After it has come to its end without error; `tag` says how many rows it was about. */
export function countStatement(
  state: SessionState,
  catalog: CatalogSnapshot,
  parsed: ParsedStatement,
  run: {
    readonly startedAtMicros: number
    readonly tag: string
    readonly rows?: number | undefined
  },
): void {
  const counted = countedStatement(state, parsed)
  if (counted === undefined) return
  let query = normalized.get(counted)
  if (query === undefined) {
    query = normalizeQuery(counted)
    normalized.set(counted, query)
  }
  const { database } = state
  database.statistics.note(query, {
    user: catalog.findRole(state.currentUser)?.oid ?? 0,
    database: database.oid,
    elapsedMicros: Math.max(0, database.nowMicros() - run.startedAtMicros),
    rows: run.rows ?? Number(/ (\d+)$/.exec(run.tag)?.[1] ?? 0),
  })
}

/** EXECUTE counts for what was prepared; PREPARE itself does not. */
function countedStatement(
  { prepared }: SessionState,
  parsed: ParsedStatement,
): ParsedStatement | undefined {
  const { statement } = parsed
  if (statement.kind === 'prepare') return undefined
  if (statement.kind !== 'execute') return parsed
  return prepared.get(statement.name)?.parsed ?? parsed
}
