/** What functions tell about catalog objects: comments, visibility, owners, sizes, routines. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Datum } from '../../../storage/vector.ts'
import type { Oid, ProcInfo } from '../catalog.ts'
import type { CatalogSnapshot } from '../catalog-snapshot.ts'
import { isTemporarySchema } from '../catalog-snapshot.ts'
import { builtinTable } from '../builtin/builtin-catalogs.ts'
import { formatTypeName } from '../describe/format-type.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import { isDeletable, updatableColumns } from '../describe/view-updatability.ts'
import type { DatabaseRow } from '../rows/object-rows.ts'
import { oidOf } from '../store/catalog-tables.ts'
import type { CallContext, FunctionRegistry, Value } from '../../functions/registry.ts'
import { snapshotOf } from './call-catalog.ts'

export function registerObjectFacts(registry: FunctionRegistry): void {
  registerComments(registry)
  registerVisibility(registry)
  registerSizes(registry)
  registerRoutines(registry)
  registry.scalar('pg_get_userbyid', (context: CallContext, oid: number) => {
    return snapshotOf(context).role(oidOf(oid))?.name ?? `unknown (OID=${oid})`
  })
  registry.scalar('PG_encoding_to_char', (_: CallContext, encoding: number) =>
    encoding === 6 ? 'UTF8' : '',
  )
  registry.scalar('PG_char_to_encoding', (_: CallContext, name: string) =>
    /^utf-?8$/i.test(name) ? 6 : -1,
  )
  registry.scalar('pg_my_temp_schema', (context: CallContext) => {
    const name = context.session.searchPath.find(isTemporarySchema)
    return name === undefined ? 0 : (snapshotOf(context).schemaOid(name) ?? 0)
  })
  registry.scalar('pg_is_other_temp_schema', (context: CallContext, oid: number) => {
    const name = snapshotOf(context).schemaName(oidOf(oid))
    return isTemporarySchema(name) && !context.session.searchPath.includes(name)
  })
  registry.scalar('pg_relation_is_updatable', (context: CallContext, oid: number) => {
    const catalog = snapshotOf(context)
    const relation = catalog.relation(oidOf(oid))
    if (relation === undefined) return 0
    // INSERT 8, UPDATE 4, DELETE 16.
    if (updatableColumns(catalog, relation).size > 0) return 28
    return isDeletable(catalog, relation) ? 16 : 0
  })
  registry.scalar('pg_column_is_updatable', (context: CallContext, oid: number, column: number) => {
    const catalog = snapshotOf(context)
    const relation = catalog.relation(oidOf(oid))
    const found = relation?.columns.find((one) => one.number === column)
    if (relation === undefined || found === undefined) return false
    return updatableColumns(catalog, relation).has(found.name)
  })
  registry.scalar('row_security_active', () => false)
  registry.scalar('pg_relation_is_publishable', (context: CallContext, oid: number) => {
    return snapshotOf(context).relation(oidOf(oid))?.tree !== undefined
  })
  registry.scalar('pg_basetype', (context: CallContext, oid: number) => {
    let type = snapshotOf(context).typeIfExists(oidOf(oid))
    while (type?.typeType === 'd') type = snapshotOf(context).type(type.baseType)
    return type?.oid ?? null
  })
}

function descriptionOf(
  catalog: CatalogSnapshot,
  object: number,
  classId: number | undefined,
  subId: number,
): string | null {
  const row = catalog.data
    .rows('pg_description')
    .where('objoid', oidOf(object))
    .find((one) => one.objsubid === subId && (classId === undefined || one.classoid === classId))
  if (row !== undefined) return row.description
  const table = builtinTable('pg_description')
  const [subIds, classes] = [table.numbers('objsubid'), table.numbers('classoid')]
  const found = (table.groups('objoid').get(String(object)) ?? []).find(
    (position) =>
      subIds[position] === subId && (classId === undefined || classes[position] === classId),
  )
  return found === undefined ? null : table.cell('description', found)
}

function registerComments(registry: FunctionRegistry): void {
  const classNamed = (catalog: CatalogSnapshot, name: string): number | undefined =>
    catalog.findRelationOid('pg_catalog', name, [])
  registry.scalar('obj_description(oid)', (context: CallContext, oid: number) =>
    descriptionOf(snapshotOf(context), oid, undefined, 0),
  )
  registry.scalar(
    'obj_description(oid,name)',
    (context: CallContext, oid: number, name: string) => {
      const catalog = snapshotOf(context)
      const classId = classNamed(catalog, name)
      return classId === undefined ? null : descriptionOf(catalog, oid, classId, 0)
    },
  )
  registry.scalar(
    'col_description(oid,int4)',
    (context: CallContext, oid: number, column: number) =>
      descriptionOf(snapshotOf(context), oid, 1259, column),
  )
  registry.scalar(
    'shobj_description(oid,name)',
    (context: CallContext, oid: number, name: string) => {
      const catalog = snapshotOf(context)
      const classId = classNamed(catalog, name)
      const rows = catalog.data.rows('pg_shdescription').where('objoid', oidOf(oid))
      return rows.find((row) => row.classoid === classId)?.description ?? null
    },
  )
}

function registerVisibility(registry: FunctionRegistry): void {
  registry.scalar('pg_table_is_visible', (context: CallContext, oid: number) => {
    const catalog = snapshotOf(context)
    const row = catalog.classRow(oidOf(oid))
    if (row === undefined) return null
    return catalog.findRelationOid(undefined, row.relname, context.session.searchPath) === oid
  })
  registry.scalar('pg_type_is_visible', (context: CallContext, oid: number) => {
    const catalog = snapshotOf(context)
    const row = catalog.typeRow(oidOf(oid))
    if (row === undefined) return null
    return catalog.findType(undefined, row.typname, context.session.searchPath)?.oid === oid
  })
  registry.scalar('pg_function_is_visible', (context: CallContext, oid: number) => {
    const catalog = snapshotOf(context)
    const proc = catalog.proc(oidOf(oid))
    if (proc === undefined) return null
    return catalog
      .functionsNamed(undefined, proc.name, context.session.searchPath)
      .some((one) => one.oid === oid)
  })
  registry.scalar('pg_operator_is_visible', (context: CallContext, oid: number) => {
    const operator = snapshotOf(context).operator(oidOf(oid))
    return operator === undefined
      ? null
      : operator.schema === 'pg_catalog' || context.session.searchPath.includes(operator.schema)
  })
  // These objects are all built in.
  for (const what of [
    'opclass',
    'opfamily',
    'collation',
    'conversion',
    'ts_config',
    'ts_dict',
    'ts_parser',
    'ts_template',
  ]) {
    registry.scalar(`pg_${what}_is_visible`, () => true)
  }
  registry.scalar('pg_statistics_obj_is_visible', () => null)
}

const PAGE_BYTES = 8192
const ROW_OVERHEAD_BYTES = 24

/** LIMIT: sizes are estimates, from the number of rows and the widths of the columns. */
function estimatedBytes(context: CallContext, relation: Oid): number {
  const catalog = snapshotOf(context)
  const info = catalog.relation(relation)
  if (info?.tree === undefined) return 0
  const rows = context.session.rowCount(relation)
  const width = info.columns.reduce((sum, column) => {
    const { length } = catalog.type(column.type)
    return sum + (length > 0 ? length : 32)
  }, ROW_OVERHEAD_BYTES)
  return Math.ceil((rows * width) / PAGE_BYTES) * PAGE_BYTES
}

