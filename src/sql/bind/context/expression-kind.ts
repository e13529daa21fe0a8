/** The clauses expressions stand in, with PostgreSQL's words for them in error messages. */
export type ExpressionKind =
  | 'select'
  | 'where'
  | 'having'
  | 'filter'
  | 'joinOn'
  | 'fromFunction'
  | 'groupBy'
  | 'orderBy'
  | 'distinctOn'
  | 'limit'
  | 'offset'
  | 'returning'
  | 'values'
  | 'insertTarget'
  | 'update'
  | 'windowPartition'
  | 'windowOrder'
  | 'frameRows'
  | 'frameRange'
  | 'frameGroups'
  | 'aggregateArgument'
  | 'windowArgument'
  | 'check'
  | 'domainCheck'
  | 'default'
  | 'generated'
  | 'indexExpression'
  | 'indexPredicate'
  | 'transform'
  | 'sample'
  | 'mergeWhen'
  | 'copyWhere'

const CLAUSE: Readonly<Record<ExpressionKind, string>> = {
  select: 'SELECT',
  where: 'WHERE',
  having: 'HAVING',
  filter: 'FILTER',
  joinOn: 'JOIN conditions',
  fromFunction: 'functions in FROM',
  groupBy: 'GROUP BY',
  orderBy: 'ORDER BY',
  distinctOn: 'DISTINCT ON',
  limit: 'LIMIT',
  offset: 'OFFSET',
  returning: 'RETURNING',
  values: 'VALUES',
  insertTarget: 'INSERT',
  update: 'UPDATE',
  windowPartition: 'window definitions',
  windowOrder: 'window definitions',
  frameRows: 'window ROWS',
  frameRange: 'window RANGE',
  frameGroups: 'window GROUPS',
  aggregateArgument: 'aggregate arguments',
  windowArgument: 'window function calls',
  check: 'check constraints',
  domainCheck: 'check constraints',
  default: 'DEFAULT expressions',
  generated: 'column generation expressions',
  indexExpression: 'index expressions',
  indexPredicate: 'index predicates',
  transform: 'transform expressions',
  sample: 'TABLESAMPLE',
  mergeWhen: 'MERGE WHEN conditions',
  copyWhere: 'COPY FROM WHERE conditions',
}

export function clauseName(kind: ExpressionKind): string {
  return CLAUSE[kind]
}

const ALLOW_AGGREGATES: ReadonlySet<ExpressionKind> = new Set([
  'select',
  'having',
  'orderBy',
  'distinctOn',
  'windowPartition',
  'windowOrder',
  'frameRange',
  'frameRows',
  'frameGroups',
  'windowArgument',
])

export function allowsAggregates(kind: ExpressionKind): boolean {
  return ALLOW_AGGREGATES.has(kind)
}

export function allowsWindows(kind: ExpressionKind): boolean {
  return kind === 'select' || kind === 'orderBy' || kind === 'distinctOn'
}

export function allowsSetReturning(kind: ExpressionKind): boolean {
  return kind === 'select' || kind === 'orderBy' || kind === 'distinctOn' || kind === 'groupBy'
}
