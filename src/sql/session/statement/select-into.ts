/** SELECT … INTO t FROM … at the top of a statement is CREATE TABLE t AS SELECT … by another name. */
import type { CreateTableAsStatement } from '../../parse/ast/table.ts'
import type { IntoTarget, Query } from '../../parse/ast/select.ts'
import type { Statement } from '../../parse/ast/statement.ts'

/** The statement in its other form; any other statement as it is. */
export function withoutSelectInto(statement: Statement): Statement {
  if (statement.kind !== 'select' && statement.kind !== 'setOperation') return statement
  const { into, query } = split(statement)
  if (into === undefined) return statement
  const made: CreateTableAsStatement = {
    kind: 'createTableAs',
    objectType: 'table',
    into,
    query,
    ifNotExists: false,
    withoutData: false,
    position: statement.position,
  }
  return made
}

/** INTO stands in the first SELECT of a set operation. */
function split(query: Query): { readonly into: IntoTarget | undefined; readonly query: Query } {
  if (query.kind === 'select') {
    const { into } = query
    return { into, query: into === undefined ? query : { ...query, into: undefined } }
  }
  if (query.kind !== 'setOperation') return { into: undefined, query }
  const left = split(query.left)
  return {
    into: left.into,
    query: left.into === undefined ? query : { ...query, left: left.query },
  }
}