function indexBytes(context: CallContext, relation: Oid): number {
  const info = snapshotOf(context).relation(relation)
  const rows = info?.tree === undefined ? 0 : context.session.rowCount(relation)
  return (
    (info?.indexes.length ?? 0) *
    Math.ceil((rows * ROW_OVERHEAD_BYTES) / PAGE_BYTES + 1) *
    PAGE_BYTES
  )
}

/** The two tablespaces that there are. */
const PG_DEFAULT = 1663
const PG_GLOBAL = 1664

function registerSizes(registry: FunctionRegistry): void {
  const table = (context: CallContext, oid: number): Value => estimatedBytes(context, oidOf(oid))
  registry.scalar('pg_relation_size', table)
  registry.scalar('pg_relation_size(regclass)', table)
  registry.scalar('pg_table_size', table)
  registry.scalar('pg_indexes_size', (context: CallContext, oid: number) =>
    indexBytes(context, oidOf(oid)),
  )
  registry.scalar(
    'pg_total_relation_size',
    (context: CallContext, oid: number) =>
      estimatedBytes(context, oidOf(oid)) + indexBytes(context, oidOf(oid)),
  )
  const own = (context: CallContext): number => {
    let sum = 0
    for (const row of snapshotOf(context).data.rows('pg_class').all()) {
      sum += estimatedBytes(context, row.oid) + indexBytes(context, row.oid)
    }
    return sum
  }
  const ofDatabase = (context: CallContext, row: DatabaseRow): number =>
    row.oid === snapshotOf(context).data.database
      ? own(context)
      : (context.session.databaseBytes?.(row.oid) ?? 0)
  registry.scalar('pg_database_size_name', (context: CallContext, name: string) => {
    const row = snapshotOf(context).data.rows('pg_database').find('datname', name)
    if (row !== undefined) return ofDatabase(context, row)
    throw new SqlError('3D000', `database "${name}" does not exist`)
  })
  registry.scalar('pg_database_size_oid', (context: CallContext, oid: number) => {
    const row = snapshotOf(context).data.rows('pg_database').find('oid', oidOf(oid))
    return row === undefined ? null : ofDatabase(context, row)
  })
  // Everything users make lies in pg_default; pg_global holds nothing of theirs.
  registry.scalar('pg_tablespace_size_oid', (context: CallContext, oid: number) => {
    if (oid !== PG_DEFAULT) return oid === PG_GLOBAL ? 0 : null
    const databases = [...snapshotOf(context).data.rows('pg_database').all()]
    return databases.reduce((sum, row) => sum + ofDatabase(context, row), 0)
  })
  registry.scalar('pg_relation_filenode', (context: CallContext, oid: number) => {
    const row = snapshotOf(context).classRow(oidOf(oid))
    return row === undefined || row.relfilenode === 0 ? null : row.relfilenode
  })
}

