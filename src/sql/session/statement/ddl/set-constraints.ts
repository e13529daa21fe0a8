/** SET CONSTRAINTS: until when the transaction puts off what can be put off. What is immediate from now on is looked at now. */
import { SqlError } from '../../../../errors/sql-error.ts'
import { SQLSTATE } from '../../../../errors/sql-state.ts'
import type { Task } from '../../../../storage/task.ts'
import type { CatalogSnapshot } from '../../../catalog/catalog-snapshot.ts'
import type { Oid } from '../../../catalog/catalog.ts'
import type { RelationName } from '../../../parse/ast/common.ts'
import type { SetConstraintsStatement } from '../../../parse/ast/utility.ts'
import type { SessionState } from '../../session-state.ts'
import type { RunningTransaction } from '../../transaction/running-transaction.ts'
import { settleDeferred } from '../../transaction/settle-deferred.ts'

export function* setConstraints(
  state: SessionState,
  transaction: RunningTransaction,
  { constraints: names, deferred }: SetConstraintsStatement,
  searchPath: readonly string[],
): Task<string> {
  const { catalog } = transaction
  const found = names.flatMap((name) => deferrableNamed(name, deferred, catalog, searchPath))
  transaction.deferred.setModes(names.length === 0 ? undefined : found, deferred)
  if (!deferred) yield* settleDeferred(state, transaction, false)
  return 'SET CONSTRAINTS'
}

/** All of that name in the first schema that has any; those that are not deferrable are immediate anyway. */
function deferrableNamed(
  { schema, name }: RelationName,
  deferred: boolean,
  catalog: CatalogSnapshot,
  searchPath: readonly string[],
): readonly Oid[] {
  const constraints = catalog.data.rows('pg_constraint').where('conname', name)
  for (const place of schema === undefined ? searchPath : [schema]) {
    const namespace = catalog.schemaOid(place)
    if (namespace === undefined) {
      if (schema === undefined) continue
      throw new SqlError(SQLSTATE.INVALID_SCHEMA_NAME, `schema "${schema}" does not exist`)
    }
    const here = constraints.filter(({ connamespace }) => connamespace === namespace)
    if (here.length === 0) continue
    if (deferred && here.some(({ condeferrable }) => !condeferrable)) {
      const message = `constraint "${name}" is not deferrable`
      throw new SqlError(SQLSTATE.WRONG_OBJECT_TYPE, message)
    }
    return here.map(({ oid }) => oid)
  }
  throw new SqlError(SQLSTATE.UNDEFINED_OBJECT, `constraint "${name}" does not exist`)
}
