/** What PostgreSQL calls a statement before it has run (CreateCommandName in tcop/utility.c): in errors that refuse it. */
import type { DdlStatement } from './execute-ddl.ts'
import type { ObjectReference } from '../parse/ast/object.ts'

export function commandName(statement: DdlStatement): string {
  switch (statement.kind) {
    case 'createEnum':
    case 'createCompositeType':
    case 'createRangeType':
      return 'CREATE TYPE'
    case 'alterEnum':
      return 'ALTER TYPE'
    case 'createTableAs':
      return statement.objectType === 'table' ? 'CREATE TABLE AS' : 'CREATE MATERIALIZED VIEW'
    case 'createFunction':
      return statement.isProcedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
    case 'alterTable':
    case 'alterFunction':
      return `ALTER ${words(statement.objectType)}`
    case 'drop':
      return `DROP ${words(statement.objectType)}`
    case 'rename':
      return `ALTER ${alteredObject(statement.object, statement.relationType)}`
    case 'alterOwner':
    case 'alterSchema':
      return `ALTER ${alteredObject(statement.object)}`
    case 'truncate':
      return 'TRUNCATE TABLE'
    case 'alterRoleSet':
      return 'ALTER ROLE'
    case 'grant':
      return statement.isGrant ? 'GRANT' : 'REVOKE'
    case 'grantRole':
      return statement.isGrant ? 'GRANT ROLE' : 'REVOKE ROLE'
    default:
      return words(statement.kind)
  }
}

/** What holds it, for parts of a table, a type or a domain. */
function alteredObject({ kind, type }: ObjectReference, relationType = 'table'): string {
  if (type === 'domainConstraint') return 'DOMAIN'
  if (type === 'attribute') return 'TYPE'
  return words(kind === 'part' && type !== 'trigger' && type !== 'policy' ? relationType : type)
}

/** createMaterializedView → CREATE MATERIALIZED VIEW */
function words(name: string): string {
  return name.replace(/[A-Z]/g, ' $&').toUpperCase()
}
