/**
 * CREATE [OR REPLACE] FUNCTION and PROCEDURE: a row of pg_proc. The body of an SQL function is kept as text and bound
 * at every use; here it is only checked.
 */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { formatTypeName } from '../../catalog/describe/format-type.ts'
import type { ProcRow } from '../../catalog/rows/object-rows.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CreateFunctionStatement } from '../../parse/ast/routine.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { address, forgetDependencies, recordDependencies } from '../support/dependencies.ts'
import { creationSchema } from '../support/lookup.ts'
import { bodyColumns } from './routine-body.ts'
import { optionColumns } from './routine-options.ts'
import { routineParameters } from './routine-parameters.ts'
import type { RoutineParameters } from './routine-parameters.ts'

const VOID = oidOf(2278)
const SQL_LANGUAGE = 14
const PSEUDO_RESULTS = new Set(['void', 'record'])

export function* createFunction(
  context: CommandContext,
  statement: CreateFunctionStatement,
): Task<string> {
  const tag = statement.isProcedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
  const namespace = yield* creationSchema(context, statement.name)
  const body = bodyColumns(context, statement)
  const parameters = routineParameters(context, statement.parameters)
  const result = resultType(context, statement, parameters)
  const options = optionColumns(statement.options)
  const draft: Partial<ProcRow> = {
    proname: statement.name.name,
    pronamespace: namespace,
    proowner: context.owner,
    procost: body.prolang === SQL_LANGUAGE ? 100 : 1,
    prorows: result.returnsSet ? 1000 : 0,
    prokind: statement.isProcedure ? 'p' : 'f',
    provolatile: 'v',
    proparallel: 'u',
    proretset: result.returnsSet,
    prorettype: result.type,
    ...parameters.columns,
    ...options,
    ...body,
  }
  const usedTypes = [...parameters.inputs, result.type]
  checkPseudoTypes(context, draft, usedTypes)
  const oid = yield* store(context, statement, draft)
  yield* recordDependencies(
    context,
    address(CLASS.proc, oid),
    usedTypes.map((type) => address(CLASS.type, type)),
    'n',
  )
  if (body.prolang === SQL_LANGUAGE) context.services.checkFunctionBody(oid, context.catalog)
  return tag
}

function resultType(
  context: CommandContext,
  { returns, isProcedure }: CreateFunctionStatement,
  parameters: RoutineParameters,
): { readonly type: Oid; readonly returnsSet: boolean } {
  const implied = parameters.result
  if (returns === undefined) {
    if (implied !== undefined) return { type: implied, returnsSet: parameters.isTable }
    if (isProcedure) return { type: VOID, returnsSet: false }
    throw new SqlError('42P13', 'function result type must be specified')
  }
  const { type } = context.services.resolveTypeName(returns, context.catalog)
  if (implied !== undefined && implied !== type && !parameters.isTable) {
    const name = formatTypeName(context.catalog, implied, -1, context.searchPath)
    throw new SqlError('42P13', `function result type must be ${name} because of OUT parameters`)
  }
  return { type: implied ?? type, returnsSet: returns.setof || parameters.isTable }
}

/** SQL functions take and give real values; polymorphic results need polymorphic arguments. */
function checkPseudoTypes(
  context: CommandContext,
  { prolang, prosqlbody }: Partial<ProcRow>,
  types: readonly Oid[],
): void {
  if (prolang !== SQL_LANGUAGE) return
  const infos = types.map((type) => context.catalog.type(type))
  const polymorphic = infos.map(({ typeType, name }) => typeType === 'p' && name.startsWith('any'))
  infos.forEach((info, i) => {
    const isResult = i === infos.length - 1
    if (info.typeType !== 'p' || polymorphic[i] === true) return
    if (isResult && PSEUDO_RESULTS.has(info.name)) return
    const verb = isResult ? 'return type' : 'have arguments of type'
    if (!isResult && info.name === 'record') return
    throw new SqlError('42P13', `SQL functions cannot ${verb} ${info.name}`)
  })
  const given = polymorphic.slice(0, -1).includes(true)
  if (polymorphic.at(-1) === true && !given) {
    throw new SqlError('42P13', 'cannot determine result data type', {
      detail: `A result of type ${infos.at(-1)?.name} requires at least one input of type anyelement, anyarray, anynonarray, anyenum, anyrange, or anymultirange.`,
    })
  }
  if (given && prosqlbody !== undefined) {
    throw new SqlError(
      '42P13',
      'SQL function with unquoted function body cannot have polymorphic arguments',
    )
  }
}

function* store(
  context: CommandContext,
  statement: CreateFunctionStatement,
  draft: Partial<ProcRow>,
): Task<Oid> {
  const existing = [...context.writer.rows('pg_proc').where('proname', statement.name.name)].find(
    (row) => row.pronamespace === draft.pronamespace && row.proargtypes === draft.proargtypes,
  )
  if (existing === undefined) {
    const oid = context.writer.nextOid()
    yield* context.writer.insert('pg_proc', { ...draft, oid })
    return oid
  }
  if (!statement.orReplace) {
    throw new SqlError(
      '42723',
      `function "${statement.name.name}" already exists with same argument types`,
    )
  }
  checkReplacement(existing, draft)
  yield* forgetDependencies(context, address(CLASS.proc, existing.oid))
  yield* context.writer.update('pg_proc', existing, {
    prosqlbody: null,
    ...draft,
    oid: existing.oid,
  })
  return existing.oid
}

function checkReplacement(old: ProcRow, draft: Partial<ProcRow>): void {
  if (old.prokind !== draft.prokind) throw new SqlError('42809', 'cannot change routine kind')
  if (old.prorettype !== draft.prorettype || old.proretset !== draft.proretset) {
    throw new SqlError('42P13', 'cannot change return type of existing function', {
      hint: `Use DROP FUNCTION ${old.proname} first.`,
    })
  }
}
