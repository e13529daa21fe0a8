/** CREATE EXTENSION: what the catalogs say of it. */
import { SqlError } from '../../../errors/sql-error.ts'
import type { Task } from '../../../storage/task.ts'
import { AVAILABLE_EXTENSIONS } from '../../catalog/extensions.ts'
import type { AvailableExtension } from '../../catalog/extensions.ts'
import type { Oid } from '../../catalog/catalog.ts'
import { builtinTable } from '../../catalog/builtin/builtin-catalogs.ts'
import { quoteIdentifier } from '../../types/text/quoting.ts'
import { oidOf } from '../../catalog/store/catalog-tables.ts'
import type { CreateExtensionStatement } from '../../parse/ast/definitions.ts'
import type { Statement } from '../../parse/ast/statement.ts'
import { parse } from '../../parse/parse.ts'
import type { CommandContext } from '../command-context.ts'
import { CLASS } from '../support/class-ids.ts'
import { address, recordDependency } from '../support/dependencies.ts'
import { creationSchema, requireSchema } from '../support/lookup.ts'
import { optionText } from '../support/options.ts'

const INTERNAL_LANGUAGE = oidOf(12)

/** Runs one statement of an extension's script. */
type ScriptRunner = (context: CommandContext, statement: Statement) => Task<void>

export function* createExtension(
  context: CommandContext,
  statement: CreateExtensionStatement,
  runElement: ScriptRunner,
): Task<string> {
  const { name } = statement
  const builtin = builtinTable('pg_extension').groups('extname').has(name)
  if (builtin || context.writer.rows('pg_extension').find('extname', name) !== undefined) {
    if (!statement.ifNotExists) throw new SqlError('42710', `extension "${name}" already exists`)
    context.notice(`extension "${name}" already exists, skipping`, { code: '42710' })
    return 'CREATE EXTENSION'
  }
  const extension = AVAILABLE_EXTENSIONS.find((candidate) => candidate.name === name)
  if (extension === undefined) {
    throw new SqlError('0A000', `extension "${name}" is not available`, {
      hint: 'The extension must first be installed on the system where PostgreSQL is running.',
    })
  }
  const schema = statement.options.find((option) => option.name === 'schema')
  const namespace =
    schema === undefined
      ? yield* creationSchema(context, { name })
      : requireSchema(context, optionText(schema.value))
  const oid = context.writer.nextOid()
  yield* context.writer.insert('pg_extension', {
    oid,
    extname: name,
    extowner: context.owner,
    extnamespace: namespace,
    extrelocatable: extension.relocatable,
    extversion: extension.version,
  })
  yield* recordDependency(
    context,
    address(CLASS.extension, oid),
    address(CLASS.schema, namespace),
    'n',
  )
  yield* insertFunctions(context, oid, namespace, extension)
  if (extension.script !== undefined) {
    yield* runScript(context, { oid, namespace, script: extension.script }, runElement)
  }
  return 'CREATE EXTENSION'
}

/** What the script makes belongs to the extension: it goes with it. */
function* runScript(
  context: CommandContext,
  extension: { readonly oid: Oid; readonly namespace: Oid; readonly script: string },
  runElement: ScriptRunner,
): Task<void> {
  const { newSchema } = context
  const schema = context.catalog.schemaName(extension.namespace)
  context.newSchema = schema
  const script = extension.script.replaceAll('@extschema@', quoteIdentifier(schema))
  for (const { statement } of parse(script)) yield* runElement(context, statement)
  context.newSchema = newSchema
  const owner = address(CLASS.extension, extension.oid)
  for (const catalog of ['pg_proc', 'pg_class'] as const) {
    const made = [...context.writer.rows(catalog).all()].filter(({ oid }) => oid > extension.oid)
    const classId = catalog === 'pg_proc' ? CLASS.proc : CLASS.relation
    for (const { oid } of made) {
      yield* recordDependency(context, address(classId, oid), owner, 'i')
    }
  }
}

function* insertFunctions(
  context: CommandContext,
  owner: Oid,
  namespace: Oid,
  extension: AvailableExtension,
): Task<void> {
  for (const { name, symbol, result } of extension.functions) {
    const oid = context.writer.nextOid()
    yield* context.writer.insert('pg_proc', {
      oid,
      proname: name,
      pronamespace: namespace,
      proowner: context.owner,
      prolang: INTERNAL_LANGUAGE,
      procost: 1,
      prokind: 'f',
      proisstrict: true,
      provolatile: 'v',
      proparallel: 's',
      prorettype: oidOf(result),
      prosrc: symbol,
    })
    yield* recordDependency(context, address(CLASS.proc, oid), address(CLASS.extension, owner), 'i')
  }
}
