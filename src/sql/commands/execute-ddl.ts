/**
 * DDL statements, executed from their syntax: catalog rows and trees change through the transaction, so all of it rolls
 * back and replays like data. Each family of statements has a folder of its own.
 */
import { unsupported } from '../../errors/sql-error.ts'
import type { Task } from '../../storage/task.ts'
import type { Statement } from '../parse/ast/statement.ts'
import { CommandContext } from './command-context.ts'
import type { CommandOptions, CommandResult } from './command-context.ts'
import { alterTable } from './alter-table/alter-table.ts'
import { comment } from './comment/comment.ts'
import { alterDatabase } from './database/alter-database.ts'
import { createDatabase } from './database/create-database.ts'
import { dropDatabase } from './database/drop-database.ts'
import { alterRoleSet } from './database/stored-settings.ts'
import { createExtension } from './extension/create-extension.ts'
import { grant } from './role/grant.ts'
import { alterRole, createRole, dropRole, grantRole } from './role/role-commands.ts'
import { alterOwner, alterSchema, rename } from './rename/rename.ts'
import { createTableAs, refreshMaterializedView } from './table/create-table-as.ts'
import { truncate } from './table/truncate.ts'
import { createDomain, alterDomain } from './type/domain-commands.ts'
import { dropObjects } from './drop/drop-statement.ts'
import { createIndex } from './index/create-index.ts'
import { alterFunction } from './routine/alter-function.ts'
import { createFunction } from './routine/create-function.ts'
import { createSchema } from './schema/schema-commands.ts'
import { alterSequence, createSequence } from './sequence/sequence-commands.ts'
import { createTable } from './table/create-table.ts'
import { alterEnum, createCompositeType, createEnum } from './type/type-commands.ts'
import { createRangeType } from './type/range-type.ts'
import { createView } from './view/create-view.ts'

type Handlers = {
  readonly [K in DdlKind]: (
    context: CommandContext,
    statement: Extract<Statement, { readonly kind: K }>,
  ) => Task<string>
}

type DdlKind =
  | 'createTable'
  | 'createIndex'
  | 'createSequence'
  | 'alterSequence'
  | 'createSchema'
  | 'createView'
  | 'createEnum'
  | 'alterEnum'
  | 'createCompositeType'
  | 'createDomain'
  | 'createFunction'
  | 'alterFunction'
  | 'alterDomain'
  | 'drop'
  | 'alterTable'
  | 'rename'
  | 'alterSchema'
  | 'alterOwner'
  | 'truncate'
  | 'comment'
  | 'createTableAs'
  | 'refreshMaterializedView'
  | 'createExtension'
  | 'createRangeType'
  | 'createDatabase'
  | 'alterDatabase'
  | 'dropDatabase'
  | 'createRole'
  | 'alterRole'
  | 'alterRoleSet'
  | 'dropRole'
  | 'grantRole'
  | 'grant'

export type DdlStatement = Extract<Statement, { readonly kind: DdlKind }>

const HANDLERS: Handlers = {
  createTable,
  createIndex,
  createSequence,
  alterSequence,
  createSchema: (context, statement) =>
    createSchema(context, statement, (element) => runElement(context, element)),
  createView,
  createEnum,
  alterEnum,
  createCompositeType,
  createDomain,
  createFunction,
  alterFunction,
  alterDomain,
  drop: dropObjects,
  alterTable,
  rename,
  alterSchema,
  alterOwner,
  truncate,
  comment,
  createTableAs,
  refreshMaterializedView,
  createExtension: (context, statement) =>
    createExtension(context, statement, (inner, element) => runElement(inner, element)),
  createRangeType,
  createDatabase,
  alterDatabase,
  dropDatabase,
  createRole,
  alterRole,
  alterRoleSet,
  dropRole,
  grantRole,
  grant,
}

export function isDdl(statement: Statement): statement is DdlStatement {
  return Object.hasOwn(HANDLERS, statement.kind)
}

export function* executeDdl(statement: DdlStatement, options: CommandOptions): Task<CommandResult> {
  const context = new CommandContext(options)
  const tag = yield* run(context, statement)
  return { tag, catalog: context.catalog }
}

function run(context: CommandContext, statement: DdlStatement): Task<string> {
  // The handler under a statement's kind takes statements of that kind.
  const handler = HANDLERS[statement.kind] as (
    context: CommandContext,
    statement: DdlStatement,
  ) => Task<string>
  return handler(context, statement)
}

/** A CREATE statement inside CREATE SCHEMA. */
function* runElement(context: CommandContext, element: Statement): Task<void> {
  if (!isDdl(element)) throw unsupported('this statement inside CREATE SCHEMA')
  yield* run(context, element)
}