function registerRoutines(registry: FunctionRegistry): void {
  registry.scalar('pg_get_function_result', (context: CallContext, oid: number) =>
    routineResult(context, oidOf(oid)),
  )
  registry.scalar('pg_get_function_arguments', (context: CallContext, oid: number) =>
    routineArguments(context, oidOf(oid)),
  )
  registry.scalar('pg_get_function_identity_arguments', (context: CallContext, oid: number) => {
    const proc = snapshotOf(context).proc(oidOf(oid))
    return proc === undefined ? null : argumentList(context, proc, typeText, false)
  })
}

function typeText(context: CallContext, oid: Oid): string {
  return formatTypeName(snapshotOf(context), oid, undefined, context.session.searchPath)
}

/** What stands behind RETURNS; null for a procedure. */
export function routineResult(context: CallContext, oid: Oid): string | null {
  const proc = snapshotOf(context).proc(oid)
  if (proc === undefined || proc.kind === 'p') return null
  const table = tableColumns(context, proc, typeText)
  if (table !== undefined) return `TABLE(${table})`
  return `${proc.returnsSet ? 'SETOF ' : ''}${typeText(context, proc.returnType)}`
}

/** The parameter list with defaults. */
export function routineArguments(context: CallContext, oid: Oid): string | null {
  const proc = snapshotOf(context).proc(oid)
  return proc === undefined ? null : argumentList(context, proc, typeText, true)
}

type TypeText = (context: CallContext, oid: Oid) => string

function tableColumns(context: CallContext, proc: ProcInfo, type: TypeText): string | undefined {
  const { argumentModes: modes, allArgumentTypes: types } = proc
  if (modes === undefined || !modes.includes('t')) return undefined
  return modes
    .flatMap((mode, i) =>
      mode === 't'
        ? [
            `${quoteIdentifier(proc.argumentNames[i] ?? '')} ${type(context, types?.[i] ?? oidOf(0))}`,
          ]
        : [],
    )
    .join(', ')
}

const MODE_WORDS: Readonly<Record<string, string>> = { o: 'OUT ', b: 'INOUT ', v: 'VARIADIC ' }

function argumentList(
  context: CallContext,
  proc: ProcInfo,
  type: TypeText,
  withDefaults: boolean,
): string {
  const types = proc.allArgumentTypes ?? proc.argumentTypes
  const modes: readonly string[] = proc.argumentModes ?? types.map(() => 'i')
  const inputs = modes.filter((mode) => mode !== 'o' && mode !== 't').length
  let input = 0
  const parts: string[] = []
  types.forEach((oid, i) => {
    const mode = modes[i] ?? 'i'
    const isInput = mode !== 'o' && mode !== 't'
    const value = isInput ? proc.defaults[input++ - (inputs - proc.defaults.length)] : undefined
    if (mode === 't' || (!withDefaults && mode === 'o')) return
    const name = proc.argumentNames[i]
    const named = name === undefined || name === '' ? '' : `${quoteIdentifier(name)} `
    const tail = withDefaults && value !== undefined ? ` DEFAULT ${value}` : ''
    parts.push(`${MODE_WORDS[mode] ?? ''}${named}${type(context, oid)}${tail}`)
  })
  return parts.join(', ')
}

/** Datums of a record argument by column name of the catalog it is a row of. */
export function recordField(
  values: readonly (Datum | null)[],
  columns: readonly string[],
  name: string,
): Datum | null {
  return values[columns.indexOf(name)] ?? null
}
